/** A notebook in the editor: when the server is asked, what stays while it cannot be read, and its runs. */
import { beforeEach, describe, expect, it, vi } from 'vitest';

import { Feed } from '../feed';
import type { NotebookSent } from '../rest/notebooks';
import {
  aDagDetail,
  anInstance,
  aNotebookView,
  aProblem,
  aRun,
  aRunDetail,
  aTask
} from '../testing/builders';
import { sockets } from '../testing/sockets';
import type { NotebookView, RunDetail } from '../wire';
import { NotebookStore } from './notebook';

beforeEach(() => {
  vi.useFakeTimers();
  return () => vi.useRealTimers();
});

const LATER = 2000;
const LOAD = aNotebookView({ tasks: [aTask('load')] });
const OWN = { dag_id: 'sales', place: 'added', file: 'sales.ipynb', paused: false } as const;

class Server {
  asked = 0;
  answer: () => Promise<NotebookView> = () => Promise.resolve(LOAD);
  runs: RunDetail[] = [];
  readonly triggered: unknown[] = [];

  readonly dag = (): Promise<ReturnType<typeof aDagDetail>> => Promise.resolve(aDagDetail('sales'));
  readonly run = (_: string, runId: string): Promise<RunDetail> => {
    const found = this.runs.find(one => one.run.run_id === runId);
    return found === undefined ? Promise.reject(new Error('not yet')) : Promise.resolve(found);
  };

  request<T>(path: string, _?: string, body?: object): Promise<T> {
    if (path.endsWith('/preview')) {
      this.asked += 1;
      return this.answer() as Promise<T>;
    }
    this.triggered.push(body);
    return Promise.resolve({ dag_id: 'sales', run_id: 'r1' } as T);
  }
}

function aNotebook(): {
  server: Server;
  store: NotebookStore;
  edit: (source: string) => Promise<unknown>;
} {
  const server = new Server();
  let source = 'a = 1';
  const read = (): NotebookSent => ({
    cells: [{ id: 'c', cell_type: 'code', source }],
    metadata: {},
    nbformat: 4,
    nbformat_minor: 5
  });
  const api = {
    request: server.request.bind(server),
    dag: server.dag,
    run: server.run,
    runs: () => Promise.resolve({ runs: server.runs.map(({ run }) => run), next: null })
  };
  const feed = new Feed({ connect: sockets().connect, soon: deliver => deliver() });
  const store = new NotebookStore(api, feed, { path: () => 'sales.ipynb', read });
  const edit = (text: string): Promise<unknown> => {
    source = text;
    store.edited();
    return vi.advanceTimersByTimeAsync(LATER);
  };
  return { server, store, edit };
}

describe('a notebook in the editor', () => {
  it('asks again when it means something else, and only then', async () => {
    const { server, store, edit } = aNotebook();
    await store.look();

    await edit('a = 1');
    expect(server.asked).toBe(1);

    await edit('a = 2');
    expect(server.asked).toBe(2);
  });

  it('asks one question at a time, and once more for what was edited meanwhile', async () => {
    const { server, store, edit } = aNotebook();
    let give: (view: NotebookView) => void = () => undefined;
    server.answer = () => new Promise(resolve => (give = resolve));
    void store.look();

    await edit('a = 2');
    await edit('a = 3');
    expect(server.asked).toBe(1);

    give(LOAD);
    await vi.advanceTimersByTimeAsync(LATER);
    expect(server.asked).toBe(2);
  });

  it('has an answer to what was asked last when it is done', async () => {
    const { server, store } = aNotebook();
    const answers = [LOAD, aNotebookView({ dag: OWN })];
    server.answer = () => Promise.resolve(answers.shift() ?? LOAD);

    const first = store.look();
    await Promise.all([first, store.look(true)]);

    expect(store.value.view?.dag).toEqual(OWN);
  });

  it('keeps the last good graph while the code cannot be read', async () => {
    const { server, store, edit } = aNotebook();
    await store.look();
    const problems = [aProblem('The code cannot be read.', { cell: 0, line: 1 })];
    server.answer = () => Promise.resolve(aNotebookView({ is_broken: true, problems }));

    await edit('a = (');

    expect(store.value.good?.tasks.map(({ task_id }) => task_id)).toEqual(['load']);
    expect(store.value.view?.problems).toEqual(problems);
  });

  it('says why the server says nothing, and recovers', async () => {
    const { server, store } = aNotebook();
    server.answer = () => Promise.reject(new Error('down'));
    await store.look();
    expect(store.value.error).toBe('down');

    server.answer = () => Promise.resolve(LOAD);
    await store.look();
    expect(store.value.error).toBeNull();
  });

  it('shows how the newest run of its DAG stands', async () => {
    const { server, store } = aNotebook();
    server.answer = () => Promise.resolve({ ...LOAD, dag: OWN });
    server.runs = [
      aRunDetail([anInstance('load', 'success')], { run: aRun('r0', { state: 'success' }) })
    ];

    await store.look();
    await vi.advanceTimersByTimeAsync(LATER);

    expect(store.value.runId).toBe('r0');
    expect(store.value.states?.get('load')?.state).toBe('success');
  });

  it('shows no runs of a DAG that is that of another file', async () => {
    const { server, store } = aNotebook();
    server.answer = () => Promise.resolve({ ...LOAD, dag: { ...OWN, place: 'other' } });
    server.runs = [aRunDetail([], { run: aRun('r0') })];

    await store.look();
    await vi.advanceTimersByTimeAsync(LATER);

    expect(store.value.runId).toBeNull();
  });

  it('follows the run that it asked for', async () => {
    const { server, store } = aNotebook();
    await store.look();
    server.answer = () => Promise.resolve({ ...LOAD, dag: OWN });

    await store.run({ tasks: ['+load'] });

    expect(server.triggered).toEqual([
      { path: 'sales.ipynb', params: {}, tasks: ['+load'], note: '', dry_run: false }
    ]);
    expect(store.value.runId).toBe('r1');
  });
});
