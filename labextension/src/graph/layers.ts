/**
 * Which layer a task stands in, and in which order: as the server says, or worked out here where it does
 * not say (or says something that an edge contradicts). Pure.
 */
import type { GraphTask } from './layout';

const SWEEPS = 4;

/** The ids of the tasks, layer by layer from left to right, each layer from top to bottom. */
export function givenOrOwnLayers(tasks: readonly GraphTask[]): string[][] {
  const given = new Map(tasks.map(task => [task.task_id, task.layer]));
  const fits = tasks.every(task => task.upstream.every(id => (given.get(id) ?? -1) < task.layer));
  return fits ? givenLayers(tasks) : ownLayers(tasks);
}

function givenLayers(tasks: readonly GraphTask[]): string[][] {
  const layers: GraphTask[][] = [];
  for (const task of tasks) {
    (layers[task.layer] ??= []).push(task);
  }
  return layers
    .filter(layer => layer.length)
    .map(layer => layer.sort((a, b) => a.row - b.row).map(task => task.task_id));
}

function ownLayers(tasks: readonly GraphTask[]): string[][] {
  const upstream = new Map<string, string[]>();
  const downstream = new Map<string, string[]>();
  for (const task of tasks) {
    downstream.set(task.task_id, []);
  }
  for (const task of tasks) {
    const known = task.upstream.filter(id => downstream.has(id));
    upstream.set(task.task_id, known);
    known.forEach(id => downstream.get(id)?.push(task.task_id));
  }
  const layers = byLongestPath(upstream, downstream);
  for (let sweep = 0; sweep < SWEEPS; sweep++) {
    if (sweep % 2 === 0) {
      orderRows(layers, upstream);
    } else {
      orderRows([...layers].reverse(), downstream);
    }
  }
  return layers;
}

type Neighbours = ReadonlyMap<string, readonly string[]>;

/** Layers by the longest way from a root. What stands in a circle is left out of it, not waited for. */
function byLongestPath(upstream: Neighbours, downstream: Neighbours): string[][] {
  const missing = new Map([...upstream].map(([id, ids]) => [id, ids.length]));
  const layers: string[][] = [];
  let ready = [...missing].filter(([, count]) => count === 0).map(([id]) => id);
  while (ready.length) {
    layers.push(ready);
    const next: string[] = [];
    for (const id of ready) {
      missing.delete(id);
      for (const child of downstream.get(id) ?? []) {
        const left = (missing.get(child) ?? 0) - 1;
        missing.set(child, left);
        if (left === 0) {
          next.push(child);
        }
      }
    }
    ready = next;
  }
  return missing.size ? [...layers, [...missing.keys()]] : layers;
}

/** Sort each layer by where its neighbours in the layers before it stand. */
function orderRows(layers: string[][], neighbours: Neighbours): void {
  const row = new Map<string, number>();
  for (const layer of layers) {
    const centre = new Map<string, number>();
    layer.forEach((id, place) => {
      const known = (neighbours.get(id) ?? []).map(other => row.get(other)).filter(isNumber);
      const mean = known.reduce((sum, value) => sum + value, 0) / known.length;
      centre.set(id, known.length ? mean : place / layer.length);
    });
    layer.sort((a, b) => (centre.get(a) ?? 0) - (centre.get(b) ?? 0));
    layer.forEach((id, place) => row.set(id, place / layer.length));
  }
}

function isNumber(value: number | undefined): value is number {
  return value !== undefined;
}
