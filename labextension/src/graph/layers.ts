/**
 * Which layer something stands in, and in which order: as the server says, or worked out here where it does
 * not say (or says something that an edge contradicts, or where groups stand among tasks). Pure.
 */
import type { GraphTask } from './groups';

const SWEEPS = 4;

/** The ids of the tasks, layer by layer from left to right, each layer from top to bottom. */
export function givenOrOwnLayers(tasks: readonly GraphTask[]): string[][] {
  const given = new Map(tasks.map(task => [task.task_id, task.layer]));
  const fits = tasks.every(task => task.upstream.every(id => (given.get(id) ?? -1) < task.layer));
  if (fits) {
    return givenLayers(tasks);
  }
  const edges = tasks.flatMap(task => task.upstream.map(id => [id, task.task_id] as const));
  return ownLayers(
    tasks.map(task => task.task_id),
    edges
  );
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

/** Layers by the longest way from a root. Where edges form a circle, the first of `ids` in it comes first. */
export function ownLayers(
  ids: readonly string[],
  edges: readonly (readonly [string, string])[]
): string[][] {
  const upstream = new Map<string, Set<string>>(ids.map(id => [id, new Set()]));
  const downstream = new Map<string, Set<string>>(ids.map(id => [id, new Set()]));
  for (const [from, to] of edges) {
    if (upstream.has(from) && upstream.has(to) && from !== to) {
      upstream.get(to)?.add(from);
      downstream.get(from)?.add(to);
    }
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

type Neighbours = ReadonlyMap<string, ReadonlySet<string>>;

function byLongestPath(upstream: Neighbours, downstream: Neighbours): string[][] {
  const missing = new Map([...upstream].map(([id, ids]) => [id, ids.size]));
  const layers: string[][] = [];
  let ready = [...missing].filter(([, count]) => count === 0).map(([id]) => id);
  while (missing.size) {
    const [first] = missing.keys();
    ready = ready.length || first === undefined ? ready : [first];
    layers.push(ready);
    ready.forEach(id => missing.delete(id));
    const next: string[] = [];
    for (const child of ready.flatMap(id => [...(downstream.get(id) ?? [])])) {
      const left = missing.get(child);
      if (left !== undefined) {
        missing.set(child, left - 1);
        if (left === 1) {
          next.push(child);
        }
      }
    }
    ready = next;
  }
  return layers;
}

/** Sort each layer by where its neighbours in the layers before it stand. */
function orderRows(layers: string[][], neighbours: Neighbours): void {
  const row = new Map<string, number>();
  for (const layer of layers) {
    const centre = new Map<string, number>();
    layer.forEach((id, place) => {
      const known = [...(neighbours.get(id) ?? [])]
        .map(other => row.get(other))
        .filter(found => found !== undefined);
      const mean = known.reduce((sum, value) => sum + value, 0) / known.length;
      centre.set(id, known.length ? mean : place / layer.length);
    });
    layer.sort((a, b) => (centre.get(a) ?? 0) - (centre.get(b) ?? 0));
    layer.forEach((id, place) => row.set(id, place / layer.length));
  }
}
