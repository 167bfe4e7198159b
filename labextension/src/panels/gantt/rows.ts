/** The rows of a run in time: tasks in their groups, of which some are closed; what began first stands first. Pure. */
import { summaryState } from '../../states';
import type { GroupView } from '../../wire';
import type { Bar, TaskBars } from './bars';

export interface TaskRow extends TaskBars {
  readonly kind: 'task';
  readonly depth: number;
}

/** A group: from when the first of its tasks was handed to a worker to when the last has ended. */
export interface GroupRow {
  readonly kind: 'group';
  readonly taskId: string;
  readonly name: string;
  readonly depth: number;
  readonly isOpen: boolean;
  readonly state: string;
  /** One at most. */
  readonly bars: readonly Bar[];
  /** How many tasks are in it, those of the groups in it among them. */
  readonly size: number;
}

export type GanttRow = TaskRow | GroupRow;

/** A task or a group, with what is in it. */
interface Branch {
  readonly row: TaskBars | null;
  readonly group: GroupView | null;
  readonly inside: Branch[];
}

export function rowsOf(
  tasks: readonly TaskBars[],
  groups: readonly GroupView[],
  closed: ReadonlySet<string>
): GanttRow[] {
  const rows: GanttRow[] = [];
  const walk = (branches: readonly Branch[], depth: number): void => {
    for (const branch of inTime(branches)) {
      if (branch.row !== null) {
        rows.push({ ...branch.row, kind: 'task', depth });
      } else if (branch.group !== null) {
        const isOpen = !closed.has(branch.group.group_id);
        rows.push(groupRow(branch, branch.group, depth, isOpen));
        if (isOpen) {
          walk(branch.inside, depth + 1);
        }
      }
    }
  };
  walk(treeOf(tasks, groups), 0);
  return rows;
}

/** Groups without tasks in this run are left out. */
function treeOf(tasks: readonly TaskBars[], groups: readonly GroupView[]): Branch[] {
  const top: Branch[] = [];
  const found = new Map<string, Branch>();
  const byId = new Map(groups.map(group => [group.group_id, group]));
  const inside = (id: string | null): Branch[] => {
    const group = id === null ? undefined : byId.get(id);
    if (group === undefined) {
      return top;
    }
    let branch = found.get(group.group_id);
    if (branch === undefined) {
      branch = { row: null, group, inside: [] };
      found.set(group.group_id, branch);
      inside(group.parent).push(branch);
    }
    return branch.inside;
  };
  tasks.forEach(row => inside(row.group).push({ row, group: null, inside: [] }));
  return top;
}

function groupRow(branch: Branch, group: GroupView, depth: number, isOpen: boolean): GroupRow {
  const tasks = tasksIn(branch);
  const bars = tasks.flatMap(task => task.bars);
  const state = summaryState(tasks.map(task => task.state));
  const { group_id: id, parent, label } = group;
  const short = parent !== null && id.startsWith(`${parent}.`) ? id.slice(parent.length + 1) : id;
  const from = Math.min(...bars.map(bar => bar.from ?? bar.queued));
  const to = Math.max(...bars.map(bar => bar.to));
  return {
    kind: 'group',
    taskId: id,
    name: label || short,
    depth,
    isOpen,
    state,
    bars: bars.length ? [{ tryNumber: 1, state, queued: from, from, to }] : [],
    size: tasks.length
  };
}

function tasksIn(branch: Branch): TaskBars[] {
  return branch.row === null ? branch.inside.flatMap(tasksIn) : [branch.row];
}

/** What began first stands first; what has not begun comes last, in the order of the DAG. */
function inTime(branches: readonly Branch[]): Branch[] {
  const begin = (branch: Branch): number =>
    Math.min(...tasksIn(branch).map(task => task.bars[0]?.queued ?? Infinity));
  const starts = new Map(branches.map(branch => [branch, begin(branch)]));
  const start = (branch: Branch): number => starts.get(branch) ?? Infinity;
  return [...branches].sort((a, b) => (start(a) === start(b) ? 0 : start(a) - start(b)));
}
