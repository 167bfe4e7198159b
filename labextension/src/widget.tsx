/**
 * The live widget of a DAG or a run, as an anywidget module: what a notebook shows for `dag.view()` and
 * `run.watch()`. Nothing here or below it may import @jupyterlab/*: it also runs in VS Code and Colab.
 */
import * as React from 'react';
import { createRoot } from 'react-dom/client';

import { runTypeName, span } from './format';
import { DagGraph } from './graph/DagGraph';
import { closedAtFirst } from './graph/groups';
import { layOut, type GraphTask } from './graph/layout';
import type { NodeState, NodeStates } from './graph/node-states';
import { StateIcon } from './graph/StateIcon';
import { secondLine } from './graph/TaskNode';
import { useNow } from './graph/useNow';
import { cancelRun } from './inline/cancel';
import { TaskPane } from './inline/TaskPane';
import { Button, Counts, Instant, Notice, StateBadge } from './panels/controls';
import { countStates, isFinished } from './states';
import { useTexts } from './text';
import type { GroupView, RunView, TaskView } from './wire';

import '../style/widget.css';

/** The part of anywidget's model that this module uses. */
export interface WidgetModel {
  get(name: string): unknown;
  set(name: string, value: unknown): void;
  save_changes(): void;
  send(content: unknown): void;
  on(event: string, callback: () => void): void;
  off(event: string, callback: () => void): void;
}

export interface RenderContext {
  model: WidgetModel;
  el: HTMLElement;
}

/** The traits as `nbflow.widgets` has them. */
interface Traits {
  readonly dag: {
    readonly dag_id?: string;
    readonly tasks?: readonly TaskView[];
    readonly groups?: readonly GroupView[];
  };
  readonly states: Readonly<Record<string, NodeState>>;
  readonly run: RunView | null;
  readonly log_text: string;
  readonly selected: string;
  readonly problem: string;
  readonly in_kernel: boolean;
}

function useTrait<K extends keyof Traits>(model: WidgetModel, name: K): Traits[K] {
  const subscribe = React.useCallback(
    (listener: () => void) => {
      model.on(`change:${name}`, listener);
      return () => model.off(`change:${name}`, listener);
    },
    [model, name]
  );
  // The types of traits are what the two ends have agreed upon.
  return React.useSyncExternalStore(subscribe, () => model.get(name)) as Traits[K];
}

/** Draws the widget into `el`; the function it returns takes it down again. */
function render({ model, el }: RenderContext): () => void {
  const root = createRoot(el);
  root.render(<Widget model={model} />);
  return () => root.unmount();
}

// The only export with a value: anywidget takes others for its older form and warns.
export default { render };

const NO_TASKS: readonly TaskView[] = [];
const NO_GROUPS: readonly GroupView[] = [];

function Widget({ model }: { model: WidgetModel }): React.JSX.Element {
  const dag = useTrait(model, 'dag');
  const run = useTrait(model, 'run');
  const problem = useTrait(model, 'problem');
  const selected = useTrait(model, 'selected') || null;
  const logOfKernel = useTrait(model, 'log_text');
  const [cancelError, setCancelError] = React.useState('');
  const states = useStates(model);
  const tasks = dag.tasks ?? NO_TASKS;
  const groups = dag.groups ?? NO_GROUPS;
  const task = tasks.find(one => one.task_id === selected);
  const dagId = dag.dag_id ?? '';
  const open = React.useCallback(
    (taskId: string | null) => {
      model.set('selected', taskId ?? '');
      // That of the task before, until the kernel has read the other.
      model.set('log_text', '');
      model.save_changes();
    },
    [model]
  );
  // The kernel that executes a run itself is busy with it: there *Interrupt* ends the run.
  const isBusy = useTrait(model, 'in_kernel');
  const cancel = (): void => {
    setCancelError('');
    cancelRun(run, model).catch((error: unknown) => setCancelError(String(error)));
  };
  const said = [problem, cancelError].filter(Boolean).join(' ');
  const shown = run === null && !states.size ? null : states;
  return (
    <div className="jp-nbflow jp-nbflow-widget" data-testid="nbflow-widget" data-dag-id={dagId}>
      <Head dagId={dagId} run={run} states={states} onCancel={isBusy ? null : cancel} />
      {said ? <Notice kind="warning" title={said} /> : null}
      <div className="jp-nbflow-widget-graph" style={{ height: heightOf(tasks, groups) }}>
        <DagGraph
          dagId={dagId}
          tasks={tasks}
          groups={groups}
          states={shown}
          selected={selected}
          isInPage
          onOpen={open}
        />
      </div>
      {task === undefined ? null : (
        <TaskPane
          key={task.task_id}
          task={task}
          node={states.get(task.task_id)}
          run={isBusy ? null : run}
          logOfKernel={logOfKernel}
          onClose={() => open(null)}
        />
      )}
      <TaskList tasks={tasks} states={shown} onOpen={open} />
    </div>
  );
}

/** The states by task; those that did not change stay the same objects, so that their nodes rest. */
function useStates(model: WidgetModel): NodeStates {
  const raw = useTrait(model, 'states');
  const [last, setLast] = React.useState<{ raw: unknown; states: NodeStates }>({
    raw: null,
    states: new Map()
  });
  if (last.raw === raw) {
    return last.states;
  }
  const states = new Map<string, NodeState>();
  for (const [taskId, next] of Object.entries(raw)) {
    const before = last.states.get(taskId);
    states.set(taskId, before !== undefined && isSame(before, next) ? before : next);
  }
  setLast({ raw, states });
  return states;
}

function isSame(a: NodeState, b: NodeState): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}

/** Above and below the graph: its tools stand in the lower one. */
const MARGIN = 48;

/** As high as the graph, within what a notebook can bear. */
function heightOf(tasks: readonly GraphTask[], groups: readonly GroupView[]): number {
  const { height } = layOut(tasks, groups, closedAtFirst(tasks, groups));
  return Math.min(440, Math.max(150, height + 2 * MARGIN));
}

interface HeadProps {
  readonly dagId: string;
  readonly run: RunView | null;
  readonly states: NodeStates;
  /** None where it cannot be cancelled from here. */
  readonly onCancel: (() => void) | null;
}

function Head({ dagId, run, states, onCancel }: HeadProps): React.JSX.Element {
  const trans = useTexts();
  const isOpen = run !== null && !isFinished(run.state);
  const now = useNow(isOpen);
  return (
    <div className="jp-nbflow-widget-head" data-state={run?.state}>
      <strong>{dagId}</strong>
      {run === null ? null : (
        <>
          <StateBadge
            state={run.state}
            more={run.started_at === null ? undefined : span(run.started_at, run.ended_at, now)}
          />
          <span className="jp-nbflow-muted" title={run.run_id}>
            {runTypeName(run.run_type, trans)},{' '}
            <Instant at={run.logical_date ?? run.created_at} now={now} />
          </span>
          <Counts counts={countStates([...states.values()].map(node => node.state))} />
        </>
      )}
      <span className="jp-nbflow-spring" />
      {isOpen && onCancel !== null ? (
        <Button
          icon="stop"
          label={trans.__('Cancel run')}
          isDisabled={run.cancelling}
          onClick={onCancel}
          testId="nbflow-cancel-run"
        />
      ) : null}
    </div>
  );
}

interface TaskListProps {
  readonly tasks: readonly TaskView[];
  readonly states: NodeStates | null;
  readonly onOpen: (taskId: string) => void;
}

/** What the graph shows, to read. */
function TaskList({ tasks, states, onOpen }: TaskListProps): React.JSX.Element {
  const trans = useTexts();
  const now = useNow([...(states?.values() ?? [])].some(node => node.state === 'running'));
  return (
    <details className="jp-nbflow-widget-list">
      <summary>{trans._n('%1 task', '%1 tasks', tasks.length)}</summary>
      <ul>
        {tasks.map(task => {
          const node = states?.get(task.task_id);
          return (
            <li key={task.task_id} data-task-id={task.task_id} data-state={node?.state}>
              {node === undefined ? null : <StateIcon state={node.state} size={13} />}
              <button type="button" className="jp-nbflow-link" onClick={() => onOpen(task.task_id)}>
                {task.task_id}
              </button>
              <span className="jp-nbflow-muted">{secondLine(task, node, now, trans)}</span>
            </li>
          );
        })}
      </ul>
    </details>
  );
}
