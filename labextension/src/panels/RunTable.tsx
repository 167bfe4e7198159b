/** The runs of a DAG as a table, page by page into the past. */
import * as React from 'react';

import { runTitle, runTypeName, span } from '../format';
import { byUrgency } from '../states';
import { useTexts } from '../text';
import type { RunView } from '../wire';
import { Button, Counts, Instant, Notice, StateBadge } from './controls';

export interface RunTableProps {
  readonly runs: readonly RunView[];
  readonly hasOlder: boolean;
  readonly current: string | null;
  readonly now: number;
  readonly onChoose: (runId: string) => void;
  readonly onOlder: () => void;
  /** The runs that something is to be done about. */
  readonly chosen: ReadonlySet<string>;
  readonly onChosen: (chosen: ReadonlySet<string>) => void;
}

export function RunTable(props: RunTableProps): React.JSX.Element {
  const { runs, hasOlder, current, now, onChoose, onOlder, chosen, onChosen } = props;
  const trans = useTexts();
  if (!runs.length) {
    return (
      <Notice kind="empty" title={trans.__('No runs yet')}>
        <p>{trans.__('Trigger makes one now; the schedule makes them when they are due.')}</p>
      </Notice>
    );
  }
  return (
    <>
      <table className="jp-nbflow-table jp-nbflow-runs">
        <Head {...props} />
        <tbody>
          {runs.map(run => (
            <tr
              key={run.run_id}
              data-run-id={run.run_id}
              data-state={run.state}
              data-selected={run.run_id === current || undefined}
            >
              <td className="jp-nbflow-check">
                <input
                  type="checkbox"
                  aria-label={trans.__('Choose run %1', runTitle(run, now))}
                  checked={chosen.has(run.run_id)}
                  onChange={() => onChosen(toggled(chosen, run.run_id))}
                />
              </td>
              <th scope="row">
                <button
                  type="button"
                  className="jp-nbflow-link"
                  title={run.run_id}
                  onClick={() => onChoose(run.run_id)}
                >
                  {runTitle(run, now)}
                </button>
              </th>
              <td>
                <StateBadge state={run.state} />
              </td>
              <td className="jp-mod-roomy">{runTypeName(run.run_type, trans)}</td>
              <td className="jp-mod-roomy">
                <Instant at={run.started_at} now={now} />
              </td>
              <td className="jp-mod-number">{span(run.started_at, run.ended_at, now)}</td>
              <td>
                <Counts counts={byUrgency(run.counts)} />
              </td>
              <td className="jp-nbflow-params jp-mod-spare">{paramsText(run.params)}</td>
            </tr>
          ))}
        </tbody>
      </table>
      {hasOlder ? (
        <div className="jp-nbflow-more">
          <Button label={trans.__('Older runs')} onClick={onOlder} />
        </div>
      ) : null}
    </>
  );
}

function Head({ runs, chosen, onChosen }: RunTableProps): React.JSX.Element {
  const trans = useTexts();
  return (
    <thead>
      <tr>
        <td className="jp-nbflow-check">
          <input
            type="checkbox"
            aria-label={trans.__('Choose all of these runs')}
            checked={runs.every(run => chosen.has(run.run_id))}
            onChange={event =>
              onChosen(new Set(event.target.checked ? runs.map(run => run.run_id) : []))
            }
          />
        </td>
        <th scope="col">{trans.__('Run')}</th>
        <th scope="col">{trans.__('State')}</th>
        <th scope="col" className="jp-mod-roomy">
          {trans.__('Type')}
        </th>
        <th scope="col" className="jp-mod-roomy">
          {trans.__('Started')}
        </th>
        <th scope="col" className="jp-mod-number">
          {trans.__('Duration')}
        </th>
        <th scope="col">{trans.__('Tasks')}</th>
        <th scope="col" className="jp-mod-spare">
          {trans.__('Params')}
        </th>
      </tr>
    </thead>
  );
}

function toggled(chosen: ReadonlySet<string>, runId: string): ReadonlySet<string> {
  const next = new Set(chosen);
  if (!next.delete(runId)) {
    next.add(runId);
  }
  return next;
}

/** Params in one line: `region=EU, days=7`. */
export function paramsText(params: Readonly<Record<string, unknown>>): string {
  return Object.entries(params)
    .map(([name, value]) => `${name}=${typeof value === 'string' ? value : JSON.stringify(value)}`)
    .join(', ');
}
