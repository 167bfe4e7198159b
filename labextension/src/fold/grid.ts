/**
 * The grid as changes come in: a fold over what was fetched, page by page. Pure; a column that did not change
 * keeps its identity. Not here: when what is fetched.
 */
import { isFinished, summaryState } from '../states';
import type { ChangeView, GridRun, GridTask, GridView, GroupView } from '../wire';
import { movedOn } from './runs';

/** A run as a column; what came up to `cursor` is in it. */
export interface Column extends GridRun {
  readonly cursor: number;
}

export interface Grid {
  readonly tasks: readonly GridTask[];
  readonly groups: readonly GroupView[];
  readonly states: readonly string[];
  /** Newest first. */
  readonly columns: readonly Column[];
}

export const ABSENT = -1;

export function gridOf(page: GridView): Grid {
  const { tasks, groups, states, runs, cursor } = page;
  return { tasks, groups, states, columns: runs.map(run => ({ ...run, cursor })) };
}

/** Newer and older columns as one grid: rows are those of the newer one, with what only older runs have below. */
export function joined(newer: Grid, older: Grid): Grid {
  const known = new Set(newer.tasks.map(task => task.task_id));
  const added = older.tasks.filter(task => !known.has(task.task_id));
  const tasks = added.length
    ? [...newer.tasks, ...added.map(task => ({ ...task, group: null, gone: true }))]
    : newer.tasks;
  const there = new Set(newer.columns.map(column => column.run_id));
  const columns = [
    ...arranged(newer.columns, newer.tasks, tasks),
    ...arranged(
      older.columns.filter(column => !there.has(column.run_id)),
      older.tasks,
      tasks
    )
  ];
  return { ...newer, tasks, columns };
}

function arranged(
  columns: readonly Column[],
  from: readonly GridTask[],
  to: readonly GridTask[]
): readonly Column[] {
  const isSame =
    from.length === to.length && from.every((one, n) => one.task_id === to[n]?.task_id);
  if (isSame) {
    return columns;
  }
  const places = new Map(from.map((task, place) => [task.task_id, place]));
  return columns.map(column => ({
    ...column,
    codes: to.map(task => column.codes[places.get(task.task_id) ?? -1] ?? ABSENT)
  }));
}

/** The grid after these changes of a DAG. */
export function foldGrid(grid: Grid, dagId: string, changes: readonly ChangeView[]): Grid {
  const mine = changes.filter(change => change.dag_id === dagId && change.run_id !== null);
  if (!mine.length) {
    return grid;
  }
  const byRun = new Map<string, ChangeView[]>();
  for (const change of mine) {
    byRun.set(change.run_id ?? '', [...(byRun.get(change.run_id ?? '') ?? []), change]);
  }
  const places = new Map(grid.tasks.map((task, place) => [task.task_id, place]));
  const columns: Column[] = [];
  for (const column of grid.columns) {
    const changed = byRun.get(column.run_id);
    const next = changed === undefined ? column : foldColumn(column, grid, places, changed);
    if (next !== null) {
      columns.push(next);
    }
  }
  return { ...grid, columns };
}

/** Null for a run that is gone. */
function foldColumn(
  column: Column,
  grid: Grid,
  places: ReadonlyMap<string, number>,
  changes: readonly ChangeView[]
): Column | null {
  const news = changes.filter(change => change.cursor > column.cursor);
  if (news.some(change => change.kind === 'run_deleted')) {
    return null;
  }
  let next = column;
  for (const change of news) {
    const place = places.get(change.task_id ?? '');
    if (change.kind === 'run' && change.state !== null && change.state !== next.state) {
      next = movedOn(next, change.state, change.at);
    } else if (place !== undefined) {
      next = foldTask(next, grid.states, place, change);
    }
  }
  return news.length ? { ...next, cursor: Math.max(...news.map(one => one.cursor)) } : column;
}

function foldTask(
  column: Column,
  states: readonly string[],
  place: number,
  change: ChangeView
): Column {
  const taskId = change.task_id ?? '';
  const counts = countsAfter(column.mapped[taskId], change);
  const state = counts === null ? stateOf(change) : summaryState(Object.keys(counts));
  if (state === null) {
    return column;
  }
  const codes = [...column.codes];
  codes[place] = states.indexOf(state);
  const mapped = counts === null ? column.mapped : { ...column.mapped, [taskId]: counts };
  return { ...column, codes, mapped };
}

function stateOf(change: ChangeView): string | null {
  return change.kind === 'task' && (change.map_index ?? -1) < 0 ? change.state : null;
}

type Counts = Record<string, number>;

/** How many instances of a mapped task are in which state after a change; null where it is not about instances. */
function countsAfter(before: Counts | undefined, change: ChangeView): Counts | null {
  const { length } = change.data;
  if (change.kind === 'mapped' && typeof length === 'number') {
    return moved(before ?? {}, null, 'none', length);
  }
  if (change.kind !== 'task' || change.state === null || (change.map_index ?? -1) < 0) {
    return null;
  }
  const from = change.data.before;
  return moved(before ?? {}, typeof from === 'string' ? from : null, change.state, 1);
}

function moved(counts: Counts, from: string | null, to: string, many: number): Counts {
  const next = { ...counts, [to]: (counts[to] ?? 0) + many };
  if (from !== null) {
    next[from] = (next[from] ?? 0) - many;
  }
  return Object.fromEntries(Object.entries(next).filter(([, count]) => count > 0));
}

/** Whether something has to be fetched: a run that is not there yet, or one whose times are not exact. */
export function needsGrid(dagId: string, changes: readonly ChangeView[]): boolean {
  return changes.some(
    change =>
      change.dag_id === dagId &&
      (change.kind === 'run_created' ||
        change.kind === 'dag' ||
        (change.kind === 'run' && isFinished(change.state ?? '')))
  );
}
