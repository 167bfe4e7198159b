import { expect, test } from 'vitest';

import { paths, placeOf } from './urls';

test('run ids travel whole', () => {
  expect(paths.run('daily sales', 'manual__2026-03-04T05:00:00+00:00_ab/1')).toBe(
    'nbflow/api/v1/dags/daily%20sales/runs/manual__2026-03-04T05%3A00%3A00%2B00%3A00_ab%2F1'
  );
});

test('only what is given is asked', () => {
  expect(paths.runs('sales', { before: null, limit: 25 })).toBe(
    'nbflow/api/v1/dags/sales/runs?limit=25'
  );
  expect(paths.ofTask('d', 'r', 't', 'log', { try: undefined })).toBe(
    'nbflow/api/v1/dags/d/runs/r/tasks/t/log'
  );
});

test('the address of the page can ask for the panel, a DAG, a run of it or a task', () => {
  expect(placeOf('?token=1&nbflow=open')).toEqual({});
  expect(placeOf('?nbflow=sales')).toEqual({ dag_id: 'sales' });
  expect(
    placeOf('?nbflow=daily%20sales/manual__2026-03-04T05%3A00%3A00%2B00%3A00/load&x=1')
  ).toEqual({
    dag_id: 'daily sales',
    run_id: 'manual__2026-03-04T05:00:00+00:00',
    task_id: 'load'
  });
  expect(placeOf('?nbflow=a+b/50%')).toEqual({ dag_id: 'a+b', run_id: '50%' });
  expect(placeOf('?nbflow=')).toBeNull();
  expect(placeOf('?reset')).toBeNull();
});
