/** A run in time as bars: when each try waited and ran, a row for each task. Pure; instants are in milliseconds. */
import type { MappedView, RunDetail, TaskInstanceView, TaskView, TryBar } from '../../wire';
import { isFinished } from '../../states';

export interface Bar {
  readonly tryNumber: number;
  readonly state: string;
  /** When it was handed to a worker; what lies between that and `from` it waited. */
  readonly queued: number;
  /** Null while it waits. */
  readonly from: number | null;
  readonly to: number;
}

/** A task, and how it went. */
export interface TaskBars {
  readonly taskId: string;
  readonly name: string;
  /** The group that the task is in, if any. */
  readonly group: string | null;
  readonly state: string;
  readonly bars: readonly Bar[];
  /** Of a mapped task, whose bar stands for all of its instances: how many are in which state. */
  readonly counts: Readonly<Record<string, number>> | null;
}

export interface Gantt {
  /** In the order of the DAG. */
  readonly tasks: readonly TaskBars[];
  readonly from: number;
  readonly to: number;
}

/** What has been tried so far, with the newest try as the live instance has it. */
export function ganttOf(
  run: Pick<RunDetail, 'run' | 'tasks' | 'instances' | 'mapped'>,
  tries: readonly TryBar[],
  now: number
): Gantt {
  const instances = new Map(
    run.instances.filter(one => one.map_index < 0).map(one => [one.task_id, one])
  );
  const earlier = new Map<string, TryBar[]>();
  for (const one of tries.filter(({ map_index }) => map_index < 0)) {
    earlier.set(one.task_id, [...(earlier.get(one.task_id) ?? []), one]);
  }
  const tasks = run.tasks.map(task => {
    const mapped = run.mapped[task.task_id];
    return mapped === undefined
      ? rowOf(task, instances.get(task.task_id), earlier.get(task.task_id) ?? [], now)
      : mappedRow(task, mapped, now);
  });
  const starts = tasks.flatMap(task => task.bars.map(bar => bar.queued));
  const ends = tasks.flatMap(task => task.bars.map(bar => bar.to));
  const from = Math.min(...starts, instantOf(run.run.started_at) ?? Infinity);
  const to = Math.max(...ends, instantOf(run.run.ended_at) ?? -Infinity);
  return Number.isFinite(from) && Number.isFinite(to)
    ? { tasks, from, to: Math.max(to, from + 1) }
    : { tasks, from: now, to: now + 1 };
}

function rowOf(
  task: TaskView,
  instance: TaskInstanceView | undefined,
  tries: readonly TryBar[],
  now: number
): TaskBars {
  const current = instance?.try_number ?? 0;
  const before = tries.filter(one => one.try_number < current).map(one => tried(one, now));
  const last = instance === undefined ? null : lastBar(instance, now);
  return {
    ...whose(task),
    state: instance?.state ?? 'none',
    bars: last === null ? before : [...before, last],
    counts: null
  };
}

function tried(one: TryBar, now: number): Bar {
  const from = instantOf(one.started_at);
  const queued = Math.min(instantOf(one.queued_at) ?? now, from ?? Infinity);
  const to = Math.max(instantOf(one.ended_at) ?? from ?? queued, queued);
  return { tryNumber: one.try_number, state: one.state, queued, from, to };
}

/** The newest try; null of what was never handed to a worker. */
function lastBar(one: TaskInstanceView, now: number): Bar | null {
  const from = instantOf(one.started_at);
  const queued = instantOf(one.queued_at) ?? from;
  if (queued === null) {
    return null;
  }
  const isOver = isFinished(one.state) || one.state === 'up_for_retry';
  const to = (isOver ? instantOf(one.ended_at) : null) ?? (isOver ? (from ?? queued) : now);
  const begun = Math.min(queued, from ?? queued);
  return {
    tryNumber: one.try_number,
    state: one.state,
    queued: begun,
    from,
    to: Math.max(to, begun)
  };
}

function mappedRow(task: TaskView, mapped: MappedView, now: number): TaskBars {
  const from = instantOf(mapped.started_at);
  const states = Object.keys(mapped.counts);
  const state = STANDING.find(one => states.includes(one)) ?? states[0] ?? 'none';
  const to = states.every(isFinished) ? (instantOf(mapped.ended_at) ?? from ?? now) : now;
  return {
    ...whose(task),
    state,
    bars:
      from === null ? [] : [{ tryNumber: 1, state, queued: from, from, to: Math.max(to, from) }],
    counts: mapped.counts
  };
}

/** What one says of many instances: first what went wrong, then what goes on. */
const STANDING = ['failed', 'running', 'queued', 'up_for_retry', 'scheduled', 'success'];

/** Under the head of its group a task needs no prefix. */
function whose(task: TaskView): Pick<TaskBars, 'taskId' | 'name' | 'group'> {
  const { task_id: taskId, group, display_name: given } = task;
  const isInside = group !== null && taskId.startsWith(`${group}.`);
  return { taskId, group, name: given || (isInside ? taskId.slice(group.length + 1) : taskId) };
}

function instantOf(at: string | null): number | null {
  return at === null ? null : Date.parse(at);
}

/** Round steps for an axis, in seconds. */
const STEPS = [
  0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200,
  14400, 43200, 86400
];

/** Where to mark the axis, in milliseconds from its start: so that marks are at least `apart` pixels from each other. */
export function marksOf(length: number, width: number, apart = 80): number[] {
  const least = (length / Math.max(1, width)) * apart;
  const step =
    (STEPS.find(one => one * 1000 >= least) ?? Math.ceil(least / 86_400_000) * 86_400) * 1000;
  return Array.from({ length: Math.floor(length / step) + 1 }, (_, n) => n * step);
}
