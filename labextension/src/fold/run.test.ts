import { describe, expect, test } from 'vitest';

import { nodeStates } from '../graph/node-states';
import { aChange, anInstance, aRunDetail, at, aTaskChange, T0 } from '../testing/builders';
import type { ChangeView, RunDetail } from '../wire';
import { foldRun } from './run';

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
