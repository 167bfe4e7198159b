/** Who is at work and what wants attention, at a glance. */
import * as React from 'react';

import { fromNow } from '../../format';
import { useTexts } from '../../text';
import type { Health, Overview } from '../../wire';
import { Icon, type IconName } from '../icons';

export interface HealthTilesProps {
  readonly health: Health;
  readonly overview: Overview | null;
  readonly questions: number;
  /** Files that could not be read. */
  readonly importErrors: number;
  readonly now: number;
  readonly onImportErrors: () => void;
  readonly onRunning: () => void;
  readonly onFailed: () => void;
}

type Tone = 'good' | 'bad' | 'warn' | 'plain';

export function HealthTiles(props: HealthTilesProps): React.JSX.Element {
  const { health, overview, questions, importErrors, now } = props;
  const trans = useTexts();
  return (
    <ul className="jp-nbflow-tiles" aria-label={trans.__('Health')}>
      <Scheduler scheduler={health.scheduler} now={now} />
      <Cluster cluster={health.cluster} />
      <Tile
        name="running"
        icon="play"
        tone="plain"
        label={trans.__('Runs')}
        value={trans.__('%1 running', health.running)}
        more={trans.__('%1 queued', health.queued)}
        onClick={props.onRunning}
      />
      <Failed count={overview?.failed_count ?? null} onClick={props.onFailed} />
      {questions ? (
        <Tile
          name="questions"
          icon="person"
          tone="plain"
          label={trans.__('Waiting for people')}
          value={trans._n('%1 question', '%1 questions', questions)}
          more={trans.__('the oldest below')}
        />
      ) : null}
      <Errors count={importErrors} onClick={props.onImportErrors} />
    </ul>
  );
}

function Scheduler({
  scheduler,
  now
}: {
  scheduler: Health['scheduler'];
  now: number;
}): React.JSX.Element {
  const trans = useTexts();
  const beat = scheduler.last_heartbeat;
  return (
    <Tile
      name="scheduler"
      icon={scheduler.alive ? 'check' : 'warning'}
      tone={scheduler.alive ? 'good' : 'warn'}
      label={trans.__('Scheduler')}
      value={scheduler.alive ? trans.__('Alive') : trans.__('None alive')}
      more={
        beat === null
          ? trans.__('never started')
          : trans.__('heartbeat %1', fromNow(beat, Math.max(now, Date.parse(beat)), trans))
      }
    />
  );
}

function Cluster({ cluster }: { cluster: Health['cluster'] }): React.JSX.Element {
  const trans = useTexts();
  if (cluster === null) {
    return (
      <Tile
        name="cluster"
        icon="graph"
        tone="plain"
        label={trans.__('Cluster')}
        value="–"
        more={trans.__('no scheduler has told')}
      />
    );
  }
  const isFull = cluster.slots > 0 && cluster.used >= cluster.slots;
  return (
    <Tile
      name="cluster"
      icon="graph"
      tone={isFull ? 'warn' : 'plain'}
      label={trans.__('Cluster')}
      value={trans.__('%1 of %2 slots', cluster.used, cluster.slots)}
      more={`${cluster.kind}, ${trans._n('%1 worker', '%1 workers', cluster.workers.length)}`}
    />
  );
}

/** Null as long as nobody has told: that is not yet good news. */
function Failed({
  count,
  onClick
}: {
  count: number | null;
  onClick: () => void;
}): React.JSX.Element {
  const trans = useTexts();
  return count === null ? (
    <Tile
      name="failed"
      icon="wait"
      tone="plain"
      label={trans.__('Failed, 24 h')}
      value="–"
      more={trans.__('being counted')}
    />
  ) : (
    <Tile
      name="failed"
      icon={count ? 'warning' : 'check'}
      tone={count ? 'bad' : 'good'}
      label={trans.__('Failed, 24 h')}
      value={trans._n('%1 run', '%1 runs', count)}
      more={count ? trans.__('show these DAGs') : trans.__('all well')}
      {...(count ? { onClick } : {})}
    />
  );
}

function Errors({ count, onClick }: { count: number; onClick: () => void }): React.JSX.Element {
  const trans = useTexts();
  return (
    <Tile
      name="errors"
      icon={count ? 'warning' : 'check'}
      tone={count ? 'warn' : 'good'}
      label={trans.__('Import errors')}
      value={trans._n('%1 file', '%1 files', count)}
      more={count ? trans.__('show what to do') : trans.__('all files read')}
      {...(count ? { onClick } : {})}
    />
  );
}

interface TileProps {
  readonly name: string;
  readonly icon: IconName;
  readonly tone: Tone;
  readonly label: string;
  readonly value: string;
  readonly more: string;
  readonly onClick?: () => void;
}

function Tile({ name, icon, tone, label, value, more, onClick }: TileProps): React.JSX.Element {
  const inside = (
    <>
      <span className="jp-nbflow-tile-label">
        <Icon name={icon} size={13} /> {label}
      </span>
      <span className="jp-nbflow-tile-value">{value}</span>
      <span className="jp-nbflow-tile-more jp-nbflow-ellipsis">{more}</span>
    </>
  );
  return (
    <li data-tile={name} data-tone={tone}>
      {onClick === undefined ? (
        <div className="jp-nbflow-tile">{inside}</div>
      ) : (
        <button type="button" className="jp-nbflow-tile" onClick={onClick}>
          {inside}
        </button>
      )}
    </li>
  );
}
