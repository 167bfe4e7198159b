import { expect, test } from 'vitest';

import {
  fit,
  FARTHEST,
  inView,
  opening,
  overlaps,
  revealing,
  viewFromText,
  viewToText,
  visible,
  zoomAt
} from './viewport';

const WINDOW = { width: 800, height: 400 };

test('a large graph is made to fit, in the middle', () => {
  expect(fit({ width: 1600, height: 400 }, WINDOW)).toEqual({ x: 0, y: 100, zoom: 0.5 });
});

test('a small graph is not enlarged', () => {
  expect(fit({ width: 200, height: 100 }, WINDOW)).toEqual({ x: 300, y: 150, zoom: 1 });
});

test('a graph too large to be read opens near, at what one came for, and no further than it goes', () => {
  const graph = { width: 9000, height: 300 };
  const at = (x: number) => opening(graph, { x, y: 100, width: 100, height: 46 }, WINDOW);

  expect(at(0)).toEqual({ x: 24, y: 83, zoom: 0.78 });
  expect(at(4450)).toEqual({ x: 400 - 4500 * 0.78, y: 83, zoom: 0.78 });
  expect(at(8900).x).toBe(800 - 24 - 9000 * 0.78);
  expect(opening(graph, null, WINDOW)).toEqual(fit(graph, WINDOW));
});

test('a graph that can be read opens whole', () => {
  const graph = { width: 1600, height: 400 };
  const start = { x: 0, y: 0, width: 100, height: 46 };

  expect(opening(graph, start, WINDOW)).toEqual(fit(graph, WINDOW));
});

test('without a window nothing breaks', () => {
  expect(fit({ width: 200, height: 100 }, { width: 0, height: 0 }).zoom).toBe(1);
});

test('zooming keeps the point under the pointer', () => {
  const before = { x: 10, y: 20, zoom: 1 };
  const after = zoomAt(before, 1.5, 110, 120);

  // The point that was at (110, 120): 100 to the right of and below the origin.
  expect([after.x + 100 * after.zoom, after.y + 100 * after.zoom]).toEqual([110, 120]);
});

test('zooming ends somewhere', () => {
  expect(zoomAt({ x: 0, y: 0, zoom: 1 }, 1e-9, 0, 0).zoom).toBe(FARTHEST);
});

test('what is hidden is moved into view, and only as far as needed', () => {
  const view = { x: 0, y: 0, zoom: 1 };
  const box = { x: 900, y: 100, width: 100, height: 50 };

  const next = revealing(view, box, WINDOW, 10);
  expect(next).toEqual({ x: -210, y: 0, zoom: 1 });
  expect(revealing(next, box, WINDOW, 10)).toBe(next);
});

test('beside something that opens, a graph shrinks a little to be seen whole, a large one moves as far as needed', () => {
  const view = { x: 300, y: 150, zoom: 1 };
  const box = { x: 500, y: 20, width: 100, height: 46 };

  expect(inView(view, { width: 200, height: 100 }, box, WINDOW)).toEqual(view);
  expect(inView(view, { width: 200, height: 100 }, box, { width: 400, height: 400 })).toEqual({
    x: 100,
    y: 150,
    zoom: 1
  });
  expect(inView(view, { width: 1000, height: 100 }, box, WINDOW)).toEqual({
    x: 0,
    y: 160,
    zoom: 0.8
  });
  expect(inView(view, { width: 1200, height: 100 }, box, WINDOW)).toEqual({
    x: 176,
    y: 150,
    zoom: 1
  });
});

test('what is outside the window is not visible', () => {
  const seen = visible({ x: 0, y: 0, zoom: 1 }, WINDOW, 0);

  expect(overlaps(seen, { x: 790, y: 390, width: 50, height: 50 })).toBe(true);
  expect(overlaps(seen, { x: 801, y: 0, width: 50, height: 50 })).toBe(false);
});

test('a view is kept as text, for a graph of the same size', () => {
  const [view, graph] = [
    { x: -12.5, y: 40, zoom: 1.5625 },
    { width: 800.25, height: 300 }
  ];
  const text = viewToText(view, graph);

  expect(viewFromText(text, graph)).toEqual({ x: -12.5, y: 40, zoom: 1.563 });
  expect(viewFromText(text, { ...graph, width: 900 })).toBeNull();
  expect([viewFromText('', graph), viewFromText('a b c 800 300', graph)]).toEqual([null, null]);
});
