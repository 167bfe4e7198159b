/** What a node of the graph shows of its task in a run, whose instances may be many. Pure. */
import { countedTasks, extreme, totalOf, type Mapped } from '../mapped';
import { isFinished, summaryState } from '../states';
import type { MappedView, TaskInstanceView } from '../wire';

/** What a graph shows of a task in a run. `instances` is 1 but for mapped tasks; times are null while unknown. */
export interface NodeState {
  readonly state: string;
  readonly message: string;
  readonly instances: number;
  readonly finished: number;
  readonly started_at: string | null;
  readonly ended_at: string | null;
}

export type NodeStates = ReadonlyMap<string, NodeState>;

/**
 * The map index of the instance to show of a task: the chosen one where it is there, else the one to look at first.
 * A task is opened before it has been mapped, or by a click on its node, which stands for all of its instances.
 */
export function instanceToShow(instances: readonly TaskInstanceView[], mapIndex: number): number {
  if (instances.some(one => one.map_index === mapIndex)) {
    return mapIndex;
  }
  const worst = summaryState(instances.map(one => one.state));
  return instances.find(one => one.state === worst)?.map_index ?? mapIndex;
}

/** The state of every task that has instances; unchanged ones are the same objects as in `before`. */
export function nodeStates(
  instances: readonly TaskInstanceView[],
  before: NodeStates = new Map(),
  mapped: Mapped = {}
): NodeStates {
  const byTask = new Map<string, TaskInstanceView[]>();
  for (const one of instances) {
    const others = byTask.get(one.task_id);
    if (others === undefined) {
      byTask.set(one.task_id, [one]);
    } else {
      others.push(one);
    }
  }
  const states = new Map<string, NodeState>();
  const set = (taskId: string, next: NodeState): void => {
    const old = before.get(taskId);
    states.set(taskId, old !== undefined && isSame(old, next) ? old : next);
  };
  byTask.forEach((ones, taskId) => set(taskId, nodeState(ones)));
  countedTasks(mapped).forEach((task, taskId) => set(taskId, nodeOfCounted(task)));
  return states;
}

function nodeState(all: readonly TaskInstanceView[]): NodeState {
  // Instances that a shorter list has left over are no part of the work.
  const kept = all.filter(one => one.state !== 'removed');
  const ones = kept.length ? kept : all;
  const state = summaryState(ones.map(one => one.state));
  const finished = ones.filter(one => isFinished(one.state)).length;
  const first = (at: string | null, one: TaskInstanceView): string | null =>
    extreme(at, one.started_at, -1);
  const last = (at: string | null, one: TaskInstanceView): string | null =>
    extreme(at, one.ended_at, 1);
  return {
    state,
    message: ones.find(one => one.state === state)?.message ?? '',
    instances: ones.length,
    finished,
    started_at: ones.reduce(first, null),
    ended_at: finished === ones.length ? ones.reduce(last, null) : null
  };
}

/** The same of a task whose instances are only counted: what each says is not known. */
function nodeOfCounted({ counts, started_at, ended_at }: MappedView): NodeState {
  const { removed = 0, ...kept } = counts;
  const of = Object.keys(kept).length ? kept : { removed };
  const total = totalOf({ counts: of });
  const finished = Object.entries(of).reduce(
    (sum, [state, one]) => (isFinished(state) ? sum + one : sum),
    0
  );
  return {
    state: summaryState(Object.keys(of)),
    message: '',
    instances: total,
    finished,
    started_at,
    ended_at: finished === total ? ended_at : null
  };
}

function isSame(a: NodeState, b: NodeState): boolean {
  return (Object.keys(a) as (keyof NodeState)[]).every(name => a[name] === b[name]);
}
