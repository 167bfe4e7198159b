import { expect, test } from 'vitest';

import { countLevel, linesOf, passing, splitBy } from './lines';

const LOG = linesOf(
  'reading\n2026-03-04 05:00:01,120 INFO etl: 12 rows\n' +
    '2026-03-04 05:00:02,001 WARNING etl: 2 rows without a price\n' +
    'etl.py:7: UserWarning: slow\n' +
    '2026-03-04 05:00:03,400 ERROR etl: gave up\nTraceback (most recent call last):\n' +
    '  File "etl.py", line 3, in <module>\nValueError: no rows\ndone\n'
).lines;

test('each line says how grave it is, a traceback to its end as an error', () => {
  expect(LOG.map(line => line.level)).toEqual([
    null,
    'info',
    'warning',
    'warning',
    'error',
    'error',
    'error',
    'error',
    null
  ]);
  expect(countLevel(LOG, 'warning')).toBe(2);
});

test('other ways to write a level are known as well', () => {
  const { lines } = linesOf(
    'WARNING:root:x\n[ERROR] y\n2026-03-04T05:00:00Z - DEBUG - z\nInformation'
  );

  expect(lines.map(line => line.level)).toEqual(['warning', 'error', 'debug', null]);
});

test('a filter keeps what holds the words and is as grave', () => {
  const shown = (query: string, level: 'warning' | 'error' | null): number[] =>
    passing(LOG, { query, level }).map(line => line.number);

  expect(shown('ROWS', null)).toEqual([2, 3, 8]);
  expect(shown('', 'warning')).toEqual([3, 4, 5, 6, 7, 8]);
  expect(shown('rows', 'error')).toEqual([8]);
});

test('what was asked for stands apart in a line, whatever signs it has', () => {
  expect(splitBy('a (b) c (B)', '(b)')).toEqual(['a ', '(b)', ' c ', '(B)', '']);
  expect(splitBy('a b', ' ')).toEqual(['a b']);
});
