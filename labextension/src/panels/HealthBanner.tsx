/** Whether somebody is at work: a banner when no scheduler is alive, a quiet line when all is well. */
import * as React from 'react';

import type { FeedState } from '../feed';
import { fromNow } from '../format';
import { useTexts } from '../text';
import type { Health } from '../wire';
import { Button, Notice } from './controls';
import { Icon } from './icons';

/** The banner; nothing while all is well. */
export function HealthBanner({
  health,
  now,
  onStart
}: {
  health: Health | null;
  now: number;
  onStart: () => void;
}): React.JSX.Element | null {
  const trans = useTexts();
  if (health === null || health.scheduler.alive) {
    return null;
  }
  const last = health.scheduler.last_heartbeat;
  // It is in the past, whatever the clock of this page says.
  const past = last === null ? now : Math.max(now, Date.parse(last) + 1000);
  return (
    <Notice
      kind="warning"
      title={trans.__('No scheduler is alive')}
      action={
        <Button
          icon="play"
          label={trans.__('Start a scheduler')}
          verb="startScheduler"
          onClick={onStart}
        />
      }
    >
      <p>
        {last === null
          ? trans.__('None has been started yet, so nothing runs.')
          : trans.__(
              'Its last heartbeat came %1. Nothing runs until one is back.',
              fromNow(last, past, trans)
            )}
      </p>
    </Notice>
  );
}

/** That this person may only look. */
export function ReadOnly({ reason }: { reason: string | null }): React.JSX.Element | null {
  const trans = useTexts();
  return reason === null ? null : (
    <p className="jp-nbflow-read-only" role="note" data-testid="nbflow-read-only">
      <Icon name="lock" size={14} />
      <span>
        <strong>{trans.__('Read-only.')}</strong> {reason}
      </span>
    </p>
  );
}

/** What goes on, in one line at the foot of the panel. */
export function HealthLine({
  health,
  connection,
  onOpenCluster
}: {
  health: Health | null;
  connection: FeedState;
  onOpenCluster: () => void;
}): React.JSX.Element | null {
  const trans = useTexts();
  if (health === null) {
    return null;
  }
  const isLive = connection === 'open';
  const cluster = health.cluster;
  return (
    <div className="jp-nbflow-foot">
      <span
        className="jp-nbflow-pulse"
        data-live={isLive && health.scheduler.alive}
        aria-hidden="true"
      />
      <span>
        {isLive ? trans._n('%1 run', '%1 runs', health.running) : trans.__('Connecting…')}
        {isLive && health.queued ? `, ${trans.__('%1 queued', health.queued)}` : ''}
      </span>
      <span className="jp-nbflow-spring" />
      {cluster === null ? null : (
        <button
          type="button"
          className="jp-nbflow-link"
          title={trans.__('Show the cluster: %1 %2', cluster.kind, cluster.address)}
          onClick={onOpenCluster}
        >
          {trans.__('%1 of %2 slots', cluster.used, cluster.slots)}
        </button>
      )}
    </div>
  );
}
