/** What is to be known about a DAG besides its graph, and about the chosen run. */
import * as React from 'react';

import { Prose } from '../notebook/Prose';
import { useTexts } from '../text';
import type { DagDetail, DeadlineView, RunDetail, RunView } from '../wire';
import { Facts, Instant } from './controls';
import { Icon } from './icons';
import { paramsText } from './RunTable';

export function DagDetails({
  detail,
  run: shown,
  schedule,
  now
}: {
  detail: DagDetail;
  run: RunDetail | null;
  /** When the DAG runs. */
  schedule: React.ReactNode;
  now: number;
}): React.JSX.Element {
  const trans = useTexts();
  const { dag } = detail;
  const run = shown?.run ?? null;
  return (
    <div className="jp-nbflow-details">
      {run === null ? null : (
        <section>
          <h2>{trans.__('Run')}</h2>
          <Facts
            facts={[
              [trans.__('Run id'), <code key="id">{run.run_id}</code>],
              [trans.__('Logical date'), <Instant key="date" at={run.logical_date} now={now} />],
              [trans.__('Covers'), <Covers key="covers" run={run} now={now} />],
              [trans.__('Due'), <Instant key="due" at={run.run_after} now={now} />],
              [trans.__('Params'), paramsText(run.params) || '–'],
              [trans.__('DAG version'), run.version || '–']
            ]}
          />
          {shown?.deadlines.length ? <Deadlines deadlines={shown.deadlines} now={now} /> : null}
        </section>
      )}
      <section>
        <h2>{trans.__('Schedule')}</h2>
        {schedule}
      </section>
      <section>
        <h2>{trans.__('DAG')}</h2>
        {detail.doc ? <Prose source={detail.doc} /> : null}
        <Facts
          facts={[
            [trans.__('File'), <code key="file">{dag.file}</code>],
            [trans.__('Start date'), <Instant key="start" at={detail.start_date} now={now} />],
            [
              trans.__('Catchup'),
              catchupText(detail.catchup, trans.__('all'), trans.__('latest only'))
            ],
            [trans.__('Runs at a time'), detail.max_active_runs],
            [trans.__('Owner'), dag.owner || '–'],
            [trans.__('Version'), dag.version]
          ]}
        />
      </section>
    </div>
  );
}

function Covers({ run, now }: { run: RunView; now: number }): React.JSX.Element {
  const { data_interval_start: start, data_interval_end: end } = run;
  if (start === null || start === end) {
    return <Instant at={start} now={now} />;
  }
  return (
    <>
      <Instant at={start} now={now} /> – <Instant at={end} now={now} />
    </>
  );
}

function Deadlines({
  deadlines,
  now
}: {
  deadlines: readonly DeadlineView[];
  now: number;
}): React.JSX.Element {
  const trans = useTexts();
  return (
    <>
      <h3>{trans.__('Deadlines')}</h3>
      <ul className="jp-nbflow-plain jp-nbflow-deadlines">
        {deadlines.map(({ name, text, due_at: dueAt, missed }) => (
          <li key={name} data-missed={missed}>
            <Icon name={missed ? 'warning' : 'clock'} size={14} />
            <strong>{name}</strong>
            <span className="jp-nbflow-muted">
              {text}
              {dueAt === null ? null : (
                <>
                  {' · '}
                  <Instant at={dueAt} now={now} />
                </>
              )}
            </span>
            {missed ? <span className="jp-nbflow-tag">{trans.__('missed')}</span> : null}
          </li>
        ))}
      </ul>
    </>
  );
}

function catchupText(catchup: boolean | number, all: string, latest: string): string {
  return typeof catchup === 'number' ? String(catchup) : catchup ? all : latest;
}
