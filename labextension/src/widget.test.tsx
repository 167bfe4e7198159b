import { act, screen } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { afterEach, describe, expect, test, vi } from 'vitest';

import { aRun, aTask, at, T0 } from './testing/builders';
import widget, { type WidgetModel } from './widget';

/** A model as anywidget gives it: traits, listeners per event, and what was sent to the kernel. */
function modelOf(traits: Record<string, unknown>) {
  const all: Record<string, unknown> = {
    dag: { dag_id: 'sales', tasks: [aTask('extract'), aTask('load', ['extract'], { layer: 1 })] },
    states: {},
    run: null,
    log_text: '',
    selected: '',
    problem: '',
    in_kernel: false,
    ...traits
  };
  const listeners = new Map<string, Set<() => void>>();
  const sent: unknown[] = [];
  const change = (name: string, value: unknown): void => {
    all[name] = value;
    listeners.get(`change:${name}`)?.forEach(listener => listener());
  };
  const model: WidgetModel = {
    get: name => all[name],
    set: change,
    save_changes: () => undefined,
    send: content => sent.push(content),
    on: (event, callback) => {
      listeners.set(event, (listeners.get(event) ?? new Set()).add(callback));
    },
    off: (event, callback) => void listeners.get(event)?.delete(callback)
  };
  return { model, change, sent, listeners };
}

/** Takes down what the test has shown: nothing may tick when the page is gone. */
const shown: (() => void)[] = [];

afterEach(() => {
  act(() => shown.splice(0).forEach(close => close()));
  document.body.replaceChildren();
});

function show(model: WidgetModel): { el: HTMLElement; close: () => void } {
  const el = document.body.appendChild(document.createElement('div'));
  let close = (): void => undefined;
  act(() => {
    close = widget.render({ model, el });
  });
  shown.push(close);
  return { el, close };
}

function aState(state: string, more: object = {}): object {
  return {
    state,
    message: '',
    instances: 1,
    finished: 0,
    started_at: null,
    ended_at: null,
    ...more
  };
}

test('a DAG is shown with its tasks and edges', () => {
  const { el } = show(modelOf({}).model);

  expect(screen.getByRole('button', { name: 'load, Python, after extract' })).toBeDefined();
  expect(el.querySelectorAll('.jp-nbflow-edge-hit')).toHaveLength(1);
});

test('a run follows the traits', () => {
  const { model, change } = modelOf({ run: aRun('r1'), states: { extract: aState('running') } });
  show(model);
  expect(screen.getByRole('button', { name: /^extract, Running/ })).toBeDefined();

  const ended = aState('success', { started_at: T0, ended_at: at(3.2) });
  act(() => change('states', { extract: ended, load: aState('queued') }));

  expect(screen.getByRole('button', { name: 'extract, Success · 3.2 s' })).toBeDefined();
  expect(screen.getByRole('button', { name: 'load, Queued, after extract' })).toBeDefined();
});

test('a task that is clicked is selected in the kernel, and its log is shown', async () => {
  const { model, change } = modelOf({ run: aRun('r1'), states: { extract: aState('running') } });
  show(model);

  await userEvent.click(screen.getByRole('button', { name: /^extract,/ }));
  expect(model.get('selected')).toBe('extract');

  act(() => change('log_text', 'row 1\nrow 2'));
  expect(screen.getByRole('log').textContent).toBe('row 1\nrow 2');
});

describe('the log', () => {
  afterEach(() => {
    document.getElementById('jupyter-config-data')?.remove();
    vi.unstubAllGlobals();
  });

  function answer(chunk: object, status = 200): string[] {
    const config = document.createElement('script');
    config.id = 'jupyter-config-data';
    config.type = 'application/json';
    config.textContent = JSON.stringify({ baseUrl: '/', token: '' });
    document.body.append(config);
    const asked: string[] = [];
    vi.stubGlobal('fetch', (url: string) => {
      asked.push(url);
      return Promise.resolve(new Response(JSON.stringify(chunk), { status }));
    });
    return asked;
  }

  const failed = { extract: aState('failed', { map_index: 2, try_number: 1, instances: 4 }) };

  test('comes from the server of the page, which is not busy, with a search for lines', async () => {
    const asked = answer({ text: 'row 1\nrow 2\n', next_offset: 12, complete: true });
    show(modelOf({ run: aRun('r1'), states: failed, selected: 'extract' }).model);

    expect((await screen.findByRole('log')).textContent).toBe('row 1\nrow 2');
    expect(asked).toEqual([
      '/nbflow/api/v1/dags/sales/runs/r1/tasks/extract/log?map_index=2&offset=0'
    ]);
    await userEvent.type(screen.getByRole('textbox', { name: 'Find lines' }), '2');
    expect(screen.getByRole('status').textContent).toBe('1 line');
  });

  test('comes from the kernel where the server does not know the run', async () => {
    const asked = answer({ message: 'no such run' }, 404);
    const { model, change } = modelOf({ run: aRun('r1'), states: failed, selected: 'extract' });
    show(model);
    await vi.waitFor(() => expect(asked).toHaveLength(1));

    act(() => change('log_text', 'from the kernel'));

    expect(screen.getByRole('log').textContent).toBe('from the kernel');
  });

  test('of a run in the kernel is not asked of a server', () => {
    const asked = answer({});
    const run = { run: aRun('r1'), states: failed, selected: 'extract', in_kernel: true };
    show(modelOf({ ...run, log_text: 'here' }).model);

    expect(screen.getByRole('log').textContent).toBe('here');
    expect(asked).toEqual([]);
  });

  test('of the task before is not taken for that of the one that is chosen', async () => {
    const states = { extract: aState('running'), load: aState('running') };
    const run = { run: aRun('r1'), states, selected: 'extract', log_text: 'of extract' };
    show(modelOf(run).model);
    expect(screen.getByRole('log').textContent).toBe('of extract');

    await userEvent.click(screen.getByRole('button', { name: /^load,/ }));

    expect(screen.queryByRole('log')).toBe(null);
  });
});

test('what the kernel says of a problem is shown', () => {
  show(modelOf({ problem: 'No scheduler is alive.' }).model);

  expect(screen.getByRole('alert').textContent).toContain('No scheduler is alive.');
});

describe('cancelling', () => {
  afterEach(() => {
    document.getElementById('jupyter-config-data')?.remove();
    vi.unstubAllGlobals();
  });

  test('without a Jupyter server on the page the kernel is asked', async () => {
    const { model, sent } = modelOf({ run: aRun('r1') });
    show(model);

    await userEvent.click(screen.getByRole('button', { name: 'Cancel run' }));

    expect(sent).toEqual([{ verb: 'cancel' }]);
  });

  test('in JupyterLab the server is asked, and its refusal shown', async () => {
    const config = document.createElement('script');
    config.id = 'jupyter-config-data';
    config.type = 'application/json';
    config.textContent = JSON.stringify({ baseUrl: '/user/ana/', token: 'secret' });
    document.body.append(config);
    const asked: unknown[] = [];
    vi.stubGlobal('fetch', (url: string, init: RequestInit) => {
      asked.push([init.method, url, (init.headers as Record<string, string>).Authorization]);
      const body = JSON.stringify({ message: 'Run r:1 has already ended: success.' });
      return Promise.resolve(new Response(body, { status: 409 }));
    });
    const { model, sent } = modelOf({ run: aRun('r:1') });
    show(model);

    await userEvent.click(screen.getByRole('button', { name: 'Cancel run' }));

    const url = '/user/ana/nbflow/api/v1/dags/sales/runs/r%3A1/cancel';
    expect(asked).toEqual([['POST', url, 'token secret']]);
    expect(sent).toEqual([]);
    expect((await screen.findByRole('alert')).textContent).toContain('has already ended');
  });

  test('a run that has ended cannot be cancelled', () => {
    show(modelOf({ run: aRun('r1', { state: 'success' }) }).model);

    expect(screen.queryByRole('button', { name: 'Cancel run' })).toBe(null);
  });
});

test('closing the widget leaves nothing on the page, and nobody listening', () => {
  const { model, listeners } = modelOf({});
  const { el, close } = show(model);

  act(close);

  expect(el.childElementCount).toBe(0);
  expect([...listeners.values()].every(set => !set.size)).toBe(true);
});

test('a run that the kernel itself executes has no button that the busy kernel could not hear', () => {
  show(modelOf({ run: { ...aRun('r1'), state: 'running' }, in_kernel: true }).model);

  expect(screen.queryByTestId('nbflow-cancel-run')).toBeNull();
});
