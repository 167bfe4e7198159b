import { expect, test } from 'vitest';

import { daysOf, later, monthsOf, partsOf } from './weeks';

test('a year begins on its weekday, and its weeks on Monday', () => {
  const days = daysOf(2026);
  expect(days[0]).toEqual({ day: '2026-01-01', weekday: 3, week: 0 });
  expect(days[4]).toEqual({ day: '2026-01-05', weekday: 0, week: 1 });
  expect(days).toHaveLength(365);
  expect(daysOf(2028)).toHaveLength(366);
  expect(days.at(-1)).toEqual({ day: '2026-12-31', weekday: 3, week: 52 });
});

test('months stand above the first week that is all theirs', () => {
  const months = monthsOf(2026);
  expect(months[0]).toEqual({ month: 0, week: 1 });
  expect(months[5]).toEqual({ month: 5, week: 22 }); // 1 June 2026 is a Monday
});

test('a day with several runs is split by their states', () => {
  expect(
    partsOf([
      ['failed', 1],
      ['success', 3]
    ])
  ).toEqual([
    ['failed', 0.25],
    ['success', 0.75]
  ]);
});

test('days go on over the ends of months and years', () => {
  expect(later('2026-02-28', 1)).toBe('2026-03-01');
  expect(later('2026-01-01', -1)).toBe('2025-12-31');
});
