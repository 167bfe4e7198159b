/**
 * One run with its task instances as changes come in: a fold over its snapshot. Pure; an instance that did not change
 * keeps its identity. What is counted of mapped tasks with very many instances is in mapped.ts.
 */
import {
  counted,
  countedTasks,
  countsOf,
  extended,
  lengthOf,
  mappedOf,
  MOST_LISTED,
  newlyCounted
} from '../mapped';
import { isFinished } from '../states';
import type { ChangeView, MappedView, RunDetail, TaskInstanceView } from '../wire';
import { keyOf, noteOf, textOf } from './change';
import { foldRunState } from './runs';

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
