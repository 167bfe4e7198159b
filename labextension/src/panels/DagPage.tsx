/** The page of one DAG: what it is, its runs, the chosen run as a graph and as tables, and a task beside them. */
import * as React from 'react';

import { fromNow, instant } from '../format';
import { DagGraph } from '../graph/DagGraph';
import { nodeStates, type NodeStates } from '../graph/node-states';
import { useNow } from '../graph/useNow';
import type { DagPageState } from '../live/dag-page';
import { useChoice } from '../live/view-state';
import { isFinished } from '../states';
import { useTexts } from '../text';
import type { DagDetail, DagView, Health, RunDetail } from '../wire';
import { Button, Loading, MenuButton, Notice, Switch } from './controls';
import { DagDetails } from './DagDetails';
import { HealthBanner } from './HealthBanner';
import { Icon } from './icons';
import { useElementId } from './ids';
import { RunStrip } from './RunStrip';
import { RunSummary, type RunActions } from './RunSummary';
import { Split } from './Split';
import { Tabs, type TabItem } from './Tabs';
import { TaskTable } from './TaskTable';

export interface DagPageProps extends RunActions {
  readonly dagId: string;
  readonly state: DagPageState;
  /** As the DAG list has it, which hears of pauses and next runs first. */
  readonly dag: DagView | null;
  readonly health: Health | null;
  readonly onChooseRun: (runId: string | null) => void;
  readonly onChooseTask: (taskId: string, mapIndex: number) => void;
  readonly onTrigger: () => void;
  readonly onPause: (paused: boolean) => void;
  /** Opens the menu of what else can be done about the DAG. */
  readonly onMoreOfDag: (button: HTMLElement) => void;
  readonly onClearRuns: () => void;
  readonly onOpenAsset: (name: string) => void;
  readonly onReload: () => void;
  readonly onStartScheduler: () => void;
  /** What the tab of backfills shows. */
  readonly backfills: React.ReactNode;
  /** What the tab of assets shows. */
  readonly lineage: React.ReactNode;
  /** What the tab of details shows of the schedule. */
  readonly schedule: React.ReactNode;
  /** What the tab of versions shows. */
  readonly versions: React.ReactNode;
  /** What the tabs of its past show. */
  readonly past: Readonly<Partial<Record<PastView, React.ReactNode>>>;
  /** The drawer of the chosen task, or nothing. */
  readonly drawer: React.ReactNode;
}

export function DagPage(props: DagPageProps): React.JSX.Element {
  const { state, health, drawer } = props;
  const trans = useTexts();
  const isMoving = state.run !== null && !isFinished(state.run.run.state);
  const now = useNow(true, isMoving ? 1000 : 15_000);
  const detail = state.detail;
  if (detail === null) {
    return (
      <div className="jp-nbflow jp-nbflow-page">
        {state.error === null ? (
          <Loading lines={8} />
        ) : (
          <Notice
            kind="error"
            title={trans.__('%1 cannot be shown', props.dagId)}
            action={
              <Button icon="refresh" label={trans.__('Try again')} onClick={props.onReload} />
            }
          >
            <p>{state.error}</p>
          </Notice>
        )}
      </div>
    );
  }
  return (
    <div
      className="jp-nbflow jp-nbflow-page"
      data-testid="nbflow-dag-page"
      data-dag-id={props.dagId}
    >
      <Header {...props} dag={props.dag ?? detail.dag} detail={detail} now={now} />
      <HealthBanner health={health} now={now} onStart={props.onStartScheduler} />
      <RunStrip
        runs={state.runs ?? []}
        current={state.runId}
        now={now}
        onChoose={props.onChooseRun}
      />
      <RunLine {...props} now={now} />
      <Split main={<Views {...props} detail={detail} now={now} />} side={drawer} />
    </div>
  );
}

function Header({
  dag,
  detail,
  now,
  onPause,
  onMoreOfDag,
  onTrigger
}: DagPageProps & { dag: DagView; detail: DagDetail; now: number }): React.JSX.Element {
  const trans = useTexts();
  return (
    <div className="jp-nbflow-head">
      <div className="jp-nbflow-head-text">
        <h1>
          <span className="jp-nbflow-ellipsis" title={dag.dag_id}>
            {dag.display_name || dag.dag_id}
          </span>
          {dag.tags.map(tag => (
            <span key={tag} className="jp-nbflow-tag">
              {tag}
            </span>
          ))}
          {dag.active ? null : (
            <span className="jp-nbflow-tag">{trans.__('its file is gone')}</span>
          )}
        </h1>
        <div className="jp-nbflow-muted jp-nbflow-ellipsis" title={detail.dag.description}>
          {dag.schedule}
          {dag.next_run === null || dag.paused ? null : (
            <>
              {' · '}
              <time dateTime={dag.next_run} title={instant(dag.next_run, now)}>
                {trans.__('next %1', fromNow(dag.next_run, now, trans))}
              </time>
            </>
          )}
          {dag.description ? ` · ${dag.description}` : ''}
        </div>
      </div>
      <Switch
        isOn={!dag.paused}
        caption={dag.held ? trans.__('Held') : dag.paused ? trans.__('Paused') : trans.__('Active')}
        label={
          dag.paused ? trans.__('Paused: switch the schedule on') : trans.__('Pause the schedule')
        }
        verb="pause"
        onChange={isOn => onPause(!isOn)}
      />
      <Button
        look="primary"
        icon="play"
        label={trans.__('Trigger')}
        verb="trigger"
        onClick={onTrigger}
        testId="nbflow-trigger"
      />
      <MenuButton
        label={trans.__('More about %1', dag.dag_id)}
        testId="nbflow-dag-more"
        onOpen={onMoreOfDag}
      />
    </div>
  );
}

function RunLine(props: DagPageProps & { now: number }): React.JSX.Element | null {
  const { state, now } = props;
  const trans = useTexts();
  if (state.runId === null) {
    return null;
  }
  if (state.run !== null) {
    return <RunSummary {...props} detail={state.run} now={now} />;
  }
  if (state.runError !== null) {
    return (
      <Notice kind="error" title={trans.__('This run cannot be shown')}>
        <p>{state.runError}</p>
      </Notice>
    );
  }
  return (
    <div className="jp-nbflow-summary" role="status" data-state="queued">
      <Icon name="wait" size={14} />
      {trans.__('Asked for; the scheduler creates the run in a moment.')}
    </div>
  );
}

export type PastView = 'grid' | 'gantt' | 'durations' | 'calendar' | 'runs';
type View = 'graph' | 'tasks' | 'assets' | 'backfills' | 'versions' | 'details' | PastView;

function Views(props: DagPageProps & { detail: DagDetail; now: number }): React.JSX.Element {
  const { state, detail } = props;
  const trans = useTexts();
  const [chosen, setView] = useChoice('view', 'graph');
  const panelId = `${useElementId()}-view`;
  const run = state.runId === null ? null : state.run;
  const tasks = run?.tasks ?? detail.tasks;
  const tabs: (TabItem & { id: View })[] = [
    { id: 'graph', label: trans.__('Graph') },
    { id: 'grid', label: trans.__('Grid') },
    { id: 'gantt', label: trans.__('Gantt') },
    { id: 'durations', label: trans.__('Durations') },
    { id: 'calendar', label: trans.__('Calendar') },
    { id: 'tasks', label: trans.__('Tasks'), count: tasks.length },
    { id: 'runs', label: trans.__('Runs') },
    { id: 'assets', label: trans.__('Assets') },
    { id: 'backfills', label: trans.__('Backfills') },
    { id: 'versions', label: trans.__('Versions') },
    { id: 'details', label: trans.__('Details') }
  ];
  const view = tabs.find(tab => tab.id === chosen)?.id ?? 'graph';
  return (
    <div className="jp-nbflow-views">
      <Tabs
        label={trans.__('Views of %1', props.dagId)}
        tabs={tabs}
        current={view}
        panelId={panelId}
        onChoose={setView}
      />
      <div
        id={panelId}
        className="jp-nbflow-view"
        role="tabpanel"
        aria-labelledby={`${panelId}-${view}`}
        data-view={view}
      >
        <Shown view={view} {...props} run={run} tasks={tasks} />
      </div>
    </div>
  );
}

const PAST: readonly string[] = ['grid', 'gantt', 'durations', 'calendar'];

function isPast(view: View): view is PastView {
  return PAST.includes(view);
}

type ShownProps = DagPageProps & {
  view: View;
  detail: DagDetail;
  run: RunDetail | null;
  tasks: DagDetail['tasks'];
  now: number;
};

function Shown(props: ShownProps): React.JSX.Element {
  const { view, state, detail, run, tasks, now, onChooseTask } = props;
  if (view === 'tasks') {
    return <TaskTable tasks={tasks} run={run} selected={state.task} onOpen={onChooseTask} />;
  }
  if (view === 'runs') {
    return (
      <>
        {state.runs?.length ? <ManyRuns onClear={props.onClearRuns} /> : null}
        {props.past.runs}
      </>
    );
  }
  if (isPast(view)) {
    return <>{props.past[view]}</>;
  }
  if (view === 'assets') {
    return <>{props.lineage}</>;
  }
  if (view === 'backfills') {
    return <>{props.backfills}</>;
  }
  if (view === 'versions') {
    return <>{props.versions}</>;
  }
  if (view === 'details') {
    return <DagDetails detail={detail} run={run} schedule={props.schedule} now={now} />;
  }
  return <Graph {...props} />;
}

/** What can be done about many runs at a time. */
function ManyRuns({ onClear }: { readonly onClear: () => void }): React.JSX.Element {
  const trans = useTexts();
  return (
    <div className="jp-nbflow-view-bar">
      <span className="jp-nbflow-muted">
        {trans.__('Tasks of many runs can run again together.')}
      </span>
      <span className="jp-nbflow-spring" />
      <Button
        icon="again"
        label={trans.__('Clear runs…')}
        verb="clearRuns"
        onClick={onClear}
        testId="nbflow-clear-runs"
      />
    </div>
  );
}

function Graph(props: ShownProps): React.JSX.Element {
  const { state, detail, run, tasks, dagId, onChooseTask } = props;
  const states = useNodeStates(run);
  const [text, onKeep] = useChoice('graph.view');
  const open = React.useCallback((taskId: string) => onChooseTask(taskId, -1), [onChooseTask]);
  return (
    <DagGraph
      kept={{ text, onKeep }}
      dagId={dagId}
      tasks={tasks}
      groups={run?.groups ?? detail.groups}
      states={states}
      selected={state.task?.taskId ?? null}
      awaited={detail.awaited_assets?.assets}
      onOpen={open}
      onOpenAsset={props.onOpenAsset}
    />
  );
}

/** The states of the run's tasks; those that did not change stay the same objects. */
function useNodeStates(run: RunDetail | null): NodeStates | null {
  const [last, setLast] = React.useState<
    (Pick<RunDetail, 'instances' | 'mapped'> & { states: NodeStates }) | null
  >(null);
  if (run === null) {
    return null;
  }
  const { instances, mapped } = run;
  if (last?.instances === instances && last.mapped === mapped) {
    return last.states;
  }
  const states = nodeStates(instances, last?.states, mapped);
  // Remembered for the next drawing, which React makes at once: the pattern of state derived from props.
  setLast({ instances, mapped, states });
  return states;
}
