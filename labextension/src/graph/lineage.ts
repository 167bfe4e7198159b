/** DAGs and the assets between them as nodes of a graph: who makes what, and who uses it or waits for it. Pure. */
import { instant } from '../format';
import type { Texts } from '../text';
import type { AssetView, EdgeView, LineageEdge, LineageView } from '../wire';
import type { GraphTask } from './groups';

/** The id of a DAG among the nodes. */
export function dagNode(dagId: string): string {
  return `dag:${dagId}`;
}

/** Everything that leads to a node, and everything that comes of it. */
export function around(lineage: LineageView, id: string): LineageView {
  const kept = new Set([id]);
  reach(kept, id, lineage.edges, 'source', 'target');
  reach(kept, id, lineage.edges, 'target', 'source');
  return {
    nodes: lineage.nodes.filter(node => kept.has(node.id)),
    edges: lineage.edges.filter(edge => kept.has(edge.source) && kept.has(edge.target))
  };
}

function reach(
  kept: Set<string>,
  start: string,
  edges: readonly LineageEdge[],
  from: 'source' | 'target',
  to: 'source' | 'target'
): void {
  const seen = new Set([start]);
  for (const id of seen) {
    edges.filter(edge => edge[from] === id).forEach(edge => seen.add(edge[to]));
  }
  seen.forEach(id => kept.add(id));
}

/** The nodes with the edges that lead to them, as the graph draws them. */
export function lineageTasks(
  { nodes, edges }: LineageView,
  assets: readonly AssetView[],
  now: number,
  trans: Texts
): GraphTask[] {
  const made = new Map(assets.map(one => [`${one.kind}:${one.name}`, one.last_event]));
  const names = new Map(nodes.map(node => [node.id, node.name]));
  return nodes.map(node => {
    const reasons = edges
      .filter(edge => edge.target === node.id)
      .map(edge => reasonOf(edge, names, trans));
    return {
      task_id: node.id,
      display_name: node.name,
      kind: node.kind,
      operator: node.kind === 'dag' ? 'DAG' : madeText(made.get(node.id) ?? null, now, trans),
      trigger_rule: '',
      upstream: [...new Set(reasons.map(reason => reason.upstream))],
      edges: reasons,
      // No layer fits: the graph works them out from the edges.
      layer: 0,
      row: 0,
      group: null,
      role: ''
    };
  });
}

function madeText(at: string | null, now: number, trans: Texts): string {
  return at === null ? trans.__('Never made') : trans.__('Made %1', instant(at, now));
}

function reasonOf(edge: LineageEdge, names: ReadonlyMap<string, string>, trans: Texts): EdgeView {
  const [from, to] = [names.get(edge.source) ?? '', names.get(edge.target) ?? ''];
  const words = {
    outlet: { label: '', why: trans.__('%1 makes %2', from, to) },
    inlet: { label: trans.__('reads'), why: trans.__('%1 reads %2', to, from) },
    schedule: { label: trans.__('starts'), why: trans.__('News of %1 starts %2', from, to) }
  }[edge.role];
  return { upstream: edge.source, kind: 'declared', names: [], ...words };
}
