import { expect, test } from 'vitest';

import { aChange, aDag, aDagDetail, aTask, aTaskChange } from '../testing/builders';
import type { ChangeView, DagDetail } from '../wire';
import { runJustMade } from './just-made';

const DETAIL: DagDetail = aDagDetail('sales', {
  dag: aDag('sales', { version: 3 }),
  tasks: [aTask('a'), aTask('b')]
});

function created(data: Record<string, unknown> = {}): ChangeView {
  return aChange('run_created', {
    run_id: 'new',
    state: 'queued',
    data: { version: 3, whole: true, run_type: 'manual', ...data }
  });
}

test('a new run is drawn from the definition and the changes alone', () => {
  const more = { run_id: 'new' };
  const changes = [
    created(),
    aTaskChange('a', 'scheduled', more),
    aTaskChange('a', 'queued', more)
  ];
  const run = runJustMade(DETAIL, changes);

  expect(run?.run).toMatchObject({ run_id: 'new', state: 'queued', version: 3 });
  expect(run?.instances.map(({ task_id, state }) => [task_id, state])).toEqual([
    ['a', 'queued'],
    ['b', 'none']
  ]);
  expect(run?.cursor).toBe(changes.at(-1)?.cursor);
});

test.each([
  ['another version of the definition', { version: 4 }],
  ['a part of the tasks', { whole: false }],
  ['nobody knows which version', { version: undefined }]
])('a run of %s is waited for', (_, data) => {
  expect(runJustMade(DETAIL, [created(data)])).toBeNull();
});

test('nothing is drawn of a run that has not been created', () => {
  expect(runJustMade(DETAIL, [aTaskChange('a', 'running')])).toBeNull();
});
