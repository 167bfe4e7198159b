import { act, render, screen } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import * as React from 'react';
import { beforeEach, describe, expect, test } from 'vitest';

import { T0, aGroup, aTask, anEdge, anInstance, at } from '../testing/builders';
import { PLAIN, TextsContext, type Texts } from '../text';
import { DagGraph, type DagGraphProps } from './DagGraph';
import { EdgeTip } from './GraphTip';
import { layOut } from './layout';
import { nodeStates, type NodeStates } from './node-states';

const TASKS = [
  aTask('extract'),
  aTask('clean', ['extract'], { layer: 1 }),
  aTask('report', ['clean'], {
    layer: 2,
    edges: [
      anEdge('clean', { kind: 'inferred', names: ['df'], why: 'df["x"] is written in cell 2.' })
    ]
  })
];

function graph(more: Partial<DagGraphProps> = {}): React.JSX.Element {
  return (
    <DagGraph
      dagId="sales"
      tasks={TASKS}
      states={null}
      selected={null}
      onOpen={() => undefined}
      {...more}
    />
  );
}

function states(...instances: [string, string][]): NodeStates {
  return nodeStates(instances.map(([task, state]) => anInstance(task, state)));
}

test('edges are drawn: what is certain solid, what is guessed dashed', () => {
  const { container } = render(graph());
  const edges = [...container.querySelectorAll<SVGPathElement>('.jp-nbflow-edge-hit')];

  expect(edges.map(({ dataset }) => [dataset.source, dataset.target, dataset.certain])).toEqual([
    ['extract', 'clean', 'true'],
    ['clean', 'report', 'false']
  ]);
  const drawn = [...container.querySelectorAll('.jp-nbflow-edges:first-child > .jp-nbflow-edge')];
  expect(drawn.map(path => path.getAttribute('d')?.match(/M/g)?.length)).toEqual([1, 1]);
});

test('the word on an edge stands above the edge, also where that is brought forward', () => {
  const labelled = aTask('load', ['extract'], {
    layer: 1,
    edges: [anEdge('extract', { label: 'new rows' })]
  });
  const { container } = render(graph({ tasks: [aTask('extract'), labelled], selected: 'extract' }));
  const label = container.querySelector('.jp-nbflow-edge-labels');
  const forward = container.querySelector('.jp-mod-active');

  expect(label?.textContent).toBe('new rows');
  const order = forward?.compareDocumentPosition(label as Node) ?? 0;
  expect(order & Node.DOCUMENT_POSITION_FOLLOWING).toBeTruthy();
});

test('a definition says what each task is', () => {
  render(graph());

  expect(screen.getByRole('button', { name: 'clean, Python, after extract' })).toBeDefined();
});

test('a run says what became of each task, and how long it took', () => {
  const instances = [
    anInstance('extract', 'success', { started_at: T0, ended_at: at(3.2) }),
    anInstance('clean', 'upstream_failed')
  ];
  render(graph({ states: nodeStates(instances) }));

  expect(screen.getByRole('button', { name: 'extract, Success · 3.2 s' })).toBeDefined();
  expect(
    screen.getByRole('button', { name: 'clean, Upstream failed, after extract' })
  ).toBeDefined();
  expect(screen.getByRole('button', { name: 'report, Not started, after clean' })).toBeDefined();
});

describe('keys', () => {
  test('arrows follow the edges, Enter opens', async () => {
    const opened: string[] = [];
    render(graph({ onOpen: id => opened.push(id) }));
    const user = userEvent.setup();

    await user.tab();
    expect(document.activeElement?.getAttribute('data-task-id')).toBe('extract');
    await user.keyboard('{ArrowRight}{ArrowRight}{ArrowLeft}{Enter}');

    expect(document.activeElement?.getAttribute('data-task-id')).toBe('clean');
    expect(opened).toEqual(['clean']);
  });

  test('the tab key stops at one task only', () => {
    const { container } = render(graph());

    expect(container.querySelectorAll('.jp-nbflow-node[tabindex="0"]')).toHaveLength(1);
  });

  test('plus and minus zoom, zero shows all again', async () => {
    const { container } = render(graph());
    const transform = (): string | null =>
      container.querySelector('svg > g')?.getAttribute('transform') ?? null;
    const before = transform();
    const user = userEvent.setup();

    await user.tab();
    await user.keyboard('+');
    expect(transform()).toMatch(/scale\(1\.25\)/);
    await user.keyboard('0');
    expect(transform()).toBe(before);
  });
});

test('a click opens a task', async () => {
  const opened: string[] = [];
  render(graph({ onOpen: id => opened.push(id) }));

  await userEvent.click(screen.getByRole('button', { name: /^report/ }));

  expect(opened).toEqual(['report']);
});

test('pointing at a task brings its edges forward and tells more', async () => {
  const { container } = render(graph({ states: states(['clean', 'failed']) }));

  await userEvent.hover(screen.getByRole('button', { name: /^clean/ }));

  expect(screen.getByRole('tooltip').textContent).toContain('rule all_success');
  const active = container.querySelectorAll('.jp-mod-active > .jp-nbflow-edge');
  expect([...active].map(path => path.getAttribute('d')?.match(/M/g)?.length)).toEqual([1, 1]);
});

test('an edge explains itself', () => {
  const route = layOut(TASKS).routes.find(one => one.target === 'report');
  render(route === undefined ? <p /> : <EdgeTip route={route} />);

  expect(document.body.textContent).toBe('clean → reportinferreddfdf["x"] is written in cell 2.');
});

test('when one state changes, only that node is drawn again', () => {
  const drawn: string[] = [];
  const counting: Texts = {
    ...PLAIN,
    __: (text, ...args) => {
      if (text === 'after %1') {
        drawn.push(args.join());
      }
      return PLAIN.__(text, ...args);
    }
  };
  const first = states(['extract', 'running'], ['clean', 'none'], ['report', 'none']);
  const instances = [
    anInstance('extract', 'running'),
    anInstance('clean', 'queued'),
    anInstance('report')
  ];
  const next = nodeStates(instances, first);
  const show = (now: NodeStates, onOpen: () => void): React.JSX.Element => (
    <TextsContext.Provider value={counting}>{graph({ states: now, onOpen })}</TextsContext.Provider>
  );
  const onOpen = (): void => undefined;
  const { rerender } = render(show(first, onOpen));
  drawn.length = 0;

  act(() => rerender(show(next, onOpen)));

  expect(drawn).toEqual(['extract']); // the node after extract: clean
});

describe('of a thousand tasks', () => {
  const tasks = Array.from({ length: 1000 }, (_, i) => aTask(`t${i}`, [], { row: i }));
  const instances = tasks.map((task, i) =>
    anInstance(task.task_id, i === 500 ? 'failed' : 'success')
  );

  test('those around the first that failed are seen at first, near enough to read', () => {
    const { container } = render(graph({ tasks, states: nodeStates(instances) }));
    const names = [...container.querySelectorAll<SVGElement>('.jp-nbflow-node')].map(
      ({ dataset }) => dataset.taskId
    );

    expect(names).toContain('t500');
    expect(names.length).toBeLessThan(250);
    expect(container.querySelector('[data-far]')).toBeNull();
    expect(container.querySelector('[data-testid="nbflow-minimap"]')).not.toBeNull();
  });

  test('all are marks of one path per state, but for the one with the keyboard', async () => {
    const { container } = render(graph({ tasks, states: nodeStates(instances) }));

    await userEvent.click(screen.getByRole('button', { name: 'Show all (0)' }));

    expect(container.querySelectorAll('.jp-nbflow-node')).toHaveLength(1);
    const far = container.querySelectorAll<SVGPathElement>('.jp-nbflow-far .jp-nbflow-far-nodes');
    expect([...far].map(path => path.dataset.state).sort()).toEqual(['failed', 'success']);
  });

  test('what fails later does not move the view', () => {
    const before = nodeStates(tasks.map(task => anInstance(task.task_id, 'running')));
    const { container, rerender } = render(graph({ tasks, states: before }));
    const transform = (): string | null =>
      container.querySelector('svg > g')?.getAttribute('transform') ?? null;
    const seen = transform();

    rerender(graph({ tasks, states: nodeStates(instances) }));

    expect(transform()).toBe(seen);
  });
});

describe('task groups', () => {
  const tasks = [
    aTask('start'),
    aTask('load.a', ['start'], { group: 'load', layer: 1 }),
    aTask('load.b', ['load.a'], { group: 'load', layer: 2 })
  ];
  const groups = [aGroup('load', ['load.a', 'load.b'])];

  beforeEach(() => window.localStorage.clear());

  test('a click on its head closes a group, a click on its node opens it', async () => {
    const { container } = render(graph({ tasks, groups, states: states(['load.a', 'failed']) }));
    const user = userEvent.setup();
    const ids = (): (string | undefined)[] =>
      [...container.querySelectorAll<SVGElement>('.jp-nbflow-node')].map(
        ({ dataset }) => dataset.taskId ?? dataset.groupId
      );

    expect(ids()).toEqual(['start', 'load.a', 'load.b']);
    await user.click(screen.getByRole('button', { name: /^Group load/, expanded: true }));
    expect(ids().sort()).toEqual(['load', 'start']);
    const closed = screen.getByRole('button', { name: 'Group load, 2 tasks, 1 failed' });
    expect(closed.dataset.state).toBe('failed');

    await user.click(closed);
    expect(ids()).toEqual(['start', 'load.a', 'load.b']);
  });

  test('the keyboard reaches the head of a group, and Enter closes and opens it there', async () => {
    const { container } = render(graph({ tasks, groups }));
    const user = userEvent.setup();

    await user.tab();
    await user.keyboard('{ArrowRight}{ArrowUp}{Enter}');
    expect(container.querySelectorAll('.jp-nbflow-node')).toHaveLength(2);
    expect(document.activeElement?.getAttribute('data-stop-id')).toBe('load');
    await user.keyboard('{Enter}');
    expect(container.querySelectorAll('.jp-nbflow-node')).toHaveLength(3);
    expect(document.activeElement?.getAttribute('data-stop-id')).toBe('load');
  });

  test('what was closed is closed when the DAG is opened again, and only there', async () => {
    const { unmount } = render(graph({ tasks, groups }));
    await userEvent.click(screen.getByRole('button', { name: /^Group load/ }));
    unmount();

    const again = render(graph({ tasks, groups }));
    expect(screen.getByRole('button', { name: /^Group load/, expanded: false })).toBeDefined();
    again.unmount();
    render(graph({ tasks, groups, dagId: 'another' }));
    expect(screen.getByRole('button', { name: /^Group load/, expanded: true })).toBeDefined();
  });

  test('all groups close and open at once', async () => {
    const { container } = render(graph({ tasks, groups }));

    await userEvent.click(screen.getByRole('button', { name: 'Close all groups' }));
    expect(container.querySelectorAll('.jp-nbflow-node')).toHaveLength(2);
    await userEvent.click(screen.getByRole('button', { name: 'Open all groups' }));
    expect(container.querySelectorAll('.jp-nbflow-node')).toHaveLength(3);
  });
});

describe('finding a task', () => {
  beforeEach(() => window.localStorage.clear());

  test('the rest stands back, Enter goes on to the next, Escape leaves the keyboard on the one found', async () => {
    const { container } = render(graph());
    const user = userEvent.setup();
    const found = (): (string | null | undefined)[] =>
      [...container.querySelectorAll('[data-found]')].map(one => one.getAttribute('data-task-id'));

    await user.tab();
    await user.keyboard('/');
    await user.keyboard('re');
    expect(screen.getByRole('status').textContent).toBe('1 of 1');
    expect(found()).toEqual(['report']);
    const dimmed = [...container.querySelectorAll('[data-dimmed]')];
    expect(dimmed.map(one => one.getAttribute('data-task-id'))).toEqual(['extract', 'clean']);
    await user.keyboard('{Backspace}{Backspace}c{Enter}');
    expect(screen.getByRole('status').textContent).toBe('2 of 2');
    await user.keyboard('{Escape}');

    expect(container.querySelectorAll('[data-dimmed]')).toHaveLength(0);
    expect(document.activeElement?.getAttribute('data-task-id')).toBe('extract');
  });

  test('a closed group opens for what is found in it', async () => {
    const tasks = [aTask('start'), aTask('load.a', ['start'], { group: 'load', layer: 1 })];
    const groups = [aGroup('load', ['load.a'])];
    const { container } = render(graph({ tasks, groups }));
    await userEvent.click(screen.getByRole('button', { name: 'Close all groups' }));

    await userEvent.click(screen.getByRole('button', { name: 'Find a task (/)' }));
    await userEvent.keyboard('load.a');

    expect(container.querySelector('[data-found]')?.getAttribute('data-task-id')).toBe('load.a');
  });
});

test('which way the edges run is kept for the DAG, and for no other', async () => {
  window.localStorage.clear();
  const { unmount } = render(graph());
  await userEvent.click(screen.getByRole('button', { name: 'From the top down' }));
  unmount();

  const again = render(graph());
  expect(screen.getByRole('button', { name: 'From left to right' })).toBeDefined();
  again.unmount();
  render(graph({ dagId: 'another' }));
  expect(screen.getByRole('button', { name: 'From the top down' })).toBeDefined();
});

test('the critical path of a run is marked, and how long it is is said', async () => {
  window.localStorage.clear();
  const instances = [
    anInstance('extract', 'success', { started_at: T0, ended_at: at(3) }),
    anInstance('clean', 'success', { started_at: at(3), ended_at: at(5) })
  ];
  const { container } = render(graph({ states: nodeStates(instances) }));

  await userEvent.click(screen.getByRole('button', { name: 'Critical path' }));

  expect(screen.getByTestId('nbflow-critical-path').textContent).toBe(
    'Critical path: 5.0 s in 2 tasks'
  );
  const marked = [...container.querySelectorAll('[data-critical]')];
  expect(marked.map(one => one.getAttribute('data-task-id'))).toEqual(['extract', 'clean']);
  const edges = container.querySelector('.jp-mod-critical > .jp-nbflow-edge');
  expect(edges?.getAttribute('d')?.match(/M/g)).toHaveLength(1);
});
