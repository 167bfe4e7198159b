import { expect, test } from 'vitest';

import { aTask } from '../testing/builders';
import { findTasks } from './search';

const TASKS = [
  aTask('reload'),
  aTask('load.orders'),
  aTask('load', [], { operator: 'BashOperator' }),
  aTask('t7', [], { display_name: 'Load the week' }),
  aTask('report')
];

test('what is called so comes first, then what begins so, then what holds it', () => {
  expect(findTasks(TASKS, 'load')).toEqual(['load', 'load.orders', 't7', 'reload']);
});

test('every word has to be there, in whatever order and case', () => {
  expect(findTasks(TASKS, ' WEEK load ')).toEqual(['t7']);
  expect(findTasks(TASKS, 'bash')).toEqual(['load']);
});

test('nothing typed finds nothing', () => {
  expect(findTasks(TASKS, '  ')).toEqual([]);
});
