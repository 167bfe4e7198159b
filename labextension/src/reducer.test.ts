import { describe, expect, test } from 'vitest';

import {
  foldDags,
  foldRun,
  foldRuns,
  instanceToShow,
  needsDags,
  needsRuns,
  nodeStates
} from './reducer';
import {
  aChange,
  aDag,
  aDot,
  anInstance,
  aRun,
  aRunDetail,
  at,
  aTaskChange,
  T0
} from './testing/builders';
import type { ChangeView, RunDetail } from './wire';

describe('the DAG list', () => {
  test('a new run becomes the first dot', () => {
    const dags = [aDag('sales', { last_runs: [aDot('old')] })];
    const change = aChange('run_created', {
      run_id: 'new',
      state: 'queued',
      data: { run_type: 'scheduled', logical_date: T0 }
    });

    const [dag] = foldDags(dags, [change]);

    expect(dag?.last_runs).toEqual([
      aDot('new', 'queued', { run_type: 'scheduled', logical_date: T0 }),
      aDot('old')
    ]);
  });

  test('only the ten newest runs stay', () => {
    const ten = Array.from({ length: 10 }, (_, i) => aDot(`r${i}`));
    const [dag] = foldDags(
      [aDag('sales', { last_runs: ten })],
      [aChange('run_created', { run_id: 'x' })]
    );

    expect(dag?.last_runs.map(run => run.run_id)).toEqual([
      'x',
      ...ten.slice(0, 9).map(r => r.run_id)
    ]);
  });

  test('a run that starts and ends is counted while it runs', () => {
    const dags = [aDag('sales', { last_runs: [aDot('r1', 'queued')] })];
    const started = foldDags(dags, [aChange('run', { state: 'running', at: at(1) })]);
    const ended = foldDags(started, [aChange('run', { state: 'failed', at: at(5) })]);

    expect(started[0]?.running).toBe(1);
    expect(ended[0]?.running).toBe(0);
    expect(ended[0]?.last_runs).toEqual([
      aDot('r1', 'failed', { started_at: at(1), ended_at: at(5) })
    ]);
  });

  test('pausing takes the next run away', () => {
    const dags = [aDag('sales', { next_run: T0 })];
    const [dag] = foldDags(dags, [aChange('dag', { run_id: null, state: 'paused' })]);

    expect(dag).toEqual(aDag('sales', { paused: true, next_run: null }));
  });

  test('changes that the snapshot holds already are passed over', () => {
    const dags = [aDag('sales')];
    const change = aChange('run_created', { run_id: 'new' });

    expect(foldDags(dags, [change], change.cursor)).toBe(dags);
  });

  test('DAGs that nothing happened to keep their identity', () => {
    const dags = [aDag('other'), aDag('sales', { last_runs: [aDot('r1', 'queued')] })];
    const next = foldDags(dags, [aChange('run', { state: 'running' })]);

    expect(next[0]).toBe(dags[0]);
    expect(foldDags(dags, [aChange('task', { task_id: 'a', state: 'running' })])).toBe(dags);
  });

  test.each([
    ['a new definition', aChange('dag', { run_id: null, state: 'changed' }), true],
    [
      'a scheduled run',
      aChange('run_created', { run_id: 'x', data: { run_type: 'scheduled' } }),
      true
    ],
    ['a manual run', aChange('run_created', { run_id: 'x', data: { run_type: 'manual' } }), false],
    ['an unknown DAG', aChange('run_created', { dag_id: 'new', run_id: 'x' }), true],
    ['a run that is listed', aChange('run', { state: 'running' }), false],
    ['a run that is not', aChange('run', { run_id: 'ancient', state: 'running' }), true],
    ['a task', aTaskChange('a', 'running'), false]
  ])('%s: fetched again or not', (_, change, expected) => {
    expect(needsDags([aDag('sales', { last_runs: [aDot('r1')] })], [change])).toBe(expected);
  });
});

describe('the runs of a DAG', () => {
  test('a new run stands first, once', () => {
    const created = aChange('run_created', { run_id: 'r2', state: 'queued', at: at(3) });
    const runs = foldRuns([aRun('r1')], 'sales', [created, created]);

    expect(runs.map(run => [run.run_id, run.state, run.created_at])).toEqual([
      ['r2', 'queued', at(3)],
      ['r1', 'running', T0]
    ]);
  });

  test('runs of other DAGs are none of its business', () => {
    const runs = [aRun('r1')];

    expect(foldRuns(runs, 'sales', [aChange('run', { dag_id: 'x', state: 'failed' })])).toBe(runs);
  });

  test('a run that ends says why', () => {
    const change = aChange('run', {
      state: 'failed',
      at: at(9),
      data: { message: 'Task a failed.' }
    });

    expect(foldRuns([aRun('r1')], 'sales', [change])).toEqual([
      aRun('r1', { state: 'failed', ended_at: at(9), message: 'Task a failed.' })
    ]);
  });

  test('a note is kept on its run, one that was refused is not', () => {
    const note = (state: string): ReturnType<typeof aChange> =>
      aChange('request', {
        state,
        data: { verb: 'note', payload: { run_id: 'r1', note: 'Odd.', key: null } }
      });

    expect(foldRuns([aRun('r1')], 'sales', [note('done')])).toEqual([aRun('r1', { note: 'Odd.' })]);
    expect(foldRuns([aRun('r1')], 'sales', [note('refused')])).toEqual([aRun('r1')]);
  });

  test('a deleted run is gone', () => {
    const runs = [aRun('r2'), aRun('r1')];

    expect(foldRuns(runs, 'sales', [aChange('run_deleted')])).toEqual([aRun('r2')]);
  });

  test('a cleared run starts anew', () => {
    const before = aRun('r1', { state: 'failed', started_at: T0, ended_at: at(9) });
    const queued = foldRuns([before], 'sales', [aChange('run', { state: 'queued', at: at(20) })]);
    const running = foldRuns(queued, 'sales', [aChange('run', { state: 'running', at: at(21) })]);

    expect(queued[0]).toEqual({ ...before, state: 'queued', started_at: null, ended_at: null });
    expect(running[0]).toEqual({ ...before, state: 'running', started_at: at(21), ended_at: null });
  });

  test('a run that is being cancelled says so until it has ended', () => {
    const asked = aChange('run', { state: 'running', data: { cancelling: 'cancelled' } });
    const ended = aChange('run', { state: 'cancelled', at: at(2) });

    const cancelling = foldRuns([aRun('r1')], 'sales', [asked]);
    expect(cancelling[0]).toEqual(aRun('r1', { cancelling: true }));
    expect(foldRuns(cancelling, 'sales', [ended])[0]?.cancelling).toBe(false);
  });

  test('they are fetched again when one is created or ends', () => {
    expect(needsRuns('sales', [aChange('run_created')])).toBe(true);
    expect(needsRuns('sales', [aChange('run', { state: 'success' })])).toBe(true);
    expect(
      needsRuns('sales', [aChange('run', { state: 'running' }), aTaskChange('a', 'success')])
    ).toBe(false);
    expect(needsRuns('other', [aChange('run_created')])).toBe(false);
  });
});

describe('one run', () => {
  test('a task instance goes its way with its times', () => {
    const run = aRunDetail([anInstance('a')]);
    const way = [
      aTaskChange('a', 'scheduled', { at: at(1) }),
      aTaskChange('a', 'queued', { at: at(2) }),
      aTaskChange('a', 'running', { at: at(3), data: { try_number: 1 } }),
      aTaskChange('a', 'success', { at: at(4), data: { try_number: 1 } })
    ];

    expect(foldRun(run, way).instances).toEqual([
      anInstance('a', 'success', {
        try_number: 1,
        scheduled_at: at(1),
        queued_at: at(2),
        started_at: at(3),
        ended_at: at(4)
      })
    ]);
  });

  test('a note on a task instance is on that one alone', () => {
    const payload = { run_id: 'r1', note: 'Odd.', key: ['a', 1] };
    const change = aChange('request', { state: 'done', data: { verb: 'note', payload } });
    const two = [0, 1].map(index => anInstance('a', 'success', { map_index: index }));

    const { instances, run } = foldRun(aRunDetail(two), [change]);

    expect(instances.map(one => one.note)).toEqual(['', 'Odd.']);
    expect(run.note).toBe('');
  });

  test('a failed task says why, and no longer when it is cleared', () => {
    const failed = foldRun(aRunDetail([anInstance('a', 'running', { started_at: T0 })]), [
      aTaskChange('a', 'failed', {
        at: at(2),
        data: { try_number: 2, reason: 'cell_error', message: 'KeyError' }
      })
    ]);
    expect(failed.instances[0]).toMatchObject({ reason: 'cell_error', message: 'KeyError' });

    const cleared = foldRun(failed, [aTaskChange('a', 'none', { data: { try_number: 2 } })]);
    expect(cleared.instances).toEqual([anInstance('a', 'none', { try_number: 2 })]);
  });

  test('the counts follow the task instances', () => {
    const run = aRunDetail([anInstance('a', 'running'), anInstance('b')]);

    expect(foldRun(run, [aTaskChange('a', 'success')]).run.counts).toEqual({ success: 1, none: 1 });
  });

  test('a mapped instance that appears is added', () => {
    const run = aRunDetail([anInstance('a', 'success', { map_index: 0 })]);
    const next = foldRun(run, [aTaskChange('a', 'running', { map_index: 1, at: T0 })]);

    expect(next.instances.map(one => [one.map_index, one.state])).toEqual([
      [0, 'success'],
      [1, 'running']
    ]);
  });

  test('instances take the place of the one that stood for all of them', () => {
    const run = aRunDetail([anInstance('m'), anInstance('z')]);
    const mapped = aTaskChange('m', 'none', {
      kind: 'mapped',
      map_index: -1,
      data: { first: 0, length: 2, instead: true }
    });
    const next = foldRun(run, [mapped, aTaskChange('m', 'scheduled', { map_index: 1 })]);

    expect(next.instances.map(one => [one.task_id, one.map_index, one.state])).toEqual([
      ['m', 0, 'none'],
      ['m', 1, 'scheduled'],
      ['z', -1, 'none']
    ]);
    expect(next.mapped).toMatchObject({ m: { counts: { none: 1, scheduled: 1 }, listed: true } });
  });

  test('instances that are added later come behind those there are', () => {
    const run = aRunDetail([anInstance('m', 'success', { map_index: 0 })]);
    const more = aTaskChange('m', 'none', {
      kind: 'mapped',
      map_index: -1,
      data: { first: 1, length: 1, instead: false }
    });

    expect(foldRun(run, [more]).instances.map(one => one.map_index)).toEqual([0, 1]);
  });

  describe('of a task with very many instances', () => {
    const mapped = (length: number): ChangeView =>
      aTaskChange('m', 'none', {
        kind: 'mapped',
        map_index: -1,
        data: { first: 0, length, instead: true }
      });
    const step = (index: number, before: string, after: string, seconds = 1): ChangeView =>
      aTaskChange('m', after, { map_index: index, at: at(seconds), data: { before } });

    test('they are counted, not listed, from when they come into being', () => {
      const run = aRunDetail([anInstance('m'), anInstance('z')]);
      const next = foldRun(run, [
        mapped(5000),
        step(4, 'none', 'running', 1),
        step(4, 'running', 'failed', 3),
        step(5, 'none', 'running', 4)
      ]);

      expect(next.instances.map(one => one.task_id)).toEqual(['z']);
      expect(next.mapped.m).toEqual({
        counts: { none: 4998, failed: 1, running: 1 },
        started_at: at(1),
        ended_at: at(3),
        listed: false
      });
      expect(next.run.counts).toEqual({ none: 4999, failed: 1, running: 1 });
    });

    test('the counts go on from those of the server, whatever pieces the changes come in', () => {
      const task = { counts: { running: 300 }, started_at: T0, ended_at: null, listed: false };
      const run: RunDetail = { ...aRunDetail([]), mapped: { m: task } };
      const changes = [step(1, 'running', 'success', 2), step(2, 'running', 'up_for_retry', 3)];
      const inPieces = changes.reduce((state, change) => foldRun(state, [change]), run);

      expect(inPieces).toEqual(foldRun(run, changes));
      expect(inPieces.mapped.m?.counts).toEqual({ running: 298, success: 1, up_for_retry: 1 });
    });

    test('its node sums them up', () => {
      const task = { counts: { success: 200, failed: 1, removed: 9 }, listed: false };
      const mappedTask = { ...task, started_at: at(1), ended_at: at(5) };

      expect(nodeStates([], undefined, { m: mappedTask }).get('m')).toEqual({
        state: 'failed',
        message: '',
        instances: 201,
        finished: 201,
        started_at: at(1),
        ended_at: at(5)
      });
    });

    test('when it gets more, they are counted too', () => {
      const run = foldRun(aRunDetail([anInstance('m')]), [mapped(200)]);
      const more = { ...mapped(50), cursor: run.cursor + 1 };
      const next = foldRun(run, [{ ...more, data: { first: 200, length: 50, instead: false } }]);

      expect(next.mapped.m?.counts).toEqual({ none: 250 });
    });
  });

  test('the name of an instance comes with its end', () => {
    const run = aRunDetail([anInstance('m', 'running', { map_index: 0 })]);
    const ended = aTaskChange('m', 'success', { map_index: 0, data: { map_name: 'Paris' } });
    const next = foldRun(run, [ended]);

    expect(next.instances[0]?.map_name).toBe('Paris');
  });

  test('folding in pieces gives what folding at once gives', () => {
    const run = aRunDetail([anInstance('a'), anInstance('b')]);
    const changes = [
      aChange('run', { state: 'running' }),
      aTaskChange('a', 'running', { at: at(1) }),
      aTaskChange('a', 'success', { at: at(2) }),
      aTaskChange('b', 'running', { at: at(3) })
    ];

    const inPieces = changes.reduce((state, change) => foldRun(state, [change]), run);
    expect(inPieces).toEqual(foldRun(run, changes));
  });

  test('what has been folded in is not folded in again', () => {
    const change = aTaskChange('a', 'running', { at: at(1) });
    const once = foldRun(aRunDetail([anInstance('a')]), [change]);

    expect(foldRun(once, [change])).toBe(once);
  });

  test('changes of other runs leave it the same object', () => {
    const run = aRunDetail([anInstance('a')]);

    expect(foldRun(run, [aTaskChange('a', 'running', { run_id: 'r2' })])).toBe(run);
    expect(foldRun(run, [aTaskChange('a', 'running', { dag_id: 'other' })])).toBe(run);
  });

  test('task instances that nothing happened to keep their identity', () => {
    const run = aRunDetail([anInstance('a'), anInstance('b')]);
    const next = foldRun(run, [aTaskChange('a', 'running')]);

    expect(next.instances[1]).toBe(run.instances[1]);
    expect(next.tasks).toBe(run.tasks);
  });
});

describe('nodes of the graph', () => {
  test('a mapped task is as bad as its worst instance, and counts', () => {
    const states = nodeStates([
      anInstance('a', 'success', { map_index: 0, started_at: at(2), ended_at: at(3) }),
      anInstance('a', 'failed', {
        map_index: 1,
        started_at: at(1),
        ended_at: at(9),
        message: 'KeyError'
      }),
      anInstance('a', 'success', { map_index: 2 })
    ]);

    expect(states.get('a')).toEqual({
      state: 'failed',
      message: 'KeyError',
      instances: 3,
      finished: 3,
      started_at: at(1),
      ended_at: at(9)
    });
  });

  test('a mapped task has not ended while one instance runs', () => {
    const states = nodeStates([
      anInstance('a', 'success', { map_index: 0, started_at: T0, ended_at: at(3) }),
      anInstance('a', 'running', { map_index: 1, started_at: at(1) })
    ]);

    expect(states.get('a')).toMatchObject({ state: 'running', finished: 1, ended_at: null });
  });

  test('instances that a shorter list has left over are not counted', () => {
    const states = nodeStates([
      anInstance('a', 'success', { map_index: 0 }),
      anInstance('a', 'running', { map_index: 1 }),
      anInstance('a', 'removed', { map_index: 2 })
    ]);

    expect(states.get('a')).toMatchObject({ instances: 2, finished: 1 });
  });

  test('of a mapped task the instance to look at first is shown, unless another was chosen', () => {
    const ones = [
      anInstance('a', 'success', { map_index: 0 }),
      anInstance('a', 'failed', { map_index: 1 })
    ];

    expect(instanceToShow(ones, -1)).toBe(1);
    expect(instanceToShow(ones, 0)).toBe(0);
    expect(instanceToShow([anInstance('b')], -1)).toBe(-1);
  });

  test('nodes that nothing happened to keep their identity', () => {
    const before = nodeStates([anInstance('a', 'running'), anInstance('b')]);
    const after = nodeStates([anInstance('a', 'success'), anInstance('b')], before);

    expect(after.get('b')).toBe(before.get('b'));
    expect(after.get('a')).not.toBe(before.get('a'));
  });
});
