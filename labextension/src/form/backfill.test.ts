import { nullTranslator } from '@jupyterlab/translation';
import { expect, test } from 'vitest';

import { backfillFields, readBackfill, requestOf } from './backfill';

const texts = nullTranslator.load('nbflow');
const fields = backfillFields(Date.UTC(2026, 1, 10), texts);

function errorsOf(from: string, to: string, atATime = '3'): Readonly<Record<string, string>> {
  const drafts = { from_date: from, to_date: to, max_active_runs: atATime };
  return readBackfill(fields, drafts, texts).errors;
}

test('a range that ends before it begins is told at its end', () => {
  expect(errorsOf('2026-02-03', '2026-02-02')).toEqual({
    to_date: 'This is before the first day.'
  });
  expect(errorsOf('2026-02-03', '2026-02-03')).toEqual({});
});

test('what else is wrong is told with it, each at its field', () => {
  expect(Object.keys(errorsOf('2026-02-03', '2026-02-02', '0')).sort()).toEqual([
    'max_active_runs',
    'to_date'
  ]);
  expect(Object.keys(errorsOf('', '2026-02-02'))).toEqual(['from_date']);
});

test('the tasks are expressions with commas between, and all of them where none is said', () => {
  const tasksOf = (tasks: string): unknown =>
    requestOf(readBackfill(fields, { tasks }, texts).values).tasks;

  expect(tasksOf(' +report, tag:nightly ,')).toEqual(['+report', 'tag:nightly']);
  expect(tasksOf(' ')).toBeNull();
});
