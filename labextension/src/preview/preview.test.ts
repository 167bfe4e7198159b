/** Which cell is which task, what is told where, and what a schedule in the metadata looks like. */
import { describe, expect, it, vi } from 'vitest';

import { onceCalm } from '../live/calm';
import { aNotebookView, aProblem, aTask } from '../testing/builders';
import type { NotebookSent } from '../rest/notebooks';
import type { CellView } from '../wire';
import {
  cellsOfTask,
  inOrder,
  marksOf,
  meaningOf,
  tasksOfCells,
  upstreamOf,
  withTasksOf
} from './mapping';
import { dagsOfFile } from './files';
import { draftOf, errorsOf, settingsOf } from './schedule';

function cell(index: number, task: string | null, more: Partial<CellView> = {}): CellView {
  const role = task === null ? 'setup' : 'task';
  return { index, cell_id: `c${index}`, role, task_id: task, has_setup: false, ...more };
}

const VIEW = aNotebookView({
  cells: [cell(0, null), cell(2, 'load'), cell(3, 'load'), cell(5, 'left'), cell(6, 'right')],
  tasks: [aTask('load'), aTask('left', ['load']), aTask('right', ['left'])],
  problems: [
    aProblem('late', { cell: 6, line: 2, severity: 'warning' }),
    aProblem('broken', { cell: 6, line: 1 })
  ]
});

describe('cells and tasks', () => {
  it('names a task at its first cell and continues it at the others', () => {
    const marks = marksOf(VIEW);

    expect([...marks].map(([id, mark]) => [id, mark.taskId, mark.isFirst])).toEqual([
      ['c0', null, true],
      ['c2', 'load', true],
      ['c3', 'load', false],
      ['c5', 'left', true],
      ['c6', 'right', true]
    ]);
  });

  it('tells problems at the cells they are in', () => {
    const marks = marksOf(VIEW);

    expect(marks.get('c6')?.problems.map(({ message }) => message)).toEqual(['late', 'broken']);
    expect(marks.get('c5')?.problems).toEqual([]);
  });

  it('finds the cells of a task and the tasks of cells', () => {
    expect(cellsOfTask(VIEW, 'load')).toEqual(['c2', 'c3']);
    expect(tasksOfCells(VIEW, ['c6', 'c3', 'c2', 'c0'])).toEqual(['load', 'right']);
  });

  it('finds what a selection needs, and not the selection itself', () => {
    expect(upstreamOf(VIEW, ['right'])).toEqual(['load', 'left']);
    expect(upstreamOf(VIEW, ['right', 'load'])).toEqual(['left']);
    expect(upstreamOf(VIEW, ['load'])).toEqual([]);
  });

  it('keeps the tasks of cells that were known before an error', () => {
    const broken = aNotebookView({
      is_broken: true,
      cells: [cell(1, null, { cell_id: 'c2', role: 'task' }), cell(2, null, { cell_id: 'new' })]
    });

    const shown = withTasksOf(broken, VIEW);

    expect(shown.cells.map(one => [one.index, one.task_id])).toEqual([
      [1, 'load'],
      [2, null]
    ]);
    expect(withTasksOf(VIEW, broken)).toBe(VIEW);
  });

  it('puts errors before warnings, and each in the order of the notebook', () => {
    const found = inOrder([
      aProblem('b', { cell: 4, line: 1, severity: 'warning' }),
      aProblem('c', { cell: 9, line: 2 }),
      aProblem('d', { cell: 9, line: 1 }),
      aProblem('a', { cell: null, line: null })
    ]);

    expect(found.map(({ message }) => message)).toEqual(['a', 'd', 'c', 'b']);
  });
});

describe('what makes a notebook another DAG', () => {
  const notebook = (source: string, metadata: object = {}): NotebookSent => ({
    cells: [{ id: 'a', cell_type: 'code', source, metadata }],
    metadata: {},
    nbformat: 4,
    nbformat_minor: 5
  });

  it('is its text and its tags', () => {
    expect(meaningOf(notebook('a'))).not.toBe(meaningOf(notebook('b')));
    expect(meaningOf(notebook('a'))).not.toBe(meaningOf(notebook('a', { tags: ['skip'] })));
    expect(meaningOf(notebook('a'))).not.toBe(meaningOf(notebook('a', { nbflow: { task: 'x' } })));
  });

  it('is not what others keep in the metadata', () => {
    const executed = notebook('a', { execution: { 'iopub.status.busy': 'now' }, trusted: true });

    expect(meaningOf(executed)).toBe(meaningOf(notebook('a')));
  });
});

describe('asking once it is calm', () => {
  it('waits for a pause, and not for ever', () => {
    vi.useFakeTimers();
    const act = vi.fn();
    const ask = onceCalm(act, 300, 1000);

    for (let typed = 0; typed < 6; typed += 1) {
      ask();
      vi.advanceTimersByTime(200);
    }
    expect(act).toHaveBeenCalledTimes(1);

    vi.advanceTimersByTime(1000);
    expect(act).toHaveBeenCalledTimes(2);

    ask();
    ask.cancel();
    vi.advanceTimersByTime(2000);
    expect(act).toHaveBeenCalledTimes(2);
    vi.useRealTimers();
  });
});

describe('the schedule in the metadata', () => {
  it('begins in the zone of the reader, and keeps the one that is there', () => {
    expect(draftOf({}, 'Europe/Paris', false).timezone).toBe('Europe/Paris');
    expect(draftOf({ schedule: '@daily' }, 'Europe/Paris', false).timezone).toBe('UTC');
    expect(draftOf({ timezone: 'Asia/Tokyo' }, 'Europe/Paris', true)).toMatchObject({
      timezone: 'Asia/Tokyo',
      isActive: false
    });
  });

  it('says only what is to be said, and leaves the rest of the settings alone', () => {
    const before = { dag_id: 'sales', retries: 2, schedule: '@daily', catchup: true };
    const draft = { ...draftOf(before, 'UTC', false), schedule: ' 0 6 * * 1-5 ', catchup: false };

    expect(settingsOf(draft, before)).toEqual({
      dag_id: 'sales',
      retries: 2,
      schedule: '0 6 * * 1-5',
      timezone: 'UTC'
    });
    expect(settingsOf({ ...draft, schedule: '' }, { dag_id: 'sales' })).toEqual({
      dag_id: 'sales'
    });
  });

  it('reads and writes schedules that are no text', () => {
    const before = { schedule: ['0 6 * * *', '0 18 * * *'] };

    const draft = draftOf(before, 'UTC', false);

    expect(draft.schedule).toBe('["0 6 * * *","0 18 * * *"]');
    expect(settingsOf(draft, before).schedule).toEqual(before.schedule);
  });

  it('tells what is wrong with the zone at the zone', () => {
    const view = {
      schedule: '',
      timezone: 'Mars/Base',
      text: '',
      next_runs: [],
      awaited_assets: null,
      problems: [
        { message: "There is no time zone 'Mars/Base'.", fix: 'Use UTC.' },
        { message: 'The hour field is 25.', fix: 'Use 0 to 23.' }
      ]
    };

    expect(errorsOf(view, 'Mars/Base')).toEqual({
      schedule: ['The hour field is 25. Use 0 to 23.'],
      timezone: ["There is no time zone 'Mars/Base'. Use UTC."]
    });
  });
});

describe('files of the file browser', () => {
  it('define the DAGs that are theirs now', () => {
    const dags = [
      { dag_id: 'a', file: 'dags/two.py', active: true },
      { dag_id: 'b', file: 'dags/two.py', active: true },
      { dag_id: 'gone', file: 'dags/two.py', active: false },
      { dag_id: 'c', file: 'work/mine.ipynb', active: true }
    ];

    expect(dagsOfFile(dags, 'dags/two.py')).toEqual(['a', 'b']);
    expect(dagsOfFile(dags, 'work/mine.ipynb')).toEqual(['c']);
    expect(dagsOfFile(dags, 'else.py')).toEqual([]);
  });
});
