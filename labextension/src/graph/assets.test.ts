import { expect, test } from 'vitest';

import { aTask } from '../testing/builders';
import { PLAIN } from '../text';
import { assetOf, haveAssets, withAssets } from './assets';
import { layOut } from './layout';

const ORDERS = { name: 'orders', kind: 'asset' as const };
const RATES = { name: 's3://lake/rates:eur', kind: 'asset' as const };

function edgesOf(tasks: ReturnType<typeof withAssets>): string[] {
  return tasks.flatMap(task => task.upstream.map(id => `${id} > ${task.task_id}`));
}

test('an asset stands between the task that makes it and the one after it that reads it', () => {
  const tasks = [
    aTask('make', [], { outlets: [ORDERS] }),
    aTask('use', ['make'], { layer: 1, inlets: [ORDERS, RATES] })
  ];

  const shown = withAssets(tasks, [], PLAIN);

  expect(edgesOf(shown)).toEqual([
    'make > use',
    'made:asset:orders > use',
    'read:asset:s3://lake/rates:eur > use',
    'make > made:asset:orders'
  ]);
  const { boxes } = layOut(shown);
  const [made, use] = [boxes.get('made:asset:orders'), boxes.get('use')];
  expect(made !== undefined && use !== undefined && made.x < use.x).toBe(true);
  expect(assetOf('read:asset:s3://lake/rates:eur')).toBe('s3://lake/rates:eur');
  expect(assetOf('use')).toBeNull();
});

test('what is read before it is made stands twice, so that nothing leads back', () => {
  const tasks = [aTask('update', [], { inlets: [ORDERS], outlets: [ORDERS] })];

  expect(edgesOf(withAssets(tasks, [], PLAIN))).toEqual([
    'read:asset:orders > update',
    'update > made:asset:orders'
  ]);
});

test('what a schedule waits for leads to the tasks that begin', () => {
  const tasks = [aTask('first'), aTask('then', ['first'])];

  expect(edgesOf(withAssets(tasks, [ORDERS], PLAIN))).toEqual([
    'read:asset:orders > first',
    'first > then'
  ]);
  expect(haveAssets(tasks, [ORDERS])).toBe(true);
  expect(haveAssets(tasks, [])).toBe(false);
});
