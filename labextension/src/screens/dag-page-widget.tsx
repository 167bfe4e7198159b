/** The page of one DAG in the main area: the live DAG, and the live task in its drawer. */
import { ReactWidget } from '@jupyterlab/ui-components';
import type { CommandRegistry } from '@lumino/commands';
import * as React from 'react';

import type { TaskRef } from '../client';
import { instanceToShow } from '../graph/node-states';
import { nbflowIcon } from '../icons';
import { DagPageStore, type ChosenTask, type DagPageState } from '../live/dag-page';
import { useStore } from '../live/store';
import { TaskStore } from '../live/task';
import { ViewState, ViewStateContext } from '../live/view-state';
import { totalOf } from '../mapped';
import type { Rendering } from '../notebook/NotebookView';
import { ProseContext } from '../notebook/Prose';
import { Boundary } from '../panels/Boundary';
import { DagPage } from '../panels/DagPage';
import { DefinitionDrawer, TaskDrawer } from '../panels/task/TaskDrawer';
import { isFinished, summaryState, urgency } from '../states';
import { CommandIds, type INbflowClient, type INbflowModel } from '../tokens';
import type { RunDetail, TaskInstanceView } from '../wire';
import { LiveBackfills } from './backfills';
import { LiveCalendar } from './calendar';
import { LiveDurations } from './durations';
import { LiveGantt } from './gantt';
import { LiveGrid } from './grid';
import { FirstInstance, LiveInstances } from './instances';
import { LiveLineage } from './lineage';
import { openMenu, type MenuEntry } from './menu';
import { LiveRuns } from './runs';
import { LiveSchedule } from './schedule';
import { LiveVersions } from './versions';
import { WithModel } from './WithModel';

export interface DagPageOptions {
  readonly dagId: string;
  /** 1, or more for further pages of the same DAG. */
  readonly number: number;
  readonly client: INbflowClient;
  readonly model: INbflowModel;
  readonly commands: CommandRegistry;
  readonly rendering: Rendering;
}

export class DagPageWidget extends ReactWidget {
  readonly page: DagPageStore;
  /** What the person has chosen to see on it. */
  readonly choices = new ViewState({});

  constructor(private readonly options: DagPageOptions) {
    super();
    const { client, dagId, number } = options;
    this.page = new DagPageStore(client.rest, client.feed, dagId);
    this.addClass('jp-nbflow-host');
    this.title.icon = nbflowIcon;
    this.title.label = number === 1 ? dagId : `${dagId} (${number})`;
    this.title.caption = options.model.texts.__('DAG %1', dagId);
  }

  get dagId(): string {
    return this.options.dagId;
  }

  get number(): number {
    return this.options.number;
  }

  override dispose(): void {
    this.page.dispose();
    super.dispose();
  }

  protected override render(): React.JSX.Element {
    return (
      <WithModel model={this.options.model}>
        <ProseContext.Provider value={this.options.rendering}>
          <ViewStateContext.Provider value={this.choices}>
            <Boundary>
              <LivePage {...this.options} page={this.page} />
            </Boundary>
          </ViewStateContext.Provider>
        </ProseContext.Provider>
      </WithModel>
    );
  }
}

type LivePageProps = DagPageOptions & { readonly page: DagPageStore };

function LivePage(props: LivePageProps): React.JSX.Element {
  const { dagId, model, commands, page } = props;
  const state = useStore(page);
  const { dags, health } = useStore(model.list);
  const dag = dags?.find(one => one.dag_id === dagId) ?? null;
  const { runId, run } = state;
  const chooseTask = React.useCallback(
    (taskId: string, mapIndex: number) => {
      const { run } = page.value;
      const instances = instancesOf(run, taskId);
      const isThere =
        run?.mapped[taskId]?.listed === false || instances.some(one => one.map_index === mapIndex);
      page.chooseTask({ taskId, mapIndex: isThere ? mapIndex : mostUrgent(instances) });
    },
    [page]
  );
  const ofRun = { dag_id: dagId, run_id: runId };
  const compare = (runId: string, earlier: string): void =>
    void commands.execute(CommandIds.compare, { dag_id: dagId, run_id: runId, other: earlier });
  const hasBegun = run !== null && run.run.started_at !== null;
  return (
    <DagPage
      dagId={dagId}
      state={state}
      dag={dag}
      health={health}
      backfills={
        <LiveBackfills {...{ dagId, commands, texts: model.texts }} client={props.client} />
      }
      lineage={<LiveLineage {...{ dagId, commands }} client={props.client} />}
      versions={
        <LiveVersions dagId={dagId} client={props.client} runVersion={run?.run.version ?? null} />
      }
      past={{
        grid: <LiveGrid client={props.client} page={page} />,
        gantt: <LiveGantt client={props.client} page={page} />,
        durations: <LiveDurations client={props.client} page={page} />,
        calendar: <LiveCalendar client={props.client} page={page} />,
        runs: <LiveRuns client={props.client} page={page} onCompare={compare} />
      }}
      schedule={<LiveSchedule dagId={dagId} client={props.client} />}
      drawer={drawerOf({ ...props, onChooseTask: chooseTask }, state)}
      onChooseRun={next => void page.choose(next, page.value.task)}
      onChooseTask={chooseTask}
      onTrigger={() => void commands.execute(CommandIds.trigger, { dag_id: dagId })}
      onMore={button => openMenu(commands, runMenu(ofRun, run), button)}
      onMoreOfDag={button => openMenu(commands, dagMenu(dagId), button)}
      onRerun={() => void commands.execute(CommandIds.rerun, ofRun)}
      onClearRuns={() => void commands.execute(CommandIds.clearRuns, { dag_id: dagId })}
      onPause={paused =>
        void commands.execute(paused ? CommandIds.pause : CommandIds.unpause, { dag_id: dagId })
      }
      onOpenAsset={asset => void commands.execute(CommandIds.openAdmin, { tab: 'assets', asset })}
      onReload={() => void page.load()}
      onStartScheduler={() => void commands.execute(CommandIds.startScheduler)}
      onCancel={() => void commands.execute(CommandIds.cancel, ofRun)}
      onNote={() => void commands.execute(CommandIds.note, ofRun)}
      onClear={taskId => void commands.execute(CommandIds.clear, { ...ofRun, task_id: taskId })}
      onOpenNotebook={hasBegun ? () => void commands.execute(CommandIds.openNotebook, ofRun) : null}
      onCompare={() => void commands.execute(CommandIds.compare, ofRun)}
    />
  );
}

function dagMenu(dagId: string): (MenuEntry | null)[] {
  return [
    { command: CommandIds.triggerWith, args: { dag_id: dagId } },
    { command: CommandIds.clearRuns, args: { dag_id: dagId } },
    null,
    { command: CommandIds.openAnother, args: { dag_id: dagId } }
  ];
}

function runMenu(ofRun: MenuEntry['args'], run: RunDetail | null): (MenuEntry | null)[] {
  const ofEnded = [null, { command: CommandIds.deleteRun, args: ofRun }];
  return [
    { command: CommandIds.mark, args: ofRun },
    { command: CommandIds.runTasks, args: ofRun },
    { command: CommandIds.note, args: ofRun },
    ...(run !== null && isFinished(run.run.state) ? ofEnded : [])
  ];
}

function taskMenu(ofTask: MenuEntry['args']): (MenuEntry | null)[] {
  return [
    { command: CommandIds.mark, args: ofTask },
    { command: CommandIds.runTasks, args: ofTask },
    { command: CommandIds.runTasks, args: { ...ofTask, downstream: true } },
    { command: CommandIds.note, args: ofTask },
    null,
    { command: CommandIds.compare, args: ofTask }
  ];
}

function instancesOf(run: RunDetail | null, taskId: string): TaskInstanceView[] {
  return run?.instances.filter(one => one.task_id === taskId) ?? [];
}

/** Of a mapped task the instance that a person most likely wants to see. */
function mostUrgent(instances: readonly TaskInstanceView[]): number {
  const sorted = [...instances].sort((a, b) => urgency(a.state) - urgency(b.state));
  return sorted[0]?.map_index ?? -1;
}

type DrawerProps = LivePageProps & {
  readonly onChooseTask: (taskId: string, mapIndex: number) => void;
};

/** The drawer of the chosen task; null leaves the graph all the room. */
function drawerOf(props: DrawerProps, state: DagPageState): React.JSX.Element | null {
  const { page, onChooseTask } = props;
  const { task, run, runId, detail } = state;
  if (task === null) {
    return null;
  }
  const close = (): void => page.chooseTask(null);
  const open = (taskId: string): void => onChooseTask(taskId, -1);
  if (runId === null) {
    const definition = detail?.tasks.find(one => one.task_id === task.taskId);
    return definition === undefined ? null : (
      <DefinitionDrawer task={definition} onOpenTask={open} onClose={close} />
    );
  }
  return run === null ? null : (
    <RunDrawer {...{ ...props, run, task, onOpenTask: open, onClose: close }} />
  );
}

type RunDrawerProps = DrawerProps & {
  readonly run: RunDetail;
  readonly task: ChosenTask;
  readonly onOpenTask: (taskId: string) => void;
  readonly onClose: () => void;
};

/** A task in the chosen run. */
function RunDrawer(props: RunDrawerProps): React.JSX.Element | null {
  const { dagId, run, task, onChooseTask } = props;
  const runId = run.run.run_id;
  const instances = instancesOf(run, task.taskId);
  const mapped = run.mapped[task.taskId];
  if (!instances.length && mapped === undefined) {
    return null;
  }
  const isCounted = mapped?.listed === false;
  if (isCounted && task.mapIndex < 0) {
    return (
      <FirstInstance
        key={`${runId} ${task.taskId}`}
        client={props.client}
        task={{ dagId, runId, taskId: task.taskId }}
        state={summaryState(Object.keys(mapped.counts))}
        onFound={mapIndex => onChooseTask(task.taskId, mapIndex)}
      />
    );
  }
  const mapIndex = isCounted ? task.mapIndex : instanceToShow(instances, task.mapIndex);
  const ref = { dagId, runId, taskId: task.taskId, mapIndex };
  return (
    <Boundary key={`${runId} ${task.taskId} ${mapIndex}`}>
      <LiveDrawer {...props} taskRef={ref} total={mapped === undefined ? 1 : totalOf(mapped)} />
    </Boundary>
  );
}

type LiveDrawerProps = RunDrawerProps & {
  readonly taskRef: TaskRef;
  /** How many instances the task has. */
  readonly total: number;
};

function LiveDrawer(props: LiveDrawerProps): React.JSX.Element {
  const { client, commands, rendering, taskRef, total } = props;
  const [store] = React.useState(() => new TaskStore(client.rest, client.feed, taskRef));
  React.useEffect(() => store.open(), [store]);
  const state = useStore(store);
  const { dagId, runId, taskId, mapIndex } = taskRef;
  const ofTask = { dag_id: dagId, run_id: runId, task_id: taskId, map_index: mapIndex };
  return (
    <TaskDrawer
      state={state}
      taskId={taskId}
      mapIndex={mapIndex}
      chooser={
        total > 1 ? (
          <LiveInstances
            client={client}
            taskRef={taskRef}
            total={total}
            name={state.detail?.instance.map_name ?? ''}
            onChoose={next => props.onChooseTask(taskId, next)}
          />
        ) : null
      }
      rendering={rendering}
      onChooseTry={tryNumber => store.chooseTry(tryNumber)}
      onClear={() => void commands.execute(CommandIds.clear, ofTask)}
      onMore={button => openMenu(commands, taskMenu(ofTask), button)}
      onNote={() => void commands.execute(CommandIds.note, ofTask)}
      onAnswer={(chosen, params) => client.rest.answer(taskRef, chosen, params)}
      onOpenNotebook={tryNumber =>
        void commands.execute(CommandIds.openNotebook, {
          ...ofTask,
          try: tryNumber
        })
      }
      onRepair={(verb, tryNumber) =>
        void commands
          .execute(`nbflow:${verb}`, { ...ofTask, map_index: mapIndex, try: tryNumber })
          .then(() => store.load())
      }
      onOpenTask={props.onOpenTask}
      onClose={props.onClose}
    />
  );
}
