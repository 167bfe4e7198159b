/** What the tries of a task took: waiting for a slot, starting, running; memory, and the worker it ran on. */
import * as React from 'react';

import { bytes, duration, secondsBetween } from '../../format';
import { useNow } from '../../graph/useNow';
import { useTexts } from '../../text';
import type { TaskInstanceView, TryView } from '../../wire';
import { Notice } from '../controls';

export interface Stretches {
  /** Seconds from ready to handed to the executor; null of tries before the last, of which it is not kept. */
  readonly waited: number | null;
  /** Seconds from there to the first line. */
  readonly starting: number | null;
  readonly ran: number | null;
}

/** Where the time of a try went. */
export function stretchesOf(
  one: TryView,
  instance: Pick<TaskInstanceView, 'try_number' | 'scheduled_at'>,
  now: number
): Stretches {
  const isLast = one.try_number === instance.try_number && one.queued_at !== null;
  return {
    waited: isLast ? secondsBetween(instance.scheduled_at, one.queued_at, now) : null,
    starting: secondsBetween(one.queued_at, one.started_at ?? one.ended_at, now),
    ran: secondsBetween(one.started_at, one.ended_at, now)
  };
}

export function Resources({
  tries,
  instance
}: {
  readonly tries: readonly TryView[];
  readonly instance: TaskInstanceView;
}): React.JSX.Element {
  const trans = useTexts();
  const now = useNow(tries.some(one => one.ended_at === null));
  if (!tries.length) {
    return <Notice kind="empty" title={trans.__('Not tried yet')} />;
  }
  const all = tries.map(one => ({ one, stretches: stretchesOf(one, instance, now) }));
  const longest = Math.max(...all.map(({ stretches }) => total(stretches)), 0.001);
  const most = Math.max(...tries.map(one => one.peak_memory ?? 0), 1);
  return (
    <table className="jp-nbflow-table jp-nbflow-resources" data-testid="nbflow-resources">
      <thead>
        <tr>
          <th scope="col">{trans.__('Try')}</th>
          <th scope="col">{trans.__('Time')}</th>
          <th scope="col">{trans.__('Peak memory')}</th>
          <th scope="col">{trans.__('Worker')}</th>
        </tr>
      </thead>
      <tbody>
        {all.map(({ one, stretches }) => (
          <tr key={one.attempt_id}>
            <th scope="row">{one.try_number}</th>
            <td>
              <TimeBar stretches={stretches} longest={longest} />
            </td>
            <td>
              {one.peak_memory === null ? (
                '–'
              ) : (
                <>
                  <Bar share={one.peak_memory / most} kind="memory" />
                  {bytes(one.peak_memory)}
                </>
              )}
            </td>
            <td className="jp-nbflow-worker" title={one.worker || undefined}>
              {workerName(one.worker)}
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

/** Its address without the protocol, which is the same of all. */
export function workerName(address: string): string {
  return address.replace(/^\w+:\/\//, '') || '–';
}

function total({ waited, starting, ran }: Stretches): number {
  return (waited ?? 0) + (starting ?? 0) + (ran ?? 0);
}

function TimeBar({
  stretches,
  longest
}: {
  readonly stretches: Stretches;
  readonly longest: number;
}): React.JSX.Element {
  const trans = useTexts();
  const { waited, starting, ran } = stretches;
  const parts = [
    { kind: 'waited', name: trans.__('waited for a slot'), seconds: waited },
    { kind: 'starting', name: trans.__('started'), seconds: starting },
    { kind: 'ran', name: trans.__('ran'), seconds: ran }
  ] as const;
  return (
    <>
      <div className="jp-nbflow-timebar" aria-hidden="true">
        {parts.map(({ kind, seconds }) => (
          <Bar key={kind} kind={kind} share={(seconds ?? 0) / longest} />
        ))}
      </div>
      {parts.map(({ kind, name, seconds }) =>
        seconds === null ? null : (
          <span key={kind} className="jp-nbflow-stretch" data-kind={kind}>
            {name} <strong>{duration(seconds)}</strong>
          </span>
        )
      )}
    </>
  );
}

function Bar({
  share,
  kind
}: {
  readonly share: number;
  readonly kind: string;
}): React.JSX.Element {
  return (
    <span
      className="jp-nbflow-resource-bar"
      data-kind={kind}
      style={{ width: `${Math.min(100, share * 100)}%` }}
    />
  );
}
