/** The cluster: who works there, how hard and on what, and what Dask's own dashboard shows. */
import * as React from 'react';

import { fromNow } from '../../format';
import type { ClusterState } from '../../live/cluster';
import { useTexts, type Texts } from '../../text';
import type { ClusterDetail } from '../../wire';
import { Button, Loading, Notice } from '../controls';
import { useElementId } from '../ids';
import { Tabs } from '../Tabs';
import { Figures } from './Figures';
import { Plots } from './Plots';
import { Tasks, Workers, type OpenTask } from './Workers';

export const CLUSTER_TABS = ['workers', 'tasks', 'plots'] as const;

export type ClusterTab = (typeof CLUSTER_TABS)[number];

export interface ClusterPageProps extends OpenTask {
  readonly state: ClusterState;
  readonly tab: ClusterTab;
  readonly now: number;
  /** Milliseconds that the curves go back. */
  readonly span: number;
  /** Why this person may change nothing here; null if they may. */
  readonly readOnly: string | null;
  readonly addressOf: (url: string) => string;
  readonly onChooseTab: (tab: ClusterTab) => void;
  readonly onScale: () => void;
  readonly onOpenDashboard: () => void;
  readonly onReload: () => void;
  readonly onReloadDashboard: () => void;
  readonly onStartScheduler: () => void;
}

export function ClusterPage(props: ClusterPageProps): React.JSX.Element {
  const { state, onReload } = props;
  const { detail, error, isForbidden } = state;
  const trans = useTexts();
  return (
    <div className="jp-nbflow jp-nbflow-page jp-nbflow-cluster" data-testid="nbflow-cluster">
      <Head {...props} />
      {error === null ? null : (
        <Notice
          kind={isForbidden ? 'empty' : 'error'}
          title={
            isForbidden
              ? trans.__('You are not allowed to see this')
              : detail === null
                ? trans.__('This cannot be shown')
                : trans.__('This may be out of date')
          }
          action={<Button icon="refresh" label={trans.__('Try again')} onClick={onReload} />}
        >
          <p>{error}</p>
        </Notice>
      )}
      {detail !== null ? (
        <Body {...props} detail={detail} />
      ) : error === null ? (
        <Loading lines={6} />
      ) : null}
    </div>
  );
}

function Head(props: ClusterPageProps): React.JSX.Element {
  const { state, readOnly, now, onScale, onOpenDashboard } = props;
  const { detail, dashboard } = state;
  const trans = useTexts();
  const scaling = detail?.scaling;
  const cannotScale = readOnly ?? (scaling?.can_scale === false ? scaling.reason : null);
  const canOpen = dashboard?.reachable === true;
  return (
    <div className="jp-nbflow-head">
      <div className="jp-nbflow-head-text">
        <h1>{trans.__('Cluster')}</h1>
        <div className="jp-nbflow-muted" data-testid="nbflow-cluster-place">
          {detail === null ? '' : placeOf(detail, now, trans)}
        </div>
      </div>
      {detail?.kind === 'dask' ? (
        <>
          <Button
            label={trans.__('Scale…')}
            isDisabled={cannotScale !== null}
            testId="nbflow-scale"
            verb="scaleCluster"
            onClick={onScale}
          />
          <Button
            icon="graph"
            label={trans.__('Open Dask dashboard')}
            isDisabled={!canOpen}
            testId="nbflow-open-dashboard"
            onClick={onOpenDashboard}
          />
        </>
      ) : null}
    </div>
  );
}

function placeOf({ kind, address, scheduler }: ClusterDetail, now: number, trans: Texts): string {
  if (kind === '') {
    return trans.__('No scheduler has told of a cluster yet.');
  }
  const where =
    kind === 'inline'
      ? trans.__('Inline: tasks run in the process of the scheduler')
      : kind === 'dask'
        ? trans.__('Dask scheduler at %1', address)
        : `${kind} ${address}`;
  const on = scheduler.hostname === '' ? '' : ` · ${trans.__('nbflow on %1', scheduler.hostname)}`;
  const last = scheduler.last_heartbeat;
  const seen =
    scheduler.alive || last === null
      ? ''
      : ` · ${trans.__('last heartbeat %1', fromNow(last, now, trans))}`;
  return where + on + seen;
}

function Body(props: ClusterPageProps & { readonly detail: ClusterDetail }): React.JSX.Element {
  const { detail, state, tab, now, span, onChooseTab, onOpenTask } = props;
  const trans = useTexts();
  const panelId = `${useElementId()}-cluster`;
  return (
    <>
      <Reasons {...props} />
      <Figures detail={detail} history={state.history} span={span} />
      <Tabs
        label={trans.__('Cluster')}
        tabs={[
          { id: 'workers', label: trans.__('Workers'), count: detail.workers.length },
          { id: 'tasks', label: trans.__('Tasks'), count: detail.running + detail.queued },
          ...(detail.kind === 'dask' ? [{ id: 'plots', label: trans.__('Dask plots') }] : [])
        ]}
        current={tab}
        panelId={panelId}
        onChoose={id => onChooseTab(CLUSTER_TABS.find(known => known === id) ?? 'workers')}
      />
      <div
        id={panelId}
        className="jp-nbflow-view"
        role="tabpanel"
        aria-labelledby={`${panelId}-${tab}`}
        data-view={tab}
      >
        {tab === 'workers' ? (
          <Workers detail={detail} history={state.history} span={span} onOpenTask={onOpenTask} />
        ) : tab === 'tasks' ? (
          <Tasks detail={detail} now={now} onOpenTask={onOpenTask} />
        ) : (
          <Plots
            dashboard={state.dashboard}
            addressOf={props.addressOf}
            onReload={props.onReloadDashboard}
          />
        )}
      </div>
    </>
  );
}

/** What cannot be done here now, and why. */
function Reasons(props: ClusterPageProps & { readonly detail: ClusterDetail }): React.JSX.Element {
  const { detail, state, readOnly, onStartScheduler } = props;
  const { scheduler, scaling, kind } = detail;
  const trans = useTexts();
  if (!scheduler.alive) {
    return (
      <Notice
        kind="warning"
        title={trans.__('No scheduler is alive')}
        action={
          readOnly === null ? (
            <Button icon="play" label={trans.__('Start a scheduler')} onClick={onStartScheduler} />
          ) : null
        }
      >
        <p>{trans.__('What is shown is what the last one told.')}</p>
      </Notice>
    );
  }
  const { dashboard } = state;
  const told: [string, string][] = [];
  if (!scaling.can_scale || readOnly !== null) {
    told.push([trans.__('Scaling'), readOnly ?? scaling.reason]);
  } else {
    told.push([trans.__('Scaling'), sizeWords(scaling.minimum, scaling.maximum, trans)]);
  }
  if (kind === 'dask' && dashboard !== null && !dashboard.reachable) {
    told.push([trans.__('Dashboard'), dashboard.reason]);
  }
  return (
    <dl className="jp-nbflow-reasons">
      {told.map(([name, text]) => (
        <React.Fragment key={name}>
          <dt>{name}</dt>
          <dd>{text}</dd>
        </React.Fragment>
      ))}
    </dl>
  );
}

function sizeWords(minimum: number | null, maximum: number | null, trans: Texts): string {
  if (minimum === null || maximum === null) {
    return trans.__('The cluster can have more or fewer workers.');
  }
  return minimum === maximum
    ? trans._n('%1 worker was asked for.', '%1 workers were asked for.', maximum)
    : trans.__('From %1 to %2 workers, as the work needs.', minimum, maximum);
}
