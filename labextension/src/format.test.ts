import { describe, expect, test } from 'vitest';

import {
  bytes,
  duration,
  fromNow,
  instanceName,
  instant,
  kindName,
  roughly,
  runIdTitle,
  runTitle,
  secondsBetween,
  span,
  stateName,
  utc,
  words
} from './format';
import { at, T0 } from './testing/builders';
import { PLAIN } from './text';

const NOW = Date.parse(T0);

test.each([
  [0, '0 ms'],
  [0.0424, '42 ms'],
  [0.9999, '1.0 s'],
  [3.21, '3.2 s'],
  [9.96, '10 s'],
  [59.4, '59 s'],
  [59.6, '1 m 00 s'],
  [65, '1 m 05 s'],
  [3599.7, '1 h 00 m'],
  [7830, '2 h 10 m'],
  [93600, '1 d 2 h'],
  [-3, '0 ms']
])('%s seconds last %s', (seconds, expected) => {
  expect(duration(seconds)).toBe(expected);
});

test.each([
  [12, '12 s'],
  [59.6, '1 min'],
  [3570, '1 h'],
  [3 * 3600, '3 h'],
  [40 * 3600, '2 d']
])('%s seconds are roughly %s', (seconds, expected) => {
  expect(roughly(seconds)).toBe(expected);
});

describe('spans', () => {
  test('an open one lasts until now', () => {
    expect(secondsBetween(T0, null, NOW + 4000)).toBe(4);
  });

  test('a clock that is behind the server gives no negative time', () => {
    expect(secondsBetween(at(5), null, NOW)).toBe(0);
  });

  test('one that has not begun is a dash', () => {
    expect(span(null, null, NOW)).toBe('–');
    expect(span(T0, at(3.2), NOW)).toBe('3.2 s');
  });
});

test.each([
  [at(3 * 3600), 'in 3 h'],
  [at(-300), '5 min ago'],
  [at(0.5), 'now']
])('%s is %s', (instantThen, expected) => {
  expect(fromNow(instantThen, NOW, PLAIN)).toBe(expected);
});

test('an instant names its year only when it is another one', () => {
  expect(instant(T0, NOW, 'en-US', 'UTC')).toBe('Mar 4, 05:00');
  expect(instant('2024-12-31T23:30:00Z', NOW, 'en-US', 'UTC')).toBe('Dec 31, 2024, 23:30');
  expect(utc(T0)).toBe('2026-03-04 05:00 UTC');
});

test.each([
  [812, '812 B'],
  [14_230, '14.2 kB'],
  [999_600, '1.0 MB'],
  [250_000_000, '250 MB']
])('%s bytes are %s', (size, expected) => {
  expect(bytes(size)).toBe(expected);
});

test('states have names, new ones the name that the server gives them', () => {
  expect(stateName('up_for_retry', PLAIN)).toBe('Up for retry');
  expect(stateName('on_hold', PLAIN)).toBe('On hold');
  expect(words('cell_error')).toBe('Cell error');
});

test('things are called by what a person knows them by', () => {
  expect(instanceName('load', -1)).toBe('load');
  expect(instanceName('load', 2)).toBe('load[2]');
  expect(kindName({ kind: 'notebook', operator: 'NotebookOperator' })).toBe('Notebook');
  expect(kindName({ kind: 'cells', operator: '' })).toBe('Cells');
  expect(runTitle({ run_id: 'manual__x', logical_date: null }, NOW)).toBe('manual__x');
});

test('a run of which only the id is known is named by its type and time', () => {
  const title = (id: string): string => runIdTitle(id, NOW, PLAIN);

  expect(title(`manual__${T0}_d4e0c8`)).toBe(`Manual, ${instant(T0, NOW)}`);
  expect(title('manual__2026-03-04T05:00:00+00:00_1f')).toMatch(/^Manual, \D+ 4|^Manual, 4/);
  expect(title('my own name')).toBe('my own name');
});
