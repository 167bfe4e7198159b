import { describe, expect, test } from 'vitest';

import { aGroup, anEdge, aTask } from '../testing/builders';
import type { TaskView } from '../wire';
import { layOut, NODE_HEIGHT, type Box, type Layout } from './layout';
import { shortened, textWidth } from './measure';
import { first, neighbour } from './navigation';
import { stack } from './stack';

function box(layout: Layout, id: string): Box {
  const found = layout.boxes.get(id);
  if (found === undefined) {
    throw new Error(`${id} has no place`);
  }
  return found;
}

/** The corners of a path: where its lines and curves end. */
function corners(path: string): [number, number][] {
  return path
    .split(/(?=[MLC])/)
    .map(part => part.slice(1).trim().split(/[ ,]/).map(Number))
    .map(numbers => [numbers.at(-2) ?? NaN, numbers.at(-1) ?? NaN]);
}

function placed(tasks: TaskView[], places: Record<string, [number, number]>): TaskView[] {
  return tasks.map(task => {
    const [layer, row] = places[task.task_id] ?? [0, 0];
    return { ...task, layer, row };
  });
}

const DIAMOND = placed([aTask('a'), aTask('b', ['a']), aTask('c', ['a']), aTask('d', ['b', 'c'])], {
  a: [0, 0],
  b: [1, 0],
  c: [1, 1],
  d: [2, 0]
});

/** `n` layers of `n` tasks; each task comes after three of the layer before, some after older ones. */
function lattice(n: number): TaskView[] {
  const tasks: TaskView[] = [];
  for (let layer = 0; layer < n; layer++) {
    for (let row = 0; row < n; row++) {
      const upstream = layer ? [0, 1, 2].map(i => `t${layer - 1}_${(row + i) % n}`) : [];
      if (layer > 3 && row % 5 === 0) {
        upstream.push(`t${layer - 4}_${row}`);
      }
      tasks.push(aTask(`t${layer}_${row}`, [...new Set(upstream)], { layer, row }));
    }
  }
  return tasks;
}

describe('edges', () => {
  test('every edge is drawn once, from the right side of its source to the left side of its target', () => {
    const layout = layOut(DIAMOND);

    expect(layout.routes.map(route => `${route.source}>${route.target}`)).toEqual([
      'a>b',
      'a>c',
      'b>d',
      'c>d'
    ]);
    for (const route of layout.routes) {
      const [from, to] = [box(layout, route.source), box(layout, route.target)];
      const ends = corners(route.path);
      expect(ends[0]).toEqual([from.x + from.width, from.y + NODE_HEIGHT / 2]);
      expect(ends.at(-1)).toEqual([to.x, to.y + NODE_HEIGHT / 2]);
      expect(route.end).toEqual([to.x, to.y + NODE_HEIGHT / 2]);
    }
  });

  test('from the top down, an edge leads from the bottom of its source to the top of its target', () => {
    const layout = layOut(DIAMOND, [], new Set(), 'down');

    expect(layout.routes).toHaveLength(4);
    for (const route of layout.routes) {
      const [from, to] = [box(layout, route.source), box(layout, route.target)];
      const ends = corners(route.path);
      expect(ends[0]).toEqual([from.x + from.width / 2, from.y + NODE_HEIGHT]);
      expect(ends.at(-1)).toEqual([to.x + to.width / 2, to.y]);
      expect(from.y + NODE_HEIGHT).toBeLessThan(to.y);
    }
  });

  test.each([
    ['declared', true],
    ['certain', true],
    ['inferred', false],
    ['unknown', false]
  ])('an edge that is %s is certain: %s', (kind, certain) => {
    const reason = anEdge('a', { kind, why: 'because' });
    const tasks = [aTask('a'), aTask('b', ['a'], { edges: [reason], layer: 1 })];

    expect(layOut(tasks).routes).toMatchObject([{ certain, reasons: [reason] }]);
  });

  test('one certain reason is enough', () => {
    const edges = [anEdge('a', { kind: 'inferred' }), anEdge('a', { kind: 'certain' })];
    const tasks = [aTask('a'), aTask('b', ['a'], { edges, layer: 1 })];

    expect(layOut(tasks).routes).toMatchObject([{ certain: true }]);
  });

  test('an edge that passes a layer goes round the tasks in it', () => {
    const tasks = placed([aTask('a'), aTask('b', ['a']), aTask('c', ['a', 'b'])], {
      a: [0, 0],
      b: [1, 0],
      c: [2, 0]
    });
    const layout = layOut(tasks);
    const between = box(layout, 'b');
    const long = layout.routes.find(route => route.source === 'a' && route.target === 'c');

    const lane = corners(long?.path ?? '').filter(
      ([x]) => x >= between.x && x <= between.x + between.width
    );
    expect(lane).toHaveLength(2);
    for (const [, y] of lane) {
      expect(y < between.y || y > between.y + NODE_HEIGHT).toBe(true);
    }
  });

  test('an edge from a task that is not there is left out', () => {
    expect(layOut([aTask('b', ['gone'])]).routes).toEqual([]);
  });
});

describe('places', () => {
  test('a task stands in the layer and the order that the server gives', () => {
    const layout = layOut(
      placed([aTask('a'), aTask('b', ['a']), aTask('c', ['a'])], { b: [1, 1], c: [1, 0] })
    );

    expect(box(layout, 'b').x).toBeGreaterThan(box(layout, 'a').x + box(layout, 'a').width);
    expect(box(layout, 'c').y).toBeLessThan(box(layout, 'b').y);
  });

  test('without usable layers the longest way from a root decides', () => {
    const layout = layOut(DIAMOND.map(task => ({ ...task, layer: 0, row: 0 })));

    expect(['a', 'b', 'c', 'd'].map(id => box(layout, id).layer)).toEqual([0, 1, 1, 2]);
  });

  test('a task stands in the middle of those it comes after', () => {
    const layout = layOut(DIAMOND);

    expect(box(layout, 'a').y).toBeCloseTo((box(layout, 'b').y + box(layout, 'c').y) / 2, 5);
    expect(box(layout, 'd').y).toBeCloseTo(box(layout, 'a').y, 5);
  });

  test.each([
    ['a lattice', lattice(12)],
    [
      'a thousand tasks side by side',
      Array.from({ length: 1000 }, (_, i) => aTask(`t${i}`, [], { row: i }))
    ]
  ])('%s: no two boxes overlap, and all are inside', (_, tasks) => {
    const layout = layOut(tasks);
    const boxes = [...layout.boxes.values()].sort((a, b) => a.x - b.x || a.y - b.y);

    expect(boxes).toHaveLength(tasks.length);
    boxes.forEach((one, i) => {
      const below = boxes[i + 1];
      if (below?.x === one.x) {
        expect(below.y).toBeGreaterThanOrEqual(one.y + NODE_HEIGHT);
      }
      expect(one.x).toBeGreaterThanOrEqual(0);
      expect(one.x + one.width).toBeLessThanOrEqual(layout.width);
      expect(one.y).toBeGreaterThanOrEqual(0);
      expect(one.y + NODE_HEIGHT).toBeLessThanOrEqual(layout.height);
    });
  });

  test('a thousand independent tasks form a block that fits a screen, not a tower', () => {
    const layout = layOut(Array.from({ length: 1000 }, (_, i) => aTask(`t${i}`, [], { row: i })));

    expect(layout.width / layout.height).toBeGreaterThan(1);
    expect(layout.width / layout.height).toBeLessThan(3);
  });

  test('no tasks need no room', () => {
    expect(layOut([])).toMatchObject({ routes: [], width: 0 });
  });
});

describe('stacks', () => {
  test('what has room stands where it wants to', () => {
    expect(stack([0, 50, 90], [20, 20, 20])).toEqual([0, 50, 90]);
  });

  test('what wants the same place shares it evenly', () => {
    expect(stack([10, 10], [20, 20])).toEqual([0, 20]);
  });
});

describe('keys', () => {
  const layout = layOut(DIAMOND);

  test.each([
    ['a', 'right', 'b'],
    ['d', 'left', 'b'],
    ['b', 'down', 'c'],
    ['c', 'up', 'b'],
    ['b', 'up', null],
    ['d', 'right', null]
  ] as const)('from %s %s leads to %s', (id, direction, expected) => {
    expect(neighbour(layout, id, direction)).toBe(expected);
  });

  test('the keyboard begins at the first task', () => {
    expect(first(layout)).toBe('a');
    expect(neighbour(layout, 'gone', 'right')).toBe('a');
  });
});

test('long names are cut in the middle', () => {
  const cut = shortened('load_all_of_the_weather_stations_of_france', 160);

  expect(textWidth(cut)).toBeLessThanOrEqual(160);
  expect(cut).toMatch(/^load_all_.*….*france$/);
  expect(shortened('load', 160)).toBe('load');
});

test('from the top down, nothing overlaps, also in groups and in layers of hundreds', () => {
  const wide = Array.from({ length: 300 }, (_, i) => aTask(`w${i}`, ['a']));
  const grouped = ['x', 'y', 'z'].map(id => aTask(`load.${id}`, ['a'], { group: 'load' }));
  const layout = layOut([...DIAMOND, ...wide, ...grouped], [aGroup('load', [])], new Set(), 'down');
  const boxes = [...layout.boxes.values()];

  for (const [at, one] of boxes.entries()) {
    expect(one.x >= 0 && one.x + one.width <= layout.width).toBe(true);
    expect(one.y >= 0 && one.y + NODE_HEIGHT <= layout.height).toBe(true);
    const overlapping = boxes
      .slice(at + 1)
      .filter(
        two =>
          one.x < two.x + two.width &&
          two.x < one.x + one.width &&
          Math.abs(one.y - two.y) < NODE_HEIGHT
      );
    expect(overlapping).toEqual([]);
  }
});

test('from the top down, the arrow keys follow the edges downwards', () => {
  const layout = layOut(DIAMOND, [], new Set(), 'down');

  expect(first(layout)).toBe('a');
  expect(neighbour(layout, 'b', 'down')).toBe('d');
  expect(neighbour(layout, 'b', 'up')).toBe('a');
  expect(neighbour(layout, 'b', 'right')).toBe('c');
  expect(neighbour(layout, 'c', 'left')).toBe('b');
});
