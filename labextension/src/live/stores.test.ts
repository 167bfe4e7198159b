import { beforeEach, describe, expect, test, vi } from 'vitest';

import { ClientError, type NotebookJson } from '../client';
import { Feed } from '../feed';
import {
  aChange,
  aDag,
  aDagDetail,
  anInstance,
  aRun,
  aRunDetail,
  aTask,
  aTaskChange,
  aTry,
  T0
} from '../testing/builders';
import { textOf } from '../log/blocks';
import { sockets, type TestSocket } from '../testing/sockets';
import type { DagView, Health, LogChunk, RunView, TaskInstanceDetail } from '../wire';
import { DagListStore } from './dag-list';
import { DagPageStore } from './dag-page';
import { TaskStore } from './task';

beforeEach(() => {
  vi.useFakeTimers();
  return () => vi.useRealTimers();
});

interface Live {
  readonly feed: Feed;
  /** The server sends changes, and they have been delivered. */
  readonly say: (message: object) => void;
  readonly socket: () => TestSocket;
}

function live(cursor?: number): Live {
  const { connect, made } = sockets();
  const feed = new Feed({ connect, soon: deliver => deliver() });
  const socket = (): TestSocket => {
    const last = made.at(-1);
    if (last === undefined) {
      throw new Error('nothing has connected');
    }
    return last;
  };
  if (cursor !== undefined) {
    feed.start(cursor);
    socket().open();
  }
  return { feed, socket, say: message => socket().say(message) };
}

function changes(...list: ReturnType<typeof aChange>[]): object {
  return { op: 'changes', cursor: list.at(-1)?.cursor, changes: list };
}

const HEALTH = { scheduler: { alive: true }, running: 0 } as unknown as Health;

describe('the DAG list', () => {
  function aList(
    answer: () => DagView[],
    cursor: () => number
  ): { list: DagListStore; asked: string[] } & Live {
    const asked: string[] = [];
    const api = {
      dags: () => {
        asked.push('dags');
        return Promise.resolve({ dags: answer(), cursor: cursor() });
      },
      health: () => Promise.resolve(HEALTH),
      importErrors: () => {
        asked.push('import errors');
        return Promise.resolve([]);
      },
      setPaused: (dagId: string) =>
        dagId === 'mine'
          ? Promise.resolve({ request_id: 1, run_id: null })
          : Promise.reject(new ClientError('You may not.', 403))
    };
    const parts = live();
    return { ...parts, list: new DagListStore(api, parts.feed), asked };
  }

  test('it shows the snapshot and listens from its cursor', async () => {
    const { list, socket } = aList(
      () => [aDag('sales')],
      () => 12
    );
    await list.reload();
    socket().open();

    expect(list.value).toMatchObject({ dags: [aDag('sales')], health: HEALTH, error: null });
    expect(socket().received).toEqual([{ op: 'from', cursor: 12 }]);
  });

  test('a new definition makes it fetch the list again, once', async () => {
    let dags = [aDag('sales')];
    const { list, asked, say, socket } = aList(
      () => dags,
      () => 0
    );
    await list.reload();
    socket().open();
    dags = [aDag('sales'), aDag('new')];
    say(changes(aChange('dag', { dag_id: 'new', run_id: null, state: 'changed' })));
    say(changes(aChange('dag', { dag_id: 'new', run_id: null, state: 'changed' })));
    await vi.advanceTimersByTimeAsync(1000);

    expect(list.value.dags?.map(dag => dag.dag_id)).toEqual(['sales', 'new']);
    expect(asked.filter(what => what === 'dags')).toHaveLength(2);
  });

  test('an import error is fetched when the feed tells of it', async () => {
    const { list, asked, say, socket } = aList(
      () => [],
      () => 0
    );
    await list.reload();
    socket().open();
    asked.length = 0;
    say(changes(aChange('import_errors', { dag_id: null, run_id: null })));
    await vi.advanceTimersByTimeAsync(1000);

    expect(asked).toEqual(['import errors']);
  });

  test('a server that does not answer is asked again', async () => {
    let works = false;
    const { list } = aList(
      () => {
        if (!works) {
          throw new ClientError('The Jupyter server cannot be reached.', 0);
        }
        return [];
      },
      () => 0
    );
    await list.reload();
    expect(list.value).toMatchObject({
      dags: null,
      error: 'The Jupyter server cannot be reached.'
    });

    works = true;
    await vi.advanceTimersByTimeAsync(10_000);
    expect(list.value).toMatchObject({ dags: [], error: null });
  });

  test('a server that does not answer is left alone while the page is hidden', async () => {
    const hide = (hidden: boolean): void => {
      vi.spyOn(document, 'hidden', 'get').mockReturnValue(hidden);
      document.dispatchEvent(new Event('visibilitychange'));
    };
    const tries: number[] = [];
    const { list, feed } = aList(
      () => {
        tries.push(Date.now());
        throw new ClientError('The Jupyter server cannot be reached.', 0);
      },
      () => 0
    );
    await list.reload();
    hide(true);
    await vi.advanceTimersByTimeAsync(60_000);
    expect(tries).toHaveLength(1);

    hide(false);
    expect(tries).toHaveLength(2);
    await vi.advanceTimersByTimeAsync(1000);

    // Those who want to be told in a hidden tab have it asked there too.
    feed.isForHiddenPages = true;
    hide(true);
    await vi.advanceTimersByTimeAsync(10_000);
    expect(tries).toHaveLength(3);
    list.dispose();
    vi.restoreAllMocks();
  });

  test('pausing shows at once, and is taken back when it is refused', async () => {
    const { list } = aList(
      () => [aDag('mine'), aDag('theirs')],
      () => 0
    );
    await list.reload();
    const mine = list.setPaused('mine', true);
    expect(list.value.dags?.[0]?.paused).toBe(true);
    await mine;

    await expect(list.setPaused('theirs', true)).rejects.toThrow('You may not.');
    expect(list.value.dags?.map(dag => dag.paused)).toEqual([true, false]);
  });
});

describe('the page of a DAG', () => {
  function aPage(
    runs: RunView[],
    there = new Set<string>(runs.map(run => run.run_id))
  ): { page: DagPageStore; there: Set<string>; asked: string[] } & Live {
    const asked: string[] = [];
    const api = {
      dag: () => Promise.resolve(aDagDetail('sales')),
      runs: (_: string, before: string | null = null) =>
        Promise.resolve(before === null ? { runs, next: '7' } : { runs: [aRun('r0')], next: null }),
      run: (_: string, runId: string) => {
        asked.push(runId);
        return there.has(runId)
          ? Promise.resolve(aRunDetail([anInstance('a')], { run: aRun(runId) }))
          : Promise.reject(new ClientError('It has not been created yet.', 404));
      }
    };
    const parts = live(0);
    return { ...parts, page: new DagPageStore(api, parts.feed, 'sales'), there, asked };
  }

  test('it opens with the newest run', async () => {
    const { page } = aPage([aRun('r2'), aRun('r1')]);
    await page.load();

    expect(page.value.run?.run.run_id).toBe('r2');
  });

  test('a newer run takes its place, unless somebody chose an older one', async () => {
    const { page, say, there } = aPage([aRun('r2'), aRun('r1')]);
    await page.load();
    there.add('r3');
    say(changes(aChange('run_created', { run_id: 'r3' })));
    await vi.advanceTimersByTimeAsync(0);
    expect(page.value.run?.run.run_id).toBe('r3');

    await page.choose('r1');
    there.add('r4');
    say(changes(aChange('run_created', { run_id: 'r4' })));
    await vi.advanceTimersByTimeAsync(0);
    expect(page.value.run?.run.run_id).toBe('r1');
  });

  test('a newer run is shown before the server has answered, by what the changes tell', async () => {
    const { page, say, there } = aPage([aRun('r2')]);
    await page.load();
    there.add('r3');
    const data = { version: aDagDetail('sales').dag.version, whole: true };
    say(changes(aChange('run_created', { run_id: 'r3', state: 'running', data })));

    expect(page.value.run?.run).toMatchObject({ run_id: 'r3', state: 'running' });
    await vi.advanceTimersByTimeAsync(0);
    expect(page.value.run?.instances.map(one => one.task_id)).toEqual(['a']); // what it answered
  });

  test('a newer run takes its place while it is still being fetched', async () => {
    const { page, say, there } = aPage([aRun('r2')]);
    await page.load();
    for (const run_id of ['r3', 'r4']) {
      there.add(run_id);
      say(changes(aChange('run_created', { run_id })));
    }
    await vi.advanceTimersByTimeAsync(0);

    expect(page.value.run?.run.run_id).toBe('r4');
  });

  test('a run that was asked for is shown as soon as it exists', async () => {
    const { page, say, there, asked } = aPage([]);
    await page.load();
    await page.expect('r9');
    expect(page.value).toMatchObject({ runId: 'r9', run: null, runError: null });
    expect(asked).toEqual([]);

    there.add('r9');
    say(changes(aChange('run_created', { run_id: 'r9' })));
    await vi.advanceTimersByTimeAsync(0);
    expect(page.value.run?.run.run_id).toBe('r9');
  });

  test('a run that the scheduler refuses says why', async () => {
    const { page, say } = aPage([]);
    await page.load();
    await page.expect('r9');
    const data = { verb: 'trigger', payload: { run_id: 'r9' }, message: 'There is no DAG sales.' };
    say(changes(aChange('request', { run_id: 'r9', state: 'refused', data })));

    expect(page.value.runError).toBe('There is no DAG sales.');
  });

  test('what happens while a run is being fetched is not lost', async () => {
    const { page, say } = aPage([aRun('r1')]);
    const loading = page.choose('r1');
    say(changes(aTaskChange('a', 'running', { at: T0 })));
    await loading;

    expect(page.value.run?.instances[0]?.state).toBe('running');
  });

  test('choosing the definition shows no run', async () => {
    const { page } = aPage([aRun('r1')]);
    await page.load();
    await page.choose(null);

    expect(page.value).toMatchObject({ runId: null, run: null });
  });
});

describe('a task', () => {
  const NOTEBOOK: NotebookJson = {
    nbformat: 4,
    nbformat_minor: 5,
    metadata: {},
    cells: [{ id: 'c', cell_type: 'code', source: '1', metadata: {}, outputs: [] }]
  };

  function aTaskStore(
    detail: TaskInstanceDetail,
    logs: LogChunk[] = []
  ): { task: TaskStore } & Live {
    const api = {
      task: () => Promise.resolve(detail),
      taskNotebook: () => Promise.resolve(NOTEBOOK),
      log: () => Promise.resolve(logs.shift() ?? { text: '', next_offset: 0, complete: true })
    };
    const parts = live(0);
    const ref = { dagId: 'sales', runId: 'r1', taskId: 'a', mapIndex: -1 };
    return { ...parts, task: new TaskStore(api, parts.feed, ref) };
  }

  function aDetail(more: Partial<TaskInstanceDetail> = {}): TaskInstanceDetail {
    const task = aTask('a', [], { kind: 'notebook' });
    return {
      instance: anInstance('a'),
      task,
      tries: [],
      values: [],
      why: [],
      callbacks: [],
      question: null,
      ...more
    };
  }

  test('one that has ended is fetched whole, its log piece by piece', async () => {
    const { task } = aTaskStore(aDetail({ tries: [aTry(1, { ended_at: T0 })] }), [
      { text: 'one\n', next_offset: 4, complete: false },
      { text: 'two\n', next_offset: 8, complete: true }
    ]);
    const close = task.open();
    await vi.advanceTimersByTimeAsync(0);

    expect(task.value.notebook?.cells.map(cell => cell.id)).toEqual(['c']);
    expect(task.value.log).toMatchObject({ isCut: false, isComplete: true });
    expect(textOf(task.value.log)).toBe('one\ntwo\n');
    close();
  });

  test('one that runs is followed: its notebook comes with its first events', async () => {
    const { task, say, socket } = aTaskStore(aDetail({ tries: [aTry(1)] }));
    const close = task.open();
    await vi.advanceTimersByTimeAsync(0);
    const [, follow] = socket().received;
    expect(follow).toMatchObject({ op: 'follow', task_id: 'a', try_number: 1, offset: 0 });

    const events = [
      { event: 'notebook_started', cells: [{ id: 'c' }] },
      { event: 'cell_started', cell: 'c', at: T0 }
    ];
    say({ op: 'cells', id: follow?.id, events, next_offset: 9, complete: false });
    say({ op: 'log', id: follow?.id, text: 'hello', next_offset: 5, complete: false });
    await vi.advanceTimersByTimeAsync(0);
    expect(task.value.notebook?.cells[0]?.state).toBe('running');

    const end = [{ event: 'cell_finished', cell: 'c', state: 'success', duration: 1 }];
    say({ op: 'cells', id: follow?.id, events: end, next_offset: 12, complete: true });
    expect(task.value.notebook?.cells[0]?.state).toBe('success');
    expect(textOf(task.value.log)).toBe('hello');
    close();
  });

  test('a new try takes the place of the old one', async () => {
    const detail = aDetail({ tries: [aTry(1, { ended_at: T0 })] });
    const { task, say } = aTaskStore(detail);
    const close = task.open();
    await vi.advanceTimersByTimeAsync(0);
    detail.tries.unshift(aTry(2));
    say(changes(aTaskChange('a', 'running')));
    await vi.advanceTimersByTimeAsync(1000);

    expect(task.value.tryNumber).toBe(2);
    close();
  });

  test('a closed drawer no longer listens', async () => {
    const { task, say, socket } = aTaskStore(aDetail({ tries: [aTry(1)] }));
    const close = task.open();
    await vi.advanceTimersByTimeAsync(0);
    close();
    say(changes(aTaskChange('a', 'success')));

    expect(socket().received.at(-1)).toMatchObject({ op: 'unfollow' });
    expect(vi.getTimerCount()).toBe(1); // The feed's own, which asks whether the server is there.
  });
});
