import { render, screen, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import * as React from 'react';
import { describe, expect, test } from 'vitest';

import { bulkPlan } from '../../live/bulk';
import { Favourites } from '../../live/favourites';
import { foldOverview } from '../../live/overview';
import { aChange, aDag, aDot, aRun, at, T0 } from '../../testing/builders';
import { askedOf } from '../../places';
import type { DagView, Health, Overview } from '../../wire';
import { offsetsOf, windowOf } from '../windowed';
import type { HomeActions } from './actions';
import { trendOf } from './durations';
import { chosen, filtersFromText, filtersToText, NO_FILTERS, type Filters } from './filters';
import { HomePage, type HomePageProps } from './HomePage';

const NOW = Date.parse(T0);
const HEALTH: Health = {
  scheduler: { alive: true, holder: 's', hostname: 'h', last_heartbeat: T0, seconds_since: 1 },
  cluster: null,
  database: 'sqlite',
  import_errors: 0,
  running: 0,
  queued: 0,
  version: '1'
};
const QUIET: Overview = {
  health: HEALTH,
  running: [],
  active: 0,
  failed: [],
  failed_count: 0,
  since: at(-86400),
  due: [],
  questions: 0,
  dag_folders: ['dags'],
  cursor: 0
};

function dot(seconds: number, state = 'success'): ReturnType<typeof aDot> {
  return aDot(`r${seconds}`, state, { started_at: T0, ended_at: at(seconds) });
}

function home(dags: DagView[] | null, more: Partial<HomePageProps> = {}): unknown[][] {
  const done: unknown[][] = [];
  const told =
    (name: string) =>
    (...args: unknown[]) =>
      void done.push([name, ...args]);
  const names = [
    'onOpen onTrigger onPause onCancel onClear onQuestion onFavourite onFilters onBulk',
    'onCopyLink onNewDag onReload onStartScheduler onOpenFile onImportErrors'
  ];
  const actions = Object.fromEntries(
    names.flatMap(line => line.split(' ')).map(name => [name, told(name)])
  ) as unknown as HomeActions;
  render(
    <HomePage
      dags={dags}
      health={HEALTH}
      importErrors={[]}
      error={null}
      connection="open"
      overview={{ value: QUIET, error: null, isForbidden: false }}
      questions={[]}
      favourites={new Set()}
      filters={NO_FILTERS}
      now={NOW}
      actions={actions}
      {...more}
    />
  );
  return done;
}

describe('the DAGs to show', () => {
  const dags = [
    aDag('a', { tags: ['x'], owner: 'ana', last_runs: [dot(9)], next_run: at(60) }),
    aDag('b', { paused: true, last_runs: [dot(3, 'failed')] }),
    aDag('c', { owner: 'ben', running: 1, next_run: at(5) })
  ];
  const ids = (some: Partial<Filters>): string[] =>
    chosen(dags, { ...NO_FILTERS, ...some }, new Set(['c'])).map(dag => dag.dag_id);

  test.each<[Partial<Filters>, string[]]>([
    [{}, ['a', 'b', 'c']],
    [{ paused: 'paused' }, ['b']],
    [{ paused: 'active' }, ['a', 'c']],
    [{ tag: 'x' }, ['a']],
    [{ owner: 'ben' }, ['c']],
    [{ state: 'failed' }, ['b']],
    [{ state: 'running' }, ['c']],
    [{ favourites: true }, ['c']],
    [{ search: 'ana' }, ['a']],
    [{ sort: 'name', descending: true }, ['c', 'b', 'a']],
    // What has no value stands last, either way round.
    [{ sort: 'next' }, ['c', 'a', 'b']],
    [{ sort: 'next', descending: true }, ['a', 'c', 'b']],
    [{ sort: 'duration' }, ['b', 'a', 'c']],
    [{ sort: 'state' }, ['b', 'c', 'a']]
  ])('fit %j', (some, expected) => expect(ids(some)).toEqual(expected));

  test('the choice survives the way through an address', () => {
    const filters: Filters = {
      search: 'ä & b',
      paused: 'active',
      tag: 'x/y',
      owner: 'ana',
      state: 'failed',
      favourites: true,
      sort: 'next',
      descending: true
    };
    expect(filtersFromText(filtersToText(filters))).toEqual(filters);
    expect(filtersToText(NO_FILTERS)).toBe('');
    expect(filtersFromText('state=nonsense&sort=-x')).toMatchObject({ state: '', sort: 'name' });
    const address = `?nbflow=~home/${encodeURIComponent(filtersToText(filters))}`;
    expect(filtersFromText(String(askedOf(address)?.args.filters))).toEqual(filters);
  });
});

describe('a long list', () => {
  test('draws what is in sight and a little more, and keeps the room of the rest', () => {
    const offsets = offsetsOf(Array.from({ length: 500 }, () => 40));
    const { first, end, before, after } = windowOf(offsets, 4000, 800);

    expect(first).toBeLessThanOrEqual(100);
    expect(end).toBeGreaterThanOrEqual(120);
    expect(end - first).toBeLessThan(50);
    expect(before + (end - first) * 40 + after).toBe(500 * 40);
  });

  test('is whole where it is short', () => {
    expect(windowOf(offsetsOf([40, 40]), 0, 800)).toEqual({
      first: 0,
      end: 2,
      before: 0,
      after: 0
    });
    expect(windowOf(offsetsOf([]), 0, 800)).toEqual({ first: 0, end: 0, before: 0, after: 0 });
  });
});

describe('the duration trend', () => {
  test('says when the last run took much longer than is typical', () => {
    expect(trendOf([10, 11, 10, 25], 60, 16)).toMatchObject({ typical: 10.5, isSlow: true });
    expect(trendOf([10, 11, 10, 12], 60, 16)).toMatchObject({ isSlow: false });
    expect(trendOf([0.1, 0.1, 0.3], 60, 16)).toMatchObject({ isSlow: false });
  });

  test('is not drawn from a single run', () => expect(trendOf([3], 60, 16)).toBeNull());
});

describe('doing the same to many', () => {
  test('those that are so already are not hit', () => {
    const lines = bulkPlan(
      'pause',
      [aDag('a'), aDag('b', { paused: true }), aDag('c'), aDag('d')],
      ['a', 'b', 'c']
    );
    expect(lines.filter(line => line.isHit).map(line => line.dagId)).toEqual(['a', 'c']);
  });
});

describe('what goes on', () => {
  test('a run that ends leaves at once, and one that starts shows it', () => {
    const running = [aRun('r1'), aRun('r2', { state: 'queued', started_at: null })];
    const next = foldOverview({ ...QUIET, cursor: -1, running, active: 2 }, [
      aChange('run', { run_id: 'r1', state: 'success' }),
      aChange('run', { run_id: 'r2', state: 'running', at: at(3) })
    ]);

    expect(next.active).toBe(1);
    expect(next.running).toMatchObject([{ run_id: 'r2', state: 'running', started_at: at(3) }]);
  });
});

describe('favourites', () => {
  test('are kept, and what is starred before they are there stays', async () => {
    const saved: string[][] = [];
    const state = {
      fetch: () => Promise.resolve(['a', 3]),
      save: (_: string, value: string[]) => Promise.resolve(saved.push(value))
    };
    const first = new Favourites(state);
    await first.load();
    first.toggle('b');
    first.toggle('a');
    expect(saved).toEqual([['a', 'b'], ['b']]);

    const early = new Favourites(state);
    early.toggle('z');
    await early.load();
    expect([...early.value]).toEqual(['z']);
  });
});

describe('home', () => {
  test('without DAGs it leads to the first one', async () => {
    const done = home([]);
    await userEvent.click(screen.getByRole('button', { name: 'New notebook DAG' }));
    expect(done).toEqual([['onNewDag', 'notebook']]);
    expect(screen.queryByRole('grid')).toBeNull();
  });

  test('nothing is called well before the server has told what failed', () => {
    home([aDag('sales')], { overview: { value: null, error: null, isForbidden: false } });

    const tile = screen.getByText('Failed, 24 h').closest('li');
    expect(tile?.dataset.tone).not.toBe('good');
    expect(tile?.textContent).toContain('being counted');
  });

  test('a failed run leads to the task that is to blame with one click', async () => {
    const culprit = {
      task_id: 'clean',
      map_index: 2,
      reason: 'task_error',
      message: "KeyError: 'price'",
      cell: 3,
      failed_tasks: 3
    };
    const run = aRun('r1', { state: 'failed', ended_at: T0 });
    const failed = [{ run, culprit, recovered: true }];
    const value = { ...QUIET, failed, failed_count: 1 };
    const done = home([aDag('sales')], { overview: { value, error: null, isForbidden: false } });

    const card = within(screen.getByRole('region', { name: /Failed in the last 24 h/ }));
    expect(card.getByText("KeyError: 'price'")).toBeDefined();
    expect(card.getByText('succeeded since')).toBeDefined();
    await userEvent.click(card.getByRole('button', { name: /sales › clean\[2\]/ }));
    expect(done).toEqual([['onOpen', 'sales', 'r1', 'clean']]);
  });

  test('a run under way shows how far it is, and can be cancelled', async () => {
    const run = aRun('r1', { counts: { success: 2, running: 1, none: 1 } });
    const value = { ...QUIET, running: [run], active: 1 };
    const done = home([aDag('sales')], { overview: { value, error: null, isForbidden: false } });

    expect(screen.getByRole('progressbar').getAttribute('aria-valuenow')).toBe('2');
    expect(screen.getByText('2 of 4 tasks')).toBeDefined();
    await userEvent.click(screen.getByRole('button', { name: 'Cancel this run of sales' }));
    expect(done).toEqual([['onCancel', 'sales', 'r1']]);
  });

  test('the list is worked by keyboard', async () => {
    const done = home([aDag('a'), aDag('b', { paused: true }), aDag('c')]);
    await userEvent.click(screen.getByRole('heading', { name: 'Home' }));
    screen.getByRole('searchbox').focus();
    await userEvent.keyboard('{ArrowDown}{ArrowDown}tpf{Enter}{End}{Enter}');

    expect(done).toEqual([
      ['onTrigger', 'b'],
      ['onPause', 'b', false],
      ['onFavourite', 'b'],
      ['onOpen', 'b'],
      ['onOpen', 'c']
    ]);
  });

  test('what is selected can be done to all of it', async () => {
    const done = home([aDag('a'), aDag('b'), aDag('c')]);
    await userEvent.click(screen.getByRole('checkbox', { name: 'Select a' }));
    await userEvent.click(screen.getByRole('checkbox', { name: 'Select c' }));
    await userEvent.click(screen.getByRole('button', { name: 'Pause…' }));

    expect(done).toEqual([['onBulk', 'pause', ['a', 'c']]]);
  });

  test('500 DAGs draw no more rows than are in sight', () => {
    home(Array.from({ length: 500 }, (_, number) => aDag(`dag_${number}`)));

    const grid = screen.getByRole('grid');
    expect(grid.getAttribute('aria-rowcount')).toBe('501');
    expect(within(grid).getAllByRole('row').length).toBeLessThan(60);
  });

  test('slash leads to the search, and a question mark to the keys', async () => {
    home([aDag('a')]);
    screen.getByRole('button', { name: 'Keys (?)' }).focus();
    await userEvent.keyboard('?');
    expect(screen.getByRole('dialog', { name: 'Keys' })).toBeDefined();
    await userEvent.keyboard('{Escape}/');
    expect(screen.queryByRole('dialog', { name: 'Keys' })).toBeNull();
    expect(document.activeElement).toBe(screen.getByRole('searchbox'));
  });
});
