import { expect, test } from 'vitest';

import { anInstance, at, aTask, T0 } from '../testing/builders';
import { criticalPath } from './critical-path';
import { nodeStates } from './node-states';

const TASKS = [
  aTask('start'),
  aTask('slow', ['start']),
  aTask('quick', ['start']),
  aTask('end', ['slow', 'quick'])
];

function ran(task: string, seconds: number) {
  return anInstance(task, 'success', { started_at: T0, ended_at: at(seconds) });
}

test('it is the chain that takes longest in all', () => {
  const states = nodeStates([ran('start', 1), ran('slow', 5), ran('quick', 2), ran('end', 3)]);

  expect(criticalPath(TASKS, states, 0)).toEqual({ tasks: ['start', 'slow', 'end'], seconds: 9 });
});

test('what runs counts up to now, what has not begun is no part of it', () => {
  const states = nodeStates([
    ran('start', 1),
    ran('slow', 2),
    anInstance('quick', 'running', { started_at: T0 }),
    anInstance('end')
  ]);

  const path = criticalPath(TASKS, states, Date.parse(at(30)));

  expect(path).toEqual({ tasks: ['start', 'quick'], seconds: 31 });
});

test('where nothing took any time it is the way to what came last', () => {
  const states = nodeStates([ran('start', 0), ran('slow', 0), ran('quick', 0), ran('end', 0)]);

  expect(criticalPath(TASKS, states, 0)).toMatchObject({ tasks: ['start', 'slow', 'end'] });
});

test('a run of which nothing has begun has none', () => {
  expect(criticalPath(TASKS, nodeStates([anInstance('start')]), 0)).toBeNull();
});

test('ten thousand tasks in a row take no time to speak of', () => {
  const tasks = Array.from({ length: 10_000 }, (_, i) => aTask(`t${i}`, i ? [`t${i - 1}`] : []));
  const states = nodeStates(tasks.map(task => ran(task.task_id, 1)));

  expect(criticalPath(tasks, states, 0)?.seconds).toBe(10_000);
});
