import { describe, expect, test } from 'vitest';

import { aGroup, anEdge, anInstance, aTask } from '../testing/builders';
import type { GroupView, TaskView } from '../wire';
import { closedAtFirst, groupState } from './groups';
import { GROUP_HEAD, layOut, NODE_HEIGHT, type Layout } from './layout';
import { first, neighbour } from './navigation';
import { nodeStates } from './node-states';

/** start, then load.a and load.b which meet in load.deep.c, then end; other runs beside them. */
const TASKS = [
  aTask('start'),
  aTask('load.a', ['start'], { group: 'load' }),
  aTask('load.b', ['start'], { group: 'load' }),
  aTask('load.deep.c', ['load.a', 'load.b'], { group: 'load.deep' }),
  aTask('load.deep.d', ['load.deep.c'], { group: 'load.deep' }),
  aTask('other', ['start']),
  aTask('end', ['load.deep.d', 'other', 'load.a'])
];
const GROUPS = [
  aGroup('load', ['load.a', 'load.b', 'load.deep.c', 'load.deep.d']),
  aGroup('load.deep', ['load.deep.c', 'load.deep.d'], { parent: 'load', label: 'deep' })
];

interface Area {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

function nodeArea(layout: Layout, id: string): Area {
  const box = layout.boxes.get(id);
  return box === undefined ? none(id) : { ...box, height: NODE_HEIGHT };
}

function groupArea(layout: Layout, id: string): Area {
  return layout.groups.get(id) ?? none(id);
}

function none(id: string): never {
  throw new Error(`${id} has no place`);
}

function isInside(inner: Area, outer: Area, head = 0): boolean {
  return (
    inner.x > outer.x &&
    inner.y >= outer.y + head &&
    inner.x + inner.width < outer.x + outer.width &&
    inner.y + inner.height < outer.y + outer.height
  );
}

function isApart(a: Area, b: Area): boolean {
  return (
    a.x + a.width <= b.x || b.x + b.width <= a.x || a.y + a.height <= b.y || b.y + b.height <= a.y
  );
}

/** Groups in groups: `width` tasks per layer, some edges inside, some across. */
function forest(tasksPerGroup: number, groups: number): [TaskView[], GroupView[]] {
  const tasks: TaskView[] = [];
  const views: GroupView[] = [];
  for (let g = 0; g < groups; g++) {
    const [outer, inner] = [`g${g}`, `g${g}.in`];
    const ids = Array.from({ length: tasksPerGroup }, (_, i) => `${i % 3 ? outer : inner}.t${i}`);
    ids.forEach((id, i) => {
      const before = [
        ids[i - 2],
        i % 4 ? undefined : `g${g - 1}.t1`,
        i % 7 ? undefined : ids[i - 5]
      ];
      const upstream = before.filter(one => one !== undefined && !one.startsWith('g-1'));
      const more = { group: i % 3 ? outer : inner, layer: i };
      tasks.push(aTask(id, [...new Set(upstream)] as string[], more));
    });
    views.push(aGroup(outer, ids));
    views.push(
      aGroup(
        inner,
        ids.filter(id => id.startsWith(inner)),
        { parent: outer }
      )
    );
  }
  return [tasks, views];
}

function expectSound(tasks: TaskView[], groups: GroupView[], layout: Layout): void {
  for (const task of tasks) {
    if (task.group !== null && layout.groups.has(task.group)) {
      const [node, group] = [nodeArea(layout, task.task_id), groupArea(layout, task.group)];
      expect([task.task_id, isInside(node, group, GROUP_HEAD)]).toEqual([task.task_id, true]);
    }
  }
  for (const { group_id, parent } of groups) {
    if (parent !== null && layout.groups.has(group_id)) {
      expect(isInside(groupArea(layout, group_id), groupArea(layout, parent), GROUP_HEAD)).toBe(
        true
      );
    }
  }
  const members = new Map(groups.map(group => [group.group_id, new Set(group.tasks)]));
  const nodes = [...layout.boxes.keys()].map(id => [id, nodeArea(layout, id)] as const);
  nodes.forEach(([a, one], i) => {
    for (const [b, other] of nodes.slice(i + 1)) {
      expect([a, b, isApart(one, other)]).toEqual([a, b, true]);
    }
    for (const group of layout.groups.values()) {
      const isMember = members.get(group.id)?.has(a) === true || a.startsWith(group.id);
      expect([a, group.id, isMember || isApart(one, group)]).toEqual([a, group.id, true]);
    }
  });
}

describe('open groups', () => {
  const layout = layOut(TASKS, GROUPS);

  test('every task stands inside the box of its group and outside all others; nothing overlaps', () => {
    expectSound(TASKS, GROUPS, layout);
  });

  test.each([
    ['a few', ...forest(12, 3)],
    ['large ones', ...forest(40, 6)]
  ])('%s, nested, with edges across: the same holds', (_, tasks, groups) => {
    expectSound(tasks, groups, layOut(tasks, groups));
  });

  test('edges begin at the right side of their source and end at the left side of their target', () => {
    const [tasks, groups] = forest(20, 4);
    for (const made of [layout, layOut(tasks, groups)]) {
      for (const route of made.routes) {
        const [from, to] = [nodeArea(made, route.source), nodeArea(made, route.target)];
        const numbers = route.path
          .split(/[MLC ]/)
          .filter(Boolean)
          .map(Number);
        expect(numbers[0]).toBeCloseTo(from.x + from.width, 0);
        expect(numbers[1]).toBeCloseTo(from.y + NODE_HEIGHT / 2, 0);
        expect(numbers.at(-2)).toBeCloseTo(to.x, 0);
        expect(numbers.at(-1)).toBeCloseTo(to.y + NODE_HEIGHT / 2, 0);
      }
    }
  });

  test('inside its group a task is named without the name of the group', () => {
    expect(layout.boxes.get('load.a')?.name).toBe('a');
    expect(layout.boxes.get('load.deep.c')?.name).toBe('c');
    expect(layout.boxes.get('other')?.name).toBe('other');
    expect(layout.groups.get('load.deep')?.name).toBe('deep');
  });

  test('a task that has a name for screens bears it on its node', () => {
    const named = layOut([aTask('load.a', [], { group: 'load', display_name: 'Fetch' })], GROUPS);
    expect(named.boxes.get('load.a')?.name).toBe('Fetch');
  });

  test('a task between two tasks of a group stands outside, and the edge back leads round', () => {
    const tasks = [
      aTask('g.a', [], { group: 'g', layer: 0 }),
      aTask('x', ['g.a'], { layer: 1 }),
      aTask('g.b', ['x'], { group: 'g', layer: 2 })
    ];
    const groups = [aGroup('g', ['g.a', 'g.b'])];
    const made = layOut(tasks, groups);

    expectSound(tasks, groups, made);
    expect(made.routes.map(({ source, target }) => `${source}>${target}`)).toEqual([
      'g.a>x',
      'x>g.b'
    ]);
  });
});

describe('closed groups', () => {
  test('a closed group is one node, and its edges are those of its tasks, each once', () => {
    const layout = layOut(TASKS, GROUPS, new Set(['load']));

    expect([...layout.boxes.keys()].sort()).toEqual(['end', 'load', 'other', 'start']);
    expect(layout.groups.size).toBe(0);
    expect(layout.routes.map(({ source, target }) => `${source}>${target}`).sort()).toEqual([
      'load>end',
      'other>end',
      'start>load',
      'start>other'
    ]);
  });

  test('a closed group in an open one stands in its box', () => {
    const layout = layOut(TASKS, GROUPS, new Set(['load.deep']));

    expect(isInside(nodeArea(layout, 'load.deep'), groupArea(layout, 'load'), GROUP_HEAD)).toBe(
      true
    );
    expect(layout.boxes.has('load.deep.c')).toBe(false);
  });

  test('edges that become one are certain if one of them is, and keep all reasons', () => {
    const tasks = [
      aTask('g.a', [], { group: 'g' }),
      aTask('g.b', [], { group: 'g' }),
      aTask('c', ['g.a', 'g.b'], {
        layer: 1,
        edges: [anEdge('g.a', { kind: 'inferred' }), anEdge('g.b', { kind: 'certain' })]
      })
    ];
    const [route] = layOut(tasks, [aGroup('g', ['g.a', 'g.b'])], new Set(['g'])).routes;

    expect(route).toMatchObject({ source: 'g', target: 'c', certain: true });
    expect(route?.reasons).toHaveLength(2);
  });

  test('outermost groups of a large DAG begin closed, those of a small one open', () => {
    const [tasks, groups] = forest(50, 4);

    expect([...closedAtFirst(tasks, groups)]).toEqual(['g0', 'g1', 'g2', 'g3']);
    expect(closedAtFirst(TASKS, GROUPS).size).toBe(0);
  });
});

test('the word on an edge stands between the layers it joins', () => {
  const tasks = [
    aTask('choose'),
    aTask('big', ['choose'], { layer: 1, edges: [anEdge('choose', { label: 'many rows' })] })
  ];
  const layout = layOut(tasks);
  const [from, to] = [nodeArea(layout, 'choose'), nodeArea(layout, 'big')];

  expect(layout.routes[0]?.label).toBe('many rows');
  expect(layout.routes[0]?.labelAt[0]).toBeGreaterThan(from.x + from.width);
  expect(layout.routes[0]?.labelAt[0]).toBeLessThan(to.x);
  expect(to.x - from.x - from.width).toBeGreaterThan(70);
});

test('a group shows the worst state of its tasks and how many are over', () => {
  const states = nodeStates([
    anInstance('load.a', 'success'),
    anInstance('load.b', 'failed'),
    anInstance('load.deep.c', 'running')
  ]);
  const [load] = GROUPS;

  const { node, counts } = groupState(load ?? none('load'), states);

  expect([node.state, node.finished, node.instances]).toEqual(['failed', 2, 4]);
  expect(counts).toEqual([
    ['failed', 1],
    ['running', 1],
    ['success', 1]
  ]);
});

describe('keys', () => {
  const layout = layOut(TASKS, GROUPS);

  test('up from the first task of a group leads to its head, and down from the head back in', () => {
    expect(first(layout)).toBe('start');
    expect(neighbour(layout, 'load.deep.c', 'up')).toBe('load.deep');
    expect(neighbour(layout, 'load.deep', 'down')).toBe('load.deep.c');
    expect(neighbour(layout, 'load.deep', 'up')).toBe('load');
  });

  test('edges lead into and out of open groups', () => {
    expect(neighbour(layout, 'load.deep.d', 'right')).toBe('end');
    expect(neighbour(layout, 'load.a', 'left')).toBe('start');
  });
});

test('words on edges that run together into a group do not lie upon each other', () => {
  const tasks = [
    aTask('choose'),
    aTask('g.a', ['choose'], { group: 'g', edges: [anEdge('choose', { label: 'new rows' })] }),
    aTask('g.b', ['choose'], { group: 'g', edges: [anEdge('choose', { label: 'none' })] })
  ];
  const layout = layOut(tasks, [aGroup('g', ['g.a', 'g.b'])]);
  const [one, other] = layout.routes.map(route => route.labelAt[1]);

  expect(Math.abs((one ?? 0) - (other ?? 0))).toBeGreaterThanOrEqual(20);
});
