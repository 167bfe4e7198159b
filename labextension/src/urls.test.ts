import { expect, test } from 'vitest';

import { paths } from './urls';

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
