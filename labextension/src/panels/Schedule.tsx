/** When a DAG runs: its schedule in words, the next runs, and the assets that it waits for. */
import * as React from 'react';

import type { ListingState } from '../live/listing';
import { useTexts } from '../text';
import type { AwaitedAsset, NextRun, ScheduleView } from '../wire';
import { Facts, Instant, Loading, Notice } from './controls';
import { Icon } from './icons';

export interface ScheduleProps {
  readonly listing: ListingState<ScheduleView>;
  readonly now: number;
}

export function Schedule({ listing, now }: ScheduleProps): React.JSX.Element {
  const trans = useTexts();
  const { value, error } = listing;
  if (value === null) {
    return error === null ? (
      <Loading lines={3} />
    ) : (
      <Notice kind="error" title={trans.__('The schedule cannot be shown')}>
        <p>{error}</p>
      </Notice>
    );
  }
  const { awaited_assets: awaited } = value;
  return (
    <div data-testid="nbflow-schedule">
      <Facts
        facts={[
          [trans.__('Schedule'), value.schedule],
          [trans.__('Zone'), value.timezone],
          [trans.__('What comes next'), value.text || '–'],
          [trans.__('Next runs'), <NextRuns key="next" runs={value.next_runs} now={now} />],
          ...(awaited === null
            ? []
            : ([
                [trans.__('Waits for'), <Awaited key="awaited" assets={awaited.assets} now={now} />]
              ] as const))
        ]}
      />
    </div>
  );
}

function NextRuns({ runs, now }: { runs: readonly NextRun[]; now: number }): React.JSX.Element {
  if (!runs.length) {
    return <>–</>;
  }
  return (
    <ul className="jp-nbflow-plain">
      {runs.map(run => (
        <li key={run.run_after}>
          <Instant at={run.run_after} now={now} />{' '}
          <span className="jp-nbflow-muted">{run.local}</span>
        </li>
      ))}
    </ul>
  );
}

function Awaited({
  assets,
  now
}: {
  assets: readonly AwaitedAsset[];
  now: number;
}): React.JSX.Element {
  const trans = useTexts();
  return (
    <ul className="jp-nbflow-plain jp-nbflow-awaited">
      {assets.map(asset => (
        <li key={`${asset.kind} ${asset.name}`} data-missing={asset.missing}>
          <Icon name={asset.missing ? 'wait' : 'check'} size={14} />
          <strong>{asset.name}</strong>
          {asset.kind === 'alias' ? (
            <span className="jp-nbflow-tag">{trans.__('alias')}</span>
          ) : null}
          <span className="jp-nbflow-muted">
            {asset.missing ? trans.__('missing') : trans.__('there is news of it')}
            {asset.updated_at === null ? null : (
              <>
                {' · '}
                <Instant at={asset.updated_at} now={now} />
              </>
            )}
          </span>
        </li>
      ))}
    </ul>
  );
}
