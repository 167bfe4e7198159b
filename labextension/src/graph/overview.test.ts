import { expect, test } from 'vitest';

import { frameOf, isNeeded, scaleOf, viewAt } from './overview';

const WINDOW = { width: 800, height: 400 };
const GRAPH = { width: 3520, height: 1120 };

test('the picture is as large as fits, and a small graph is not blown up in it', () => {
  expect(scaleOf(GRAPH)).toBe(0.05);
  expect(scaleOf({ width: 200, height: 100 })).toBe(0.25);
  expect(scaleOf({ width: 0, height: 0 })).toBe(0);
});

test('it is there when some of the graph is out of view, and there is room', () => {
  expect(isNeeded(GRAPH, { x: 0, y: 0, zoom: 1 }, WINDOW)).toBe(true);
  expect(isNeeded(GRAPH, { x: 0, y: 20, zoom: 0.2 }, WINDOW)).toBe(false);
  expect(isNeeded(GRAPH, { x: 0, y: 0, zoom: 1 }, { width: 300, height: 200 })).toBe(false);
});

test('the frame is what is in view, cut at the border of the graph', () => {
  expect(frameOf(GRAPH, { x: -400, y: 100, zoom: 1 }, WINDOW)).toEqual({
    x: 20,
    y: 0,
    width: 40,
    height: 15
  });
});

test('a press on the picture brings that place into the middle', () => {
  const view = viewAt(GRAPH, { x: 0, y: 0, zoom: 2 }, WINDOW, 88, 28);

  expect(view).toEqual({ x: 400 - 1760 * 2, y: 200 - 560 * 2, zoom: 2 });
});
