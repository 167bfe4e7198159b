/**
 * Task groups on the graph: which nodes are seen when some groups are closed, what belongs into what, and which
 * edges are left between them. Pure. Where things stand is in layout.ts.
 */
import { countStates, isFinished, summaryState } from '../states';
import type { EdgeView, GroupView, TaskView } from '../wire';
import type { NodeState, NodeStates } from './node-states';

export type GraphTask = Pick<
  TaskView,
  | 'task_id'
  | 'display_name'
  | 'kind'
  | 'operator'
  | 'trigger_rule'
  | 'upstream'
  | 'edges'
  | 'layer'
  | 'row'
  | 'group'
  | 'role'
> &
  Partial<Pick<TaskView, 'inlets' | 'outlets'>>;

/** A task, a closed group, or an open group with what is in it. */
export interface Knot {
  readonly id: string;
  readonly name: string;
  /** The knots in it; null of what is drawn as a node. */
  readonly inside: Knot[] | null;
  /** The first layer of what is in it, for the order among its neighbours. */
  readonly layer: number;
  readonly row: number;
}

/** All edges between two nodes as one. `certain`: nothing about at least one of them is guessed. */
export interface Bundle {
  readonly source: string;
  readonly target: string;
  readonly certain: boolean;
  readonly reasons: readonly EdgeView[];
  readonly label: string;
}

export interface Tree {
  /** What stands outside all groups. */
  readonly top: readonly Knot[];
  /** By the id of a node: the open groups around it, from the outside in. */
  readonly around: ReadonlyMap<string, readonly string[]>;
  readonly bundles: readonly Bundle[];
  /** By the id of a task, the node that it is seen as: itself, or the outermost closed group around it. */
  readonly nodeOf: ReadonlyMap<string, string>;
}

/** What is seen of these tasks when the groups in `closed` are. */
export function treeOf(
  tasks: readonly GraphTask[],
  groups: readonly GroupView[],
  closed: ReadonlySet<string>
): Tree {
  const chains = chainsOf(groups);
  const byId = new Map(groups.map(group => [group.group_id, group]));
  const top: Knot[] = [];
  const knots = new Map<string, Knot>();
  const around = new Map<string, readonly string[]>();
  const nodeOf = new Map<string, string>();

  const insideOf = (chain: readonly string[]): Knot[] =>
    knots.get(chain[chain.length - 1] ?? '')?.inside ?? top;
  const add = (knot: Knot, chain: readonly string[]): void => {
    if (!knots.has(knot.id)) {
      knots.set(knot.id, knot);
      insideOf(chain).push(knot);
    }
  };
  for (const task of tasks) {
    const chain = task.group === null ? [] : (chains.get(task.group) ?? []);
    const shut = chain.findIndex(id => closed.has(id));
    const open = shut < 0 ? chain : chain.slice(0, shut);
    const { layer, row } = task;
    open.forEach((id, depth) => {
      const name = nameOf(byId.get(id), id);
      add({ id, name, inside: [], layer, row }, open.slice(0, depth));
    });
    const node = chain[shut] ?? task.task_id;
    const name = shut < 0 ? shortName(task, byId) : nameOf(byId.get(node), node);
    add({ id: node, name, inside: null, layer, row }, open);
    around.set(node, open);
    nodeOf.set(task.task_id, node);
  }
  return { top, around, bundles: bundlesOf(tasks, nodeOf), nodeOf };
}

/** By the id of a group: the groups around it and itself, from the outside in. Circles are cut. */
function chainsOf(groups: readonly GroupView[]): Map<string, readonly string[]> {
  const parents = new Map(groups.map(group => [group.group_id, group.parent]));
  const chains = new Map<string, readonly string[]>();
  for (const { group_id } of groups) {
    const chain = [group_id];
    let parent = parents.get(group_id) ?? null;
    while (parent !== null && parents.has(parent) && !chain.includes(parent)) {
      chain.unshift(parent);
      parent = parents.get(parent) ?? null;
    }
    chains.set(group_id, chain);
  }
  return chains;
}

function nameOf(group: GroupView | undefined, id: string): string {
  return group === undefined || group.label === '' ? id : group.label;
}

/** What a person named it; inside the box of its group the id need not repeat the group's. */
export function shortName(
  task: Pick<GraphTask, 'task_id' | 'group' | 'display_name'>,
  groups: ReadonlyMap<string, GroupView>
): string {
  if (task.display_name) {
    return task.display_name;
  }
  const prefix = `${task.group ?? ''}.`;
  const isPrefixed = task.group !== null && groups.has(task.group);
  return isPrefixed && task.task_id.startsWith(prefix) && task.task_id.length > prefix.length
    ? task.task_id.slice(prefix.length)
    : task.task_id;
}

function bundlesOf(tasks: readonly GraphTask[], nodeOf: ReadonlyMap<string, string>): Bundle[] {
  const bundles = new Map<string, { -readonly [K in keyof Bundle]: Bundle[K] }>();
  for (const task of tasks) {
    const target = nodeOf.get(task.task_id);
    for (const upstream of new Set(task.upstream)) {
      const source = nodeOf.get(upstream);
      if (source === undefined || target === undefined || source === target) {
        continue;
      }
      const reasons = task.edges.filter(edge => edge.upstream === upstream);
      const certain =
        !reasons.length || reasons.some(({ kind }) => kind === 'declared' || kind === 'certain');
      const label = reasons.find(reason => reason.label)?.label ?? '';
      const key = `${source}\n${target}`;
      const known = bundles.get(key);
      if (known === undefined) {
        bundles.set(key, { source, target, certain, reasons, label });
      } else {
        known.certain ||= certain;
        known.reasons = [...known.reasons, ...reasons];
        known.label = known.label === label ? label : '';
      }
    }
  }
  return [...bundles.values()];
}

// ------------------------------------------------------------------------------------ states of groups

export interface GroupState {
  readonly node: NodeState;
  /** How many of its tasks are in which state, the most urgent first. */
  readonly counts: readonly (readonly [string, number])[];
}

/** The state of a group: the worst of its tasks. Tasks the run does not have count as not there yet. */
export function groupState(group: GroupView, states: NodeStates): GroupState {
  const nodes = group.tasks.map(id => states.get(id)).filter(node => node !== undefined);
  const all = nodes.map(node => node.state);
  const finished = all.filter(isFinished).length;
  const state = all.length ? summaryState(all) : 'none';
  return {
    counts: countStates(all),
    node: {
      state,
      message: nodes.find(node => node.state === state)?.message ?? '',
      instances: group.tasks.length,
      finished,
      started_at: extreme(nodes, 'started_at', -1),
      ended_at: finished === group.tasks.length ? extreme(nodes, 'ended_at', 1) : null
    }
  };
}

function extreme(
  nodes: readonly NodeState[],
  field: 'started_at' | 'ended_at',
  sign: 1 | -1
): string | null {
  return nodes.reduce<string | null>((found, node) => {
    const at = node[field];
    const isFurther =
      at !== null && (found === null || sign * (Date.parse(at) - Date.parse(found)) > 0);
    return isFurther ? at : found;
  }, null);
}

/** More tasks than can be taken in at once: their outermost groups begin closed. */
const MANY = 120;

/** The groups that are closed until somebody says otherwise. */
export function closedAtFirst(
  tasks: readonly GraphTask[],
  groups: readonly GroupView[]
): ReadonlySet<string> {
  return new Set(
    tasks.length > MANY ? groups.filter(one => one.parent === null).map(one => one.group_id) : []
  );
}
