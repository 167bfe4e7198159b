/** What tasks make and read, as nodes between them: the assets of one DAG on its own graph. Pure. */
import type { Texts } from '../text';
import type { EdgeView, TaskAsset } from '../wire';
import type { GraphTask } from './groups';

/** Whether there is anything to draw. */
export function haveAssets(tasks: readonly GraphTask[], awaited: readonly TaskAsset[]): boolean {
  const isAny = (task: GraphTask): boolean => [task.inlets, task.outlets].some(one => one?.length);
  return awaited.length > 0 || tasks.some(isAny);
}

/** Whether a node is an asset among the tasks, which has no state. */
export function isData({ kind }: Pick<GraphTask, 'kind'>): boolean {
  return kind === 'asset' || kind === 'alias';
}

/** What a node is called in a sentence: a task by its id, an asset by its name. */
export function calledIn({ task_id, display_name, kind }: GraphTask): string {
  return isData({ kind }) ? display_name : task_id;
}

/** The name of the asset that a node stands for; null for a task. */
export function assetOf(id: string): string | null {
  return /^(?:made|read):(?:asset|alias):(.*)$/s.exec(id)?.[1] ?? null;
}

/**
 * The tasks with their assets between them. What a task reads that another has made stands once, between the
 * two; where that would lead back, it stands once as made and once as read. `awaited` is what starts the DAG.
 */
export function withAssets(
  tasks: readonly GraphTask[],
  awaited: readonly TaskAsset[],
  trans: Texts
): GraphTask[] {
  const nodes = new Map<string, GraphTask>();
  const makers = new Map<string, string[]>();
  for (const task of tasks) {
    for (const asset of task.outlets ?? []) {
      const node = nodeFor(nodes, 'made', asset, trans);
      const why = trans.__('%1 makes %2', task.task_id, asset.name);
      nodes.set(node.task_id, withEdge(node, edge(task.task_id, why)));
      makers.set(keyOf(asset), [...(makers.get(keyOf(asset)) ?? []), task.task_id]);
    }
  }
  const upstream = new Map(tasks.map(task => [task.task_id, task.upstream]));
  const readers = tasks.map(task => {
    const before = task.inlets?.length ? reachable(task.task_id, upstream) : new Set<string>();
    const read = (task.inlets ?? []).map(asset => {
      const makersOfIt = makers.get(keyOf(asset)) ?? [];
      const isBefore = makersOfIt.length > 0 && makersOfIt.every(id => before.has(id));
      const node = nodeFor(nodes, isBefore ? 'made' : 'read', asset, trans);
      return edge(node.task_id, trans.__('%1 reads %2', task.task_id, asset.name));
    });
    const started = task.upstream.length
      ? []
      : awaited.map(asset => {
          const why = trans.__('News of %1 starts the DAG', asset.name);
          const { task_id } = nodeFor(nodes, 'read', asset, trans);
          return { ...edge(task_id, why), label: trans.__('starts') };
        });
    const isNew = (one: EdgeView): boolean => !read.some(({ upstream: id }) => id === one.upstream);
    return [...read, ...started.filter(isNew)].reduce(withEdge, task);
  });
  return [...readers, ...nodes.values()];
}

type Side = 'made' | 'read';

function keyOf({ kind, name }: TaskAsset): string {
  return `${kind}:${name}`;
}

function nodeFor(
  nodes: Map<string, GraphTask>,
  side: Side,
  asset: TaskAsset,
  trans: Texts
): GraphTask {
  const id = `${side}:${keyOf(asset)}`;
  const known = nodes.get(id) ?? {
    task_id: id,
    display_name: asset.name,
    kind: asset.kind,
    operator: asset.kind === 'alias' ? trans.__('Alias') : trans.__('Asset'),
    trigger_rule: '',
    upstream: [],
    edges: [],
    // No layer fits: the graph works them out from the edges.
    layer: 0,
    row: 0,
    group: null,
    role: ''
  };
  nodes.set(id, known);
  return known;
}

function edge(upstream: string, why: string): EdgeView {
  return { upstream, kind: 'declared', names: [], why, label: '' };
}

function withEdge(task: GraphTask, added: EdgeView): GraphTask {
  return {
    ...task,
    upstream: [...new Set([...task.upstream, added.upstream])],
    edges: [...task.edges, added]
  };
}

/** Everything upstream of a task. */
function reachable(id: string, upstream: ReadonlyMap<string, readonly string[]>): Set<string> {
  const found = new Set(upstream.get(id) ?? []);
  for (const one of found) {
    (upstream.get(one) ?? []).forEach(next => found.add(next));
  }
  return found;
}
