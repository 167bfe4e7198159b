import { render, screen, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import * as React from 'react';
import { describe, expect, test, vi } from 'vitest';

import { ClusterStore, remembered, sampleOf, spanOf, type ClusterState } from '../../live/cluster';
import { T0 } from '../../testing/builders';
import type { ClusterDetail, ClusterTask, ClusterWorker } from '../../wire';
import { ClusterPage, type ClusterPageProps } from './ClusterPage';
import { pathOf } from './Sparkline';

const NOW = Date.parse(T0);

function aWorker(name: string, more: Partial<ClusterWorker> = {}): ClusterWorker {
  return {
    name,
    address: `tcp://10.0.0.1:${name}`,
    host: 'box',
    pid: 7,
    slots: 4,
    running: 1,
    memory: 400e6,
    memory_total: 8e9,
    cpu: 40,
    kernels_ready: 1,
    kernels_busy: 2,
    kernels_kept: 0,
    resources: {},
    version: '1',
    ...more
  };
}

const TASK: ClusterTask = {
  dag_id: 'sales',
  run_id: 'r',
  task_id: 'load',
  map_index: -1,
  map_name: '',
  state: 'running',
  worker: 'tcp://10.0.0.1:1',
  since: T0
};

function aCluster(more: Partial<ClusterDetail> = {}): ClusterDetail {
  return {
    scheduler: {
      alive: true,
      holder: 's',
      hostname: 'box',
      last_heartbeat: T0,
      seconds_since: 1
    },
    kind: 'dask',
    address: 'tcp://10.0.0.1:8786',
    dashboard: '',
    slots: 8,
    used: 1,
    workers: [aWorker('1'), aWorker('2', { running: 0 })],
    scaling: { can_scale: true, reason: '', minimum: 2, maximum: 2 },
    running: 1,
    queued: 0,
    waiting: 0,
    unserved: 0,
    tasks: [TASK],
    ...more
  };
}

function show(detail: ClusterDetail, more: Partial<ClusterPageProps> = {}): void {
  const state: ClusterState = {
    detail,
    dashboard: { url: '', reachable: false, reason: 'It was started without one.', plots: {} },
    history: [sampleOf(detail, NOW)],
    error: null,
    isForbidden: false
  };
  render(
    <ClusterPage
      state={state}
      tab="workers"
      now={NOW}
      span={60_000}
      readOnly={null}
      addressOf={url => `/user/x/${url}`}
      onChooseTab={vi.fn()}
      onScale={vi.fn()}
      onOpenDashboard={vi.fn()}
      onReload={vi.fn()}
      onReloadDashboard={vi.fn()}
      onStartScheduler={vi.fn()}
      onOpenTask={vi.fn()}
      {...more}
    />
  );
}

describe('the cluster page', () => {
  test('what runs on a worker leads to its task', async () => {
    const onOpenTask = vi.fn();
    show(aCluster(), { onOpenTask });

    const row = screen.getByRole('row', { name: /box · pid 7.*load/ });
    await userEvent.click(within(row).getByRole('button', { name: 'sales · load' }));

    expect(onOpenTask).toHaveBeenCalledWith(TASK);
    expect(within(row).getByRole('meter', { name: 'Slots of 1' })).toBeTruthy();
  });

  test('a slot is free as soon as its task is over, whatever the worker told last', () => {
    show(aCluster({ tasks: [], running: 0 }));
    expect(screen.getByRole('meter', { name: 'Slots of 1' }).textContent).toBe('0 of 4');
  });

  test('of more tasks than are listed, what the worker tells counts', () => {
    show(aCluster({ workers: [aWorker('1', { running: 3 })], running: 500 }));
    expect(screen.getByRole('meter', { name: 'Slots of 1' }).textContent).toBe('3 of 4');
  });

  test('what cannot be scaled or opened says why', () => {
    const reason = 'It was started by somebody else.';
    show(aCluster({ scaling: { can_scale: false, reason, minimum: null, maximum: null } }));

    expect(screen.getByTestId('nbflow-scale')).toHaveProperty('disabled', true);
    expect(screen.getByText(reason)).toBeTruthy();
    expect(screen.getByTestId('nbflow-open-dashboard')).toHaveProperty('disabled', true);
    expect(screen.getByText('It was started without one.')).toBeTruthy();
  });

  test('the inline executor says what it is and offers no dashboard', () => {
    show(aCluster({ kind: 'inline', address: '' }));

    expect(screen.getByText(/tasks run in the process of the scheduler/)).toBeTruthy();
    expect(screen.queryByTestId('nbflow-open-dashboard')).toBeNull();
  });

  test('plots come from below the address of the server', () => {
    const detail = aCluster();
    const plots = { 'Individual Task Stream': 'proxy/87/individual-task-stream' };
    const dashboard = { url: 'proxy/87/status', reachable: true, reason: '', plots };
    show(detail, {
      tab: 'plots',
      state: { detail, dashboard, history: [], error: null, isForbidden: false }
    });

    expect(screen.getByTitle('Dask: Task Stream').getAttribute('src')).toBe(
      '/user/x/proxy/87/individual-task-stream'
    );
  });
});

describe('the last minutes', () => {
  test('are kept, and what is longer ago is forgotten', () => {
    const detail = aCluster();
    const old = sampleOf(detail, NOW);
    const history = remembered([old], sampleOf(detail, NOW + 90_000));

    expect(history).toHaveLength(2);
    expect(spanOf(history)).toBe(120_000);
    expect(remembered(history, sampleOf(detail, NOW + 11 * 60_000))).toHaveLength(2);
    expect(old).toMatchObject({ cpu: 80, memory: 800e6, used: 1, waiting: 0 });
  });

  test('are a line that ends at the right edge', () => {
    const points = [
      { at: 0, value: 0 },
      { at: 30, value: 5 },
      { at: 60, value: 10 }
    ];
    expect(pathOf(points, 10, 60, 100, 12)).toBe('M0.0 11.0L50.0 6.0 100.0 1.0');
    expect(pathOf([], 10, 60, 100, 12)).toBe('');
  });

  test('are asked for only while somebody looks', async () => {
    const detail = vi.fn(() => Promise.resolve(aCluster()));
    const dashboard = vi.fn(() => Promise.reject(new Error('no')));
    const store = new ClusterStore({ detail, dashboard }, { onChanges: () => () => undefined });
    expect(detail).not.toHaveBeenCalled();

    store.watch(true);
    await vi.waitFor(() => expect(store.value.detail).not.toBeNull());
    store.watch(false);

    expect(store.isWatched).toBe(false);
    store.dispose();
  });
});
