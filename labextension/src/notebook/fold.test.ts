import { describe, expect, test } from 'vitest';

import type { NotebookJson } from '../client';
import type { CellEvent } from '../feed';
import { foldCells, notebookOf, type LiveCell, type LiveNotebook } from './fold';

const SOURCE: NotebookJson = {
  nbformat: 4,
  nbformat_minor: 5,
  metadata: { language_info: { name: 'python' } },
  cells: [
    { id: 'intro', cell_type: 'markdown', source: ['# Sales\n', 'of today'], metadata: {} },
    {
      id: 'a',
      cell_type: 'code',
      source: 'a = 1',
      metadata: {},
      outputs: [],
      execution_count: null
    },
    { id: 'b', cell_type: 'code', source: 'a', metadata: {}, outputs: [], execution_count: null }
  ]
};

const STARTED: CellEvent = {
  event: 'notebook_started',
  cells: [{ id: 'intro' }, { id: 'p', source: 'day = "x"' }, { id: 'a' }, { id: 'b' }]
};

function stream(cell: string, text: string, name = 'stdout'): CellEvent {
  return { event: 'output', cell, output: { output_type: 'stream', name, text } };
}

function display(cell: string, text: string, displayId?: string): CellEvent {
  const output = { output_type: 'display_data', data: { 'text/plain': text }, metadata: {} };
  return { event: 'output', cell, output, display_id: displayId };
}

function cell(notebook: LiveNotebook, id: string): LiveCell {
  const found = notebook.cells.find(one => one.id === id);
  if (found === undefined) {
    throw new Error(`no cell ${id}`);
  }
  return found;
}

function outputs(notebook: LiveNotebook, id: string): unknown[] {
  return cell(notebook, id).outputs.map(({ output }) => output.text ?? output.data);
}

describe('the notebook', () => {
  test('it is read from JSON, states and all', () => {
    const executed = {
      id: 'a',
      cell_type: 'code',
      source: 'a = 1',
      metadata: { nbflow: { state: 'success', duration: 0.5 } },
      outputs: [{ output_type: 'stream', name: 'stdout', text: ['x\n', 'y\n'] }],
      execution_count: 3
    };
    const notebook = notebookOf({ ...SOURCE, cells: [...SOURCE.cells.slice(0, 1), executed] });

    expect(cell(notebook, 'intro')).toMatchObject({
      type: 'markdown',
      source: '# Sales\nof today',
      state: null
    });
    expect(cell(notebook, 'a')).toMatchObject({
      state: 'success',
      duration: 0.5,
      executionCount: 3
    });
    expect(outputs(notebook, 'a')).toEqual(['x\ny\n']);
  });

  test('a run begins with blank cells, and with the parameters that papermill puts in', () => {
    const before = foldCells(notebookOf(SOURCE), [stream('a', 'old')]);
    const notebook = foldCells(before, [STARTED]);

    expect(notebook.cells.map(one => [one.id, one.state, one.outputs.length])).toEqual([
      ['intro', null, 0],
      ['p', 'not-run', 0],
      ['a', 'not-run', 0],
      ['b', 'not-run', 0]
    ]);
    expect(cell(notebook, 'p')).toMatchObject({ source: 'day = "x"', isInjected: true });
  });

  test('cells that take no part are left out', () => {
    const notebook = foldCells(notebookOf(SOURCE), [{ ...STARTED, cells: [{ id: 'b' }] }]);

    expect(notebook.cells.map(one => one.id)).toEqual(['b']);
  });

  test('a cell runs and ends', () => {
    const running = foldCells(notebookOf(SOURCE), [
      STARTED,
      { event: 'cell_started', cell: 'a', at: '2026-03-04T05:00:00+00:00' }
    ]);
    const ended = foldCells(running, [
      { event: 'cell_finished', cell: 'a', state: 'failed', duration: 1.5 }
    ]);

    expect(cell(running, 'a')).toMatchObject({
      state: 'running',
      startedAt: '2026-03-04T05:00:00+00:00'
    });
    expect(cell(ended, 'a')).toMatchObject({ state: 'failed', duration: 1.5 });
  });

  test('folding in pieces gives what folding at once gives', () => {
    const events = [
      STARTED,
      stream('a', 'x'),
      stream('a', 'y\r'),
      display('a', '1', 'd'),
      stream('b', 'z')
    ];
    const start = notebookOf(SOURCE);

    expect(events.reduce((notebook, event) => foldCells(notebook, [event]), start)).toEqual(
      foldCells(start, events)
    );
  });

  test('cells that nothing happened to keep their identity', () => {
    const before = foldCells(notebookOf(SOURCE), [STARTED, stream('a', 'x')]);
    const after = foldCells(before, [stream('b', 'y')]);

    expect(cell(after, 'a')).toBe(cell(before, 'a'));
    expect(cell(before, 'b').outputs).toEqual([]);
  });
});

describe('outputs', () => {
  test.each([
    [['one ', 'line\n'], 'one line\n'],
    [['10 %', '\r20 %', '\r100 %\n', 'done\n'], '100 %\ndone\n'],
    [['10 %\r', '20 %'], '20 %'],
    [['abc\b\bX'], 'aX'],
    [['a\r\nb'], 'a\nb']
  ])('%j reads %j, as on a terminal', (texts, expected) => {
    const notebook = foldCells(
      notebookOf(SOURCE),
      texts.map(text => stream('a', text))
    );

    expect(outputs(notebook, 'a')).toEqual([expected]);
  });

  test('stdout and stderr stay apart', () => {
    const events = [stream('a', 'x'), stream('a', 'oh', 'stderr'), stream('a', 'y')];

    expect(outputs(foldCells(notebookOf(SOURCE), events), 'a')).toEqual(['x', 'oh', 'y']);
  });

  test('a display is replaced wherever it stands', () => {
    const update = {
      event: 'update_display',
      display_id: 'd',
      data: { 'text/plain': '2' },
      metadata: {}
    };
    const events = [display('a', '1', 'd'), display('b', '1', 'd'), display('b', 'other'), update];
    const notebook = foldCells(notebookOf(SOURCE), events);

    expect(outputs(notebook, 'a')).toEqual([{ 'text/plain': '2' }]);
    expect(outputs(notebook, 'b')).toEqual([{ 'text/plain': '2' }, { 'text/plain': 'other' }]);
  });

  test('cleared outputs are gone', () => {
    const events = [stream('a', 'x'), { event: 'clear_output', cell: 'a' }, stream('a', 'y')];

    expect(outputs(foldCells(notebookOf(SOURCE), events), 'a')).toEqual(['y']);
  });

  test('a result gives its cell a number', () => {
    const output = { output_type: 'execute_result', data: {}, metadata: {}, execution_count: 7 };
    const notebook = foldCells(notebookOf(SOURCE), [{ event: 'output', cell: 'b', output }]);

    expect(cell(notebook, 'b').executionCount).toBe(7);
  });
});
