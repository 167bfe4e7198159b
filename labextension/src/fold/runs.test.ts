import { describe, expect, test } from 'vitest';

import { aChange, aRun, at, aTaskChange, T0 } from '../testing/builders';
import { foldRuns, needsRuns } from './runs';

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
