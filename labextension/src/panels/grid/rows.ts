/** The rows of the grid: tasks in the order of the DAG, in their groups, of which some are closed. Pure. */
import type { GridTask, GroupView } from '../../wire';

export interface TaskRow {
  readonly kind: 'task';
  readonly id: string;
  readonly name: string;
  readonly depth: number;
  readonly task: GridTask;
  /** The place of the task in a column. */
  readonly place: number;
}

export interface GroupRow {
  readonly kind: 'group';
  readonly id: string;
  readonly name: string;
  readonly depth: number;
  readonly isOpen: boolean;
  /** The places of all its tasks in a column. */
  readonly places: readonly number[];
}

export type Row = TaskRow | GroupRow;

/** The rows that are seen: a group stands where its first task does. With `search`, only tasks whose name has it. */
export function rowsOf(
  tasks: readonly GridTask[],
  groups: readonly GroupView[],
  closed: ReadonlySet<string>,
  search = ''
): Row[] {
  const wanted = search.trim().toLowerCase();
  const byId = new Map(groups.map(group => [group.group_id, group]));
  const inside = new Map<string | null, (GridTask | GroupView)[]>();
  const met = new Set<string>();
  const places = new Map<string, number[]>();
  const put = (parent: string | null, thing: GridTask | GroupView): void => {
    const others = inside.get(parent);
    if (others === undefined) {
      inside.set(parent, [thing]);
    } else {
      others.push(thing);
    }
  };
  const meet = (id: string): void => {
    const group = byId.get(id);
    if (group !== undefined && !met.has(id)) {
      met.add(id);
      put(group.parent, group);
      if (group.parent !== null) {
        meet(group.parent);
      }
    }
  };
  const order = new Map(tasks.map((task, place) => [task.task_id, place]));
  for (const task of tasks) {
    if (wanted !== '' && !nameOf(task).toLowerCase().includes(wanted)) {
      continue;
    }
    const group = task.group !== null && byId.has(task.group) ? task.group : null;
    put(group, task);
    for (let id = group; id !== null; id = byId.get(id)?.parent ?? null) {
      meet(id);
      places.set(id, [...(places.get(id) ?? []), order.get(task.task_id) ?? 0]);
    }
  }
  const rows: Row[] = [];
  const walk = (parent: string | null, depth: number): void => {
    for (const thing of inside.get(parent) ?? []) {
      if ('task_id' in thing) {
        const place = order.get(thing.task_id) ?? 0;
        rows.push({
          kind: 'task',
          id: thing.task_id,
          name: shortName(thing),
          depth,
          task: thing,
          place
        });
        continue;
      }
      const { group_id: id, label } = thing;
      const isOpen = wanted !== '' || !closed.has(id);
      const name = label || id.slice(thing.parent === null ? 0 : thing.parent.length + 1) || id;
      rows.push({ kind: 'group', id, name, depth, isOpen, places: places.get(id) ?? [] });
      if (isOpen) {
        walk(id, depth + 1);
      }
    }
  };
  walk(null, 0);
  return rows;
}

/** The most urgent of the states at these places of a column; -1 when there is none. */
export function worst(codes: readonly number[], places: readonly number[]): number {
  let found = -1;
  for (const place of places) {
    const code = codes[place] ?? -1;
    if (code >= 0 && (found < 0 || code < found)) {
      found = code;
    }
  }
  return found;
}

function nameOf(task: GridTask): string {
  return task.display_name || task.task_id;
}

/** Under the head of its group a task needs no prefix. */
function shortName(task: GridTask): string {
  const { group, task_id: id } = task;
  if (task.display_name) {
    return task.display_name;
  }
  return group !== null && id.startsWith(`${group}.`) ? id.slice(group.length + 1) : id;
}
