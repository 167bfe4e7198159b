/** Assets between DAGs as a graph. */
import { expect, test } from 'vitest';

import { PLAIN } from '../text';
import type { LineageView } from '../wire';
import { layOut } from './layout';
import { around, dagNode, lineageTasks } from './lineage';

const LINEAGE: LineageView = {
  nodes: [
    { id: 'dag:load', kind: 'dag', name: 'load', uri: '' },
    { id: 'asset:orders', kind: 'asset', name: 'orders', uri: 's3://lake/orders' },
    { id: 'dag:report', kind: 'dag', name: 'report', uri: '' },
    { id: 'asset:prices', kind: 'asset', name: 'prices', uri: '' },
    { id: 'dag:other', kind: 'dag', name: 'other', uri: '' }
  ],
  edges: [
    { source: 'dag:load', target: 'asset:orders', role: 'outlet' },
    { source: 'asset:orders', target: 'dag:report', role: 'schedule' },
    { source: 'asset:prices', target: 'dag:report', role: 'inlet' },
    { source: 'asset:prices', target: 'dag:other', role: 'inlet' }
  ]
};

test('each edge says what it means, and stands where it leads', () => {
  const tasks = lineageTasks(LINEAGE, [], 0, PLAIN);
  const report = tasks.find(task => task.task_id === dagNode('report'));

  expect(report?.upstream).toEqual(['asset:orders', 'asset:prices']);
  expect(report?.edges.map(edge => [edge.label, edge.why])).toEqual([
    ['starts', 'News of orders starts report'],
    ['reads', 'report reads prices']
  ]);
  expect(tasks[1]?.operator).toBe('Never made');
});

test('of one DAG there is what leads to it and what comes of it', () => {
  expect(around(LINEAGE, 'dag:load').nodes.map(node => node.name)).toEqual([
    'load',
    'orders',
    'report'
  ]);
  expect(around(LINEAGE, 'dag:other').nodes.map(node => node.name)).toEqual(['prices', 'other']);
});

test('a circle of DAGs is drawn too', () => {
  const edges = [
    ...LINEAGE.edges,
    { source: 'dag:report', target: 'asset:orders', role: 'outlet' }
  ];
  const circle = { ...LINEAGE, edges } as LineageView;

  expect(layOut(lineageTasks(circle, [], 0, PLAIN)).boxes.size).toBe(5);
  expect(around(circle, 'dag:report').nodes).toHaveLength(4);
});
