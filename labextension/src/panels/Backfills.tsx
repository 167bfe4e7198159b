/** The backfills of a DAG: how far each is, its dates, and what can be done about it. */
import * as React from 'react';

import type { ListingState } from '../live/listing';
import { countStates } from '../states';
import { useTexts, type Texts } from '../text';
import type { BackfillDate, BackfillView } from '../wire';
import { Button, Counts, Instant, Loading, Notice, StateBadge } from './controls';
import { Icon } from './icons';

export type BackfillVerb = 'paused' | 'running' | 'cancelled';

export interface BackfillsProps {
  readonly listing: ListingState<readonly BackfillView[]>;
  /** The backfill whose dates are shown, null for none. */
  readonly chosen: number | null;
  readonly dates: ListingState<readonly BackfillDate[]> | null;
  readonly now: number;
  readonly onChoose: (id: number | null) => void;
  readonly onNew: () => void;
  readonly onSet: (backfill: BackfillView, state: BackfillVerb) => void;
  readonly onChooseRun: (runId: string) => void;
  readonly onReload: () => void;
}

export function Backfills(props: BackfillsProps): React.JSX.Element {
  const { listing, onNew, onReload } = props;
  const trans = useTexts();
  const { value, error } = listing;
  return (
    <div data-testid="nbflow-backfills">
      <div className="jp-nbflow-view-bar">
        <span className="jp-nbflow-muted">
          {trans.__('A backfill makes the runs of a range of dates, or makes them anew.')}
        </span>
        <span className="jp-nbflow-spring" />
        <Button
          icon="add"
          label={trans.__('New backfill…')}
          verb="newBackfill"
          onClick={onNew}
          testId="nbflow-new-backfill"
        />
      </div>
      {error === null ? null : (
        <Notice
          kind="error"
          title={trans.__('The backfills cannot be shown')}
          action={<Button icon="refresh" label={trans.__('Try again')} onClick={onReload} />}
        >
          <p>{error}</p>
        </Notice>
      )}
      {value === null && error === null ? <Loading lines={4} /> : null}
      {value?.length === 0 ? <Notice kind="empty" title={trans.__('No backfills yet')} /> : null}
      {value?.length ? <BackfillTable {...props} backfills={value} /> : null}
    </div>
  );
}

function BackfillTable(
  props: BackfillsProps & { readonly backfills: readonly BackfillView[] }
): React.JSX.Element {
  const { backfills, now, chosen, dates, onChoose, onSet, onChooseRun } = props;
  const trans = useTexts();
  return (
    <table className="jp-nbflow-table">
      <thead>
        <tr>
          <th scope="col">{trans.__('Dates')}</th>
          <th scope="col">{trans.__('State')}</th>
          <th scope="col">{trans.__('Progress')}</th>
          <th scope="col" className="jp-mod-roomy">
            {trans.__('Runs there are')}
          </th>
          <th scope="col" className="jp-mod-spare">
            {trans.__('Asked for')}
          </th>
          <th scope="col">
            <span className="jp-nbflow-hidden">{trans.__('Actions')}</span>
          </th>
        </tr>
      </thead>
      <tbody>
        {backfills.map(one => (
          <React.Fragment key={one.id}>
            <tr
              data-backfill={one.id}
              data-state={one.state}
              data-selected={chosen === one.id || undefined}
            >
              <th scope="row">
                <button
                  type="button"
                  className="jp-nbflow-link jp-nbflow-fold"
                  aria-expanded={chosen === one.id}
                  onClick={() => onChoose(chosen === one.id ? null : one.id)}
                >
                  <Icon name="chevron" size={12} />
                  {rangeText(one, now)}
                </button>
              </th>
              <td>
                <StateBadge state={one.state} />
              </td>
              <td>
                <Progress backfill={one} />
              </td>
              <td className="jp-mod-roomy">{reprocessName(one.reprocess, trans)}</td>
              <td className="jp-mod-spare">
                <Instant at={one.created_at} now={now} />
                {one.actor ? ` · ${one.actor}` : ''}
              </td>
              <td className="jp-nbflow-actions">
                <Verbs backfill={one} onSet={onSet} />
              </td>
            </tr>
            {chosen === one.id && dates !== null ? (
              <tr className="jp-nbflow-under">
                <td colSpan={6}>
                  <Dates dates={dates} now={now} onChooseRun={onChooseRun} />
                </td>
              </tr>
            ) : null}
          </React.Fragment>
        ))}
      </tbody>
    </table>
  );
}

function Verbs({
  backfill,
  onSet
}: {
  backfill: BackfillView;
  onSet: BackfillsProps['onSet'];
}): React.JSX.Element | null {
  const trans = useTexts();
  if (backfill.ended_at !== null) {
    return null;
  }
  return (
    <>
      {backfill.state === 'paused' ? (
        <Button
          icon="play"
          label={trans.__('Go on')}
          verb="setBackfill"
          onClick={() => onSet(backfill, 'running')}
        />
      ) : (
        <Button
          icon="pause"
          label={trans.__('Pause')}
          verb="setBackfill"
          onClick={() => onSet(backfill, 'paused')}
        />
      )}{' '}
      <Button
        icon="stop"
        label={trans.__('Cancel backfill')}
        verb="setBackfill"
        onClick={() => onSet(backfill, 'cancelled')}
      />
    </>
  );
}

/** How many dates are over, as a bar and in words. */
function Progress({ backfill }: { backfill: BackfillView }): React.JSX.Element {
  const trans = useTexts();
  const { total, counts, left } = backfill;
  const over = (counts.success ?? 0) + (counts.failed ?? 0) + (counts.cancelled ?? 0) + left;
  const order = countStates(Object.keys(counts)).map(([state]) => state);
  return (
    <span className="jp-nbflow-meter">
      <span
        className="jp-nbflow-meter-track"
        role="progressbar"
        aria-label={trans.__('Dates that are done')}
        aria-valuenow={over}
        aria-valuemin={0}
        aria-valuemax={total}
      >
        <span style={{ width: `${(100 * over) / Math.max(1, total)}%` }} />
      </span>
      {trans.__('%1 of %2', over, total)}
      <Counts counts={order.map(state => [state, counts[state] ?? 0] as const)} />
      {left ? (
        <span className="jp-nbflow-muted">
          {trans._n('%1 left as it was', '%1 left as they were', left)}
        </span>
      ) : null}
    </span>
  );
}

function Dates({
  dates,
  now,
  onChooseRun
}: {
  dates: ListingState<readonly BackfillDate[]>;
  now: number;
  onChooseRun: BackfillsProps['onChooseRun'];
}): React.JSX.Element {
  const { value, error } = dates;
  if (value === null) {
    return error === null ? <Loading lines={3} /> : <Notice kind="error" title={error} />;
  }
  return <BackfillDates dates={value} now={now} onChooseRun={onChooseRun} />;
}

/** What happens, or has happened, to each date. */
export function BackfillDates({
  dates,
  now,
  onChooseRun
}: {
  readonly dates: readonly BackfillDate[];
  readonly now: number;
  /** Null in a preview, where there are no runs to look at. */
  readonly onChooseRun: BackfillsProps['onChooseRun'] | null;
}): React.JSX.Element {
  const trans = useTexts();
  return (
    <ol className="jp-nbflow-events" aria-label={trans.__('Dates')}>
      {dates.map(date => (
        <li key={date.run_id} data-step={date.step}>
          {date.state === null ? (
            <span className="jp-nbflow-tag">{stepName(date.step, trans)}</span>
          ) : (
            <StateBadge state={date.state} />
          )}
          {onChooseRun === null || date.state === null ? (
            <Instant at={date.logical_date} now={now} />
          ) : (
            <button
              type="button"
              className="jp-nbflow-link"
              title={date.run_id}
              onClick={() => onChooseRun(date.run_id)}
            >
              <Instant at={date.logical_date} now={now} />
            </button>
          )}
          {date.why && date.state === null ? (
            <span className="jp-nbflow-muted">{date.why}</span>
          ) : null}
        </li>
      ))}
    </ol>
  );
}

function stepName(step: string, trans: Texts): string {
  const names: Record<string, string> = {
    create: trans.__('new run'),
    rerun: trans.__('runs again'),
    leave: trans.__('stays as it is')
  };
  return names[step] ?? step;
}

export function reprocessName(reprocess: string, trans: Texts): string {
  const names: Record<string, string> = {
    none: trans.__('stay as they are'),
    failed: trans.__('run again if they failed'),
    completed: trans.__('run again')
  };
  return names[reprocess] ?? reprocess;
}

function rangeText({ from_date: from, to_date: to }: BackfillView, now: number): string {
  const day = (at: string): string =>
    new Date(at).toLocaleDateString(undefined, {
      day: 'numeric',
      month: 'short',
      year: new Date(at).getFullYear() === new Date(now).getFullYear() ? undefined : 'numeric'
    });
  return `${day(from)} – ${day(to)}`;
}
