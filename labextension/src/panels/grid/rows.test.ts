import { expect, test } from 'vitest';

import type { GridTask, GroupView } from '../../wire';
import { rowsOf, worst } from './rows';

function task(task_id: string, group: string | null = null): GridTask {
  return { task_id, group, display_name: '', mapped: false, gone: false };
}

function group(group_id: string, parent: string | null = null): GroupView {
  return { group_id, parent, label: '', tooltip: '', tasks: [] };
}

const TASKS = [
  task('start'),
  task('load.a', 'load'),
  task('load.deep.b', 'load.deep'),
  task('end')
];
const GROUPS = [group('load'), group('load.deep', 'load')];
const OPEN: ReadonlySet<string> = new Set();

function names(closed: ReadonlySet<string>, search = ''): string[] {
  return rowsOf(TASKS, GROUPS, closed, search).map(row => `${'  '.repeat(row.depth)}${row.name}`);
}

test('groups stand where their first task does, with their tasks below them', () => {
  expect(names(OPEN)).toEqual(['start', 'load', '  a', '  deep', '    b', 'end']);
});

test('a closed group is one row that stands for all of its tasks', () => {
  expect(names(new Set(['load']))).toEqual(['start', 'load', 'end']);
  expect(rowsOf(TASKS, GROUPS, new Set(['load']))[1]).toMatchObject({ places: [1, 2] });
});

test('a search opens the groups around what it finds', () => {
  expect(names(new Set(['load']), 'B')).toEqual(['load', '  deep', '    b']);
  expect(names(OPEN, 'nowhere')).toEqual([]);
});

test('a task whose group is gone stands outside', () => {
  expect(rowsOf([task('old.a', 'old')], [], OPEN).map(row => row.name)).toEqual(['a']);
});

test('the most urgent state stands for a group; tasks that a run lacks do not count', () => {
  expect(worst([5, -1, 2, 7], [0, 1, 2])).toBe(2);
  expect(worst([-1, -1], [0, 1])).toBe(-1);
});
