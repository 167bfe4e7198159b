import { expect, test } from 'vitest';

import { revealing, spanOf } from './windowing';

test('only what is near the window is drawn, however much there is', () => {
  const { from, to } = spanOf(5000, 600, 20, 10_000);
  expect(from).toBeLessThanOrEqual(250);
  expect(to).toBeGreaterThanOrEqual(280);
  expect(to - from).toBeLessThan(70);
});

test('a few pixels of scrolling draw nothing anew', () => {
  expect(spanOf(163, 600, 20, 1000)).toEqual(spanOf(168, 600, 20, 1000));
});

test('the span stays within what there is', () => {
  expect(spanOf(-50, 400, 20, 3)).toEqual({ from: 0, to: 3 });
  expect(spanOf(9999, 400, 20, 3)).toEqual({ from: 3, to: 3 });
  expect(spanOf(0, 400, 20, 0)).toEqual({ from: 0, to: 0 });
});

test('what is not seen whole is scrolled to the nearer edge', () => {
  expect(revealing(100, 200, 20, 2)).toBe(40);
  expect(revealing(100, 200, 20, 15)).toBe(120);
  expect(revealing(100, 200, 20, 7)).toBe(100);
});
