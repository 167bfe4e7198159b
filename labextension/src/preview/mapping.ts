/**
 * Between the cells of a notebook and the tasks of its DAG: which is which, what is wrong where, and what a
 * selection of cells means for a run. Pure.
 */
import type { NotebookSent } from '../rest/notebooks';
import type { CellView, NotebookView, Problem } from '../wire';

/** What stands above a cell of the notebook. */
export interface CellMark {
  readonly role: CellView['role'];
  readonly taskId: string | null;
  /** It is the first cell of its task: the one that bears its name in full. */
  readonly isFirst: boolean;
  readonly hasSetup: boolean;
  readonly problems: readonly Problem[];
}

/** What is to be said above each cell, by its id. */
export function marksOf(view: NotebookView): ReadonlyMap<string, CellMark> {
  const problems = problemsByCell(view.problems);
  const seen = new Set<string>();
  const marks = new Map<string, CellMark>();
  for (const cell of view.cells) {
    const taskId = cell.task_id;
    marks.set(cell.cell_id, {
      role: cell.role,
      taskId,
      isFirst: taskId === null || !seen.has(taskId),
      hasSetup: cell.has_setup,
      problems: problems.get(cell.index) ?? []
    });
    if (taskId !== null) {
      seen.add(taskId);
    }
  }
  return marks;
}

/**
 * The cells of a notebook with errors, of which nobody can tell the tasks, with those that they were part of the
 * last time that it could be read.
 */
export function withTasksOf(view: NotebookView, before: NotebookView | null): NotebookView {
  if (!view.is_broken || before === null) {
    return view;
  }
  const known = new Map(before.cells.map(cell => [cell.cell_id, cell]));
  const cells = view.cells.map(cell => {
    const last = known.get(cell.cell_id);
    return last === undefined ? cell : { ...last, index: cell.index };
  });
  return { ...view, cells };
}

/** The problems that have a cell, by its index. */
export function problemsByCell(problems: readonly Problem[]): ReadonlyMap<number, Problem[]> {
  const found = new Map<number, Problem[]>();
  for (const problem of problems) {
    if (problem.cell !== null) {
      found.set(problem.cell, [...(found.get(problem.cell) ?? []), problem]);
    }
  }
  return found;
}

/** The cells of a task by their ids, in notebook order. */
export function cellsOfTask(view: NotebookView, taskId: string): readonly string[] {
  return view.cells.filter(cell => cell.task_id === taskId).map(cell => cell.cell_id);
}

/** The tasks that cells are part of, in notebook order, each once. */
export function tasksOfCells(view: NotebookView, cellIds: Iterable<string>): readonly string[] {
  const chosen = new Set(cellIds);
  const tasks = view.cells.filter(cell => chosen.has(cell.cell_id)).map(cell => cell.task_id);
  return [...new Set(tasks.filter(task => task !== null))];
}

/** The tasks upstream of these that are none of them, in the order of the DAG. */
export function upstreamOf(view: NotebookView, taskIds: readonly string[]): readonly string[] {
  const upstream = new Map(view.tasks.map(task => [task.task_id, task.upstream]));
  const found = new Set<string>();
  const visit = (taskId: string): void => {
    for (const one of upstream.get(taskId) ?? []) {
      if (!found.has(one)) {
        found.add(one);
        visit(one);
      }
    }
  };
  taskIds.forEach(visit);
  const chosen = new Set(taskIds);
  return view.tasks.map(task => task.task_id).filter(id => found.has(id) && !chosen.has(id));
}

/** Errors before warnings, those without a place first, then by cell and line. */
export function inOrder(problems: readonly Problem[]): readonly Problem[] {
  const rank = ({ severity, cell, line }: Problem): [number, number, number] => [
    severity === 'error' ? 0 : 1,
    cell ?? -1,
    line ?? -1
  ];
  return [...problems].sort((a, b) => {
    const [one, other] = [rank(a), rank(b)];
    const place = one.findIndex((part, index) => part !== other[index]);
    return place < 0 ? 0 : (one[place] ?? 0) - (other[place] ?? 0);
  });
}

/** Where a problem or a reason is, as people count: Jupyter numbers cells from one here. */
export interface Place {
  readonly cell: number;
  readonly line: number | null;
}

/**
 * What of a notebook makes it a DAG: while this is the same, no other preview is to be had. Outputs, counters and
 * what other extensions keep in the metadata are no part of it.
 */
export function meaningOf(notebook: NotebookSent): string {
  const { kernelspec, language_info, nbflow } = notebook.metadata as Record<string, unknown>;
  const cells = notebook.cells.map(cell => {
    const { tags, nbflow: own } = (cell.metadata ?? {}) as Record<string, unknown>;
    return [cell.id, cell.cell_type, cell.source, tags, own];
  });
  return JSON.stringify([kernelspec, language_info, nbflow, cells]);
}
