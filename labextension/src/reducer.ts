/**
 * What is on the screen is a fold of changes over a snapshot: these are the folds. Pure; what did not
 * change keeps its identity, so that only the changed part is drawn again. Not here: fetching, and when.
 */
import {
  counted,
  countedTasks,
  countsOf,
  extended,
  extreme,
  lengthOf,
  mappedOf,
  MOST_LISTED,
  newlyCounted,
  totalOf,
  type Mapped
} from './mapped';
import { isFinished, summaryState } from './states';
import type {
  ChangeView,
  DagView,
  MappedView,
  RunDetail,
  RunDot,
  RunView,
  TaskInstanceView
} from './wire';

/** As many past runs as the server lists with a DAG. */
const DOTS = 10;

// ------------------------------------------------------------------------------------- the DAG list

/** The DAG list after these changes. `after` is the cursor of its snapshot: older changes are in it already. */
export function foldDags(
  dags: readonly DagView[],
  changes: readonly ChangeView[],
  after = -1
): readonly DagView[] {
  const changed = new Map<string, DagView>();
  const known = new Map(dags.map(dag => [dag.dag_id, dag]));
  for (const change of changes) {
    const dag = changed.get(change.dag_id ?? '') ?? known.get(change.dag_id ?? '');
    if (dag === undefined || change.cursor <= after) {
      continue;
    }
    const next = foldDag(dag, change);
    if (next !== dag) {
      changed.set(dag.dag_id, next);
    }
  }
  return changed.size ? dags.map(dag => changed.get(dag.dag_id) ?? dag) : dags;
}

/** Whether the list has to be fetched again: these changes say that something is new, but not what. */
export function needsDags(dags: readonly DagView[], changes: readonly ChangeView[]): boolean {
  const known = new Map(dags.map(dag => [dag.dag_id, dag]));
  return changes.some(change => {
    if (change.kind === 'dag' || change.kind === 'paused') {
      return true;
    }
    const dag = known.get(change.dag_id ?? '');
    if (change.kind === 'run_created') {
      // A scheduled run moves the next one on.
      return dag === undefined || change.data.run_type === 'scheduled';
    }
    if (change.kind === 'run_deleted') {
      return dag?.last_runs.some(run => run.run_id === change.run_id) ?? false;
    }
    return change.kind === 'run' && !dag?.last_runs.some(run => run.run_id === change.run_id);
  });
}

function foldDag(dag: DagView, change: ChangeView): DagView {
  const paused = pausedBy(change);
  if (paused !== null) {
    return dag.paused === paused ? dag : { ...dag, paused, next_run: paused ? null : dag.next_run };
  }
  if (change.kind === 'run_created' && change.run_id !== null) {
    const dot = newDot(change.run_id, change);
    const others = dag.last_runs.filter(run => run.run_id !== change.run_id);
    return { ...dag, last_runs: [dot, ...others].slice(0, DOTS) };
  }
  const before = dag.last_runs.find(run => run.run_id === change.run_id);
  if (change.kind !== 'run' || change.state === null || before === undefined) {
    return dag;
  }
  const after = movedOn(before, change.state, change.at);
  return {
    ...dag,
    running: dag.running + isRunning(after) - isRunning(before),
    last_runs: dag.last_runs.map(run => (run === before ? after : run))
  };
}

function pausedBy(change: ChangeView): boolean | null {
  if (change.kind === 'paused') {
    return change.data.paused === true;
  }
  if (change.kind !== 'dag' || (change.state !== 'paused' && change.state !== 'unpaused')) {
    return null;
  }
  return change.state === 'paused';
}

function newDot(runId: string, change: ChangeView): RunDot {
  return {
    run_id: runId,
    state: change.state ?? 'queued',
    run_type: textOf(change.data.run_type) ?? 'manual',
    logical_date: textOf(change.data.logical_date),
    started_at: null,
    ended_at: null
  };
}

function isRunning(run: RunDot): number {
  return run.state === 'running' ? 1 : 0;
}

// ------------------------------------------------------------------------------------------- runs

type Timed = Pick<RunView, 'state' | 'started_at' | 'ended_at'>;

/** A run in its new state. One that was cleared starts anew. */
export function movedOn<R extends Timed>(run: R, state: string, at: string): R {
  if (isFinished(state)) {
    return { ...run, state, ended_at: at };
  }
  const startedAt = state === 'running' && !isFinished(run.state) ? (run.started_at ?? at) : at;
  return { ...run, state, started_at: state === 'running' ? startedAt : null, ended_at: null };
}

function foldRunState(run: RunView, change: ChangeView): RunView {
  const noted = noteOf(change);
  if (noted !== null && noted.key === null) {
    return { ...run, note: noted.note };
  }
  if (change.kind !== 'run' || change.state === null) {
    return run;
  }
  const message = textOf(change.data.message) ?? '';
  const cancelling = 'cancelling' in change.data && !isFinished(change.state);
  const moved = change.state === run.state ? run : movedOn(run, change.state, change.at);
  return { ...moved, message, cancelling };
}

/** The newest runs of a DAG, newest first, after these changes. */
export function foldRuns(
  runs: readonly RunView[],
  dagId: string,
  changes: readonly ChangeView[]
): readonly RunView[] {
  let next = runs;
  for (const change of changes) {
    if (change.dag_id !== dagId || change.run_id === null) {
      continue;
    }
    const found = next.find(run => run.run_id === change.run_id);
    if (change.kind === 'run_created' && found === undefined) {
      next = [newRun(dagId, change.run_id, change), ...next];
    } else if (change.kind === 'run_deleted') {
      next = next.filter(run => run !== found);
    } else if (found !== undefined) {
      next = next.map(run => (run === found ? foldRunState(run, change) : run));
    }
  }
  return next;
}

/** What was written on a run, or on a task instance of it (`key`); null where a change is something else. */
function noteOf(change: ChangeView): { note: string; key: string | null } | null {
  if (change.kind !== 'request' || change.state === 'refused' || change.data.verb !== 'note') {
    return null;
  }
  const { note, key } = (change.data.payload ?? {}) as { note?: unknown; key?: unknown };
  const named = Array.isArray(key) ? keyOf(String(key[0]), Number(key[1])) : null;
  return { note: textOf(note) ?? '', key: named };
}

/** Whether the list of runs should be fetched again for what a change does not carry: params, counts, times. */
export function needsRuns(dagId: string, changes: readonly ChangeView[]): boolean {
  return changes.some(
    change =>
      change.dag_id === dagId &&
      (change.kind === 'run_created' || (change.kind === 'run' && isFinished(change.state ?? '')))
  );
}

/** A run of which nothing is known but that it was created. */
export function newRun(dagId: string, runId: string, change: ChangeView): RunView {
  return {
    ...newDot(runId, change),
    dag_id: dagId,
    data_interval_start: null,
    data_interval_end: null,
    run_after: null,
    created_at: change.at,
    params: {},
    version: 0,
    message: '',
    cancelling: false,
    counts: {},
    missed_deadlines: [],
    note: '',
    tasks: null,
    rerun_of: null,
    edited: [],
    backfill_id: null,
    no_cache: false
  };
}

// ---------------------------------------------------------------------------------- one run in detail

/** A run with its task instances after these changes; those that its snapshot already holds are passed over. */
export function foldRun(run: RunDetail, changes: readonly ChangeView[]): RunDetail {
  const mine = changes.filter(
    change =>
      change.run_id === run.run.run_id &&
      change.dag_id === run.run.dag_id &&
      change.cursor > run.cursor
  );
  if (!mine.length) {
    return run;
  }
  const onlyCounted = countedTasks(run.mapped);
  const instances = foldNotes(foldInstances(run.instances, onlyCounted, mine), mine);
  const about = mine.reduce(foldRunState, run.run);
  const isSame = instances === run.instances;
  const counts = isSame ? about.counts : countsOf(instances, onlyCounted.values());
  return {
    ...run,
    run: counts === about.counts ? about : { ...about, counts },
    instances,
    mapped: isSame ? run.mapped : mappedOf(instances, onlyCounted),
    cursor: Math.max(run.cursor, ...mine.map(change => change.cursor))
  };
}

/** The instances after these changes; what is `onlyCounted` is counted on there. */
function foldInstances(
  instances: TaskInstanceView[],
  onlyCounted: Map<string, MappedView>,
  changes: readonly ChangeView[]
): TaskInstanceView[] {
  const places = new Map(instances.map((one, place) => [keyOf(one.task_id, one.map_index), place]));
  const next = [...instances];
  let touched = false;
  for (const change of changes) {
    if (count(change, onlyCounted)) {
      touched = true;
      continue;
    }
    if (change.kind === 'mapped' && change.task_id !== null) {
      expand(next, places, change.task_id, change);
      touched = true;
      continue;
    }
    if (change.kind !== 'task' || change.task_id === null || change.state === null) {
      continue;
    }
    touched = true;
    const mapIndex = change.map_index ?? -1;
    const place = places.get(keyOf(change.task_id, mapIndex)) ?? next.length;
    const before = next[place] ?? blank(change.task_id, mapIndex);
    next[place] = foldInstance(before, change, change.state);
    places.set(keyOf(change.task_id, mapIndex), place);
  }
  const isListed = ({ task_id }: TaskInstanceView): boolean => !onlyCounted.has(task_id);
  return touched ? next.filter(isListed) : instances;
}

/** Whether a change is about a task whose instances are only counted; if so it is counted. */
function count(change: ChangeView, onlyCounted: Map<string, MappedView>): boolean {
  const { task_id: taskId, state } = change;
  if (taskId === null) {
    return false;
  }
  const task = onlyCounted.get(taskId);
  const length = lengthOf(change);
  if (task === undefined) {
    const isLong = length !== null && length > MOST_LISTED && change.data.instead === true;
    if (isLong) {
      onlyCounted.set(taskId, newlyCounted(length));
    }
    return isLong;
  }
  if (length !== null) {
    onlyCounted.set(taskId, extended(task, length));
  } else if (change.kind === 'task' && state !== null && (change.map_index ?? -1) >= 0) {
    onlyCounted.set(taskId, counted(task, change, state));
  }
  return true;
}

/** The task instances with the notes that were written on them. */
function foldNotes(
  instances: TaskInstanceView[],
  changes: readonly ChangeView[]
): TaskInstanceView[] {
  const notes = new Map<string, string>();
  for (const noted of changes.map(noteOf)) {
    if (noted !== null && noted.key !== null) {
      notes.set(noted.key, noted.note);
    }
  }
  return notes.size
    ? instances.map(one => {
        const note = notes.get(keyOf(one.task_id, one.map_index));
        return note === undefined ? one : { ...one, note };
      })
    : instances;
}

/** A mapped task has got its instances: they take the place of the one that stood for all of them. */
function expand(
  next: TaskInstanceView[],
  places: Map<string, number>,
  taskId: string,
  { data }: ChangeView
): void {
  const { first, length } = data;
  if (typeof first !== 'number' || typeof length !== 'number') {
    return;
  }
  const indexes = Array.from({ length }, (_, n) => first + n);
  const fresh = indexes
    .filter(index => !places.has(keyOf(taskId, index)))
    .map(index => blank(taskId, index));
  const placeholder = data.instead === true ? places.get(keyOf(taskId, -1)) : undefined;
  next.splice(placeholder ?? next.length, placeholder === undefined ? 0 : 1, ...fresh);
  places.clear();
  next.forEach((one, place) => places.set(keyOf(one.task_id, one.map_index), place));
}

function foldInstance(one: TaskInstanceView, change: ChangeView, state: string): TaskInstanceView {
  return {
    ...one,
    ...times(state, change.at),
    state,
    reason: textOf(change.data.reason),
    message: textOf(change.data.message) ?? '',
    try_number:
      typeof change.data.try_number === 'number' ? change.data.try_number : one.try_number,
    next_try_at: textOf(change.data.next_try_at),
    map_name: textOf(change.data.map_name) ?? one.map_name
  };
}

/** When it reached which state, as far as the change tells; what lies ahead again is unknown again. */
function times(state: string, at: string): Partial<TaskInstanceView> {
  if (isFinished(state) || state === 'up_for_retry') {
    return { ended_at: at };
  }
  if (state === 'running') {
    return { started_at: at, ended_at: null };
  }
  if (state === 'queued') {
    return { queued_at: at, started_at: null, ended_at: null };
  }
  const unknown = { queued_at: null, started_at: null, ended_at: null };
  return { ...unknown, scheduled_at: state === 'scheduled' ? at : null };
}

/** A task instance nothing has happened to. */
export function blank(taskId: string, mapIndex: number): TaskInstanceView {
  return {
    task_id: taskId,
    map_index: mapIndex,
    state: 'none',
    reason: null,
    message: '',
    try_number: 0,
    scheduled_at: null,
    queued_at: null,
    started_at: null,
    ended_at: null,
    next_try_at: null,
    map_name: '',
    note: '',
    cached: null
  };
}

function keyOf(taskId: string, mapIndex: number): string {
  return `${mapIndex}/${taskId}`;
}

function textOf(value: unknown): string | null {
  return typeof value === 'string' ? value : null;
}

// ------------------------------------------------------------------------------------ nodes of the graph

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
