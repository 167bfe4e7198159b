import { describe, expect, test } from 'vitest';

import { aChange, aDag, aDot, at, aTaskChange, T0 } from '../testing/builders';
import { foldDags, needsDags } from './dag-list';

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
