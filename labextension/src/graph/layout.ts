/**
 * Where the tasks of a DAG stand and which way its edges run: layers from left to right or from the top down, in
 * each open task group for itself and then outside. Pure. Layer and row of a DAG without groups come from the server, so that
 * every picture of it is the same. How one container is arranged is in arrange.ts.
 */
import type { EdgeView, GroupView } from '../wire';
import { arrange, type Arranged, type Flow, type Frame, type Part } from './arrange';
import { labelWidth } from './columns';
import { treeOf, type Bundle, type GraphTask, type Knot, type Tree } from './groups';
import { givenOrOwnLayers, ownLayers } from './layers';
import { textWidth } from './measure';
import { turned, turnedBox, type Orientation } from './orientation';
import type { Step } from './way';

export { NODE_HEIGHT } from './columns';
export type { GraphTask } from './groups';

/** A task, or a closed group. */
export interface Box {
  readonly id: string;
  readonly name: string;
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly layer: number;
}

/** An open group: the box round what is in it. `depth` counts the groups around it. */
export interface GroupBox extends Omit<Box, 'layer'> {
  readonly height: number;
  readonly depth: number;
}

/** One edge: `path` is SVG path data, `end` where its arrow points. `certain`: nothing about it is guessed. */
export interface Route {
  readonly source: string;
  readonly target: string;
  readonly certain: boolean;
  readonly reasons: readonly EdgeView[];
  readonly path: string;
  readonly end: readonly [number, number];
  readonly label: string;
  /** The middle of the word on it. */
  readonly labelAt: readonly [number, number];
}

export interface Layout {
  readonly boxes: ReadonlyMap<string, Box>;
  /** The open groups, those outside before those inside. */
  readonly groups: ReadonlyMap<string, GroupBox>;
  readonly routes: readonly Route[];
  readonly width: number;
  readonly height: number;
  readonly orientation: Orientation;
  /** By the id of a task, the node that it is seen as: itself, or a closed group. */
  readonly nodeOf: ReadonlyMap<string, string>;
}

const MARGIN = 16;
/** From the middle of one word on an edge to the next where they are stacked. */
const LABEL_STEP = 20;

/** The line of an open group that bears its name. */
export const GROUP_HEAD = 28;
const OUTSIDE: Frame = {
  left: MARGIN,
  right: MARGIN,
  top: MARGIN,
  bottom: MARGIN,
  least: [0, 0]
};
const [BELOW_HEAD, BESIDE, BELOW] = [GROUP_HEAD + 8, 22, 14];
/** What stands beside the name of a group: how it opens, its state and its counts. */
const BESIDE_HEAD = 96;
const WIDEST_HEAD = 360;
const ROOT = '';
const NONE: ReadonlySet<string> = new Set();

/** The layout of these tasks, with the groups in `closed` as nodes. Unknown upstream tasks are left out. */
export function layOut(
  tasks: readonly GraphTask[],
  groups: readonly GroupView[] = [],
  closed: ReadonlySet<string> = NONE,
  orientation: Orientation = 'right'
): Layout {
  const tree = treeOf(tasks, groups, closed);
  const rows = groups.length ? null : givenOrOwnLayers(tasks);
  const arranged = arrangeAll(tree, rows, orientation);
  const places = placesOf(tree, arranged, orientation);
  const { width = 0, height = 0 } = arranged.get(ROOT) ?? {};
  const [wide, high] = turned(orientation, width, height);
  const routes = tree.bundles.map(bundle =>
    routeOf(bundle, tree, arranged, places.groups, orientation)
  );
  return {
    ...places,
    routes: withWordsApart(routes),
    width: tree.top.length ? wide : 0,
    height: tree.top.length ? high : 0,
    orientation,
    nodeOf: tree.nodeOf
  };
}

// ------------------------------------------------------------------------------------- from the inside out

/** The arrangement of every open group, and of the whole under the id ROOT. */
function arrangeAll(
  tree: Tree,
  rows: string[][] | null,
  orientation: Orientation
): Map<string, Arranged> {
  const flows = flowsOf(tree);
  const arranged = new Map<string, Arranged>();
  const visit = (id: string, name: string, knots: readonly Knot[]): Arranged => {
    const parts = new Map(knots.map(knot => [knot.id, partOf(knot, visit)]));
    const here = [...(flows.get(id)?.values() ?? [])];
    const edges = here.flatMap(({ start, end }) =>
      start === null || end === null ? [] : [[start, end] as const]
    );
    const inOrder = [...knots].sort((a, b) => a.layer - b.layer || a.row - b.row);
    const layers =
      (id === ROOT ? rows : null) ??
      ownLayers(
        inOrder.map(knot => knot.id),
        edges
      );
    const frame = id === ROOT ? OUTSIDE : groupFrame(name, orientation);
    const made = arrange(parts, layers, here, frame, orientation);
    arranged.set(id, made);
    return made;
  };
  visit(ROOT, '', tree.top);
  return arranged;
}

/** What is left free in the box of a group: its head is at the top, whichever way the edges run. */
function groupFrame(name: string, orientation: Orientation): Frame {
  const least = Math.min(WIDEST_HEAD, textWidth(name) + BESIDE_HEAD);
  return orientation === 'right'
    ? { left: BESIDE, right: BESIDE, top: BELOW_HEAD, bottom: BELOW, least: [least, 0] }
    : { left: BELOW_HEAD, right: BELOW, top: BESIDE, bottom: BESIDE, least: [0, least] };
}

function partOf(
  knot: Knot,
  visit: (id: string, name: string, knots: readonly Knot[]) => Arranged
): Part {
  const { id, name, inside } = knot;
  return { id, name, inside: inside === null ? null : visit(id, name, inside) };
}

/** By container, what runs through it: an edge crosses the border of every group that holds one of its ends. */
function flowsOf(tree: Tree): Map<string, Map<string, Flow>> {
  const flows = new Map<string, Map<string, Flow>>();
  for (const bundle of tree.bundles) {
    for (const [container, flow] of legsOf(bundle, tree)) {
      const here = flows.get(container) ?? new Map<string, Flow>();
      const key = JSON.stringify([flow.source, flow.start, flow.end]);
      const known = here.get(key);
      here.set(key, known === undefined || flow.label ? flow : known);
      flows.set(container, here);
    }
  }
  return flows;
}

/** The legs of an edge from its source to its target, each in the container it runs through. */
function legsOf(bundle: Bundle, tree: Tree): [string, Flow][] {
  const { source, target } = bundle;
  const from = [ROOT, ...(tree.around.get(source) ?? []), source];
  const to = [ROOT, ...(tree.around.get(target) ?? []), target];
  let common = 0;
  while (from[common + 1] === to[common + 1]) {
    common += 1;
  }
  const leg = (depth: number, chain: readonly string[]): string => chain[depth] ?? ROOT;
  const legs: [string, Flow][] = [];
  for (let depth = from.length - 2; depth > common; depth--) {
    legs.push([leg(depth, from), { source, start: leg(depth + 1, from), end: null, label: '' }]);
  }
  const [start, end] = [leg(common + 1, from), leg(common + 1, to)];
  legs.push([leg(common, from), { source, start, end, label: bundle.label }]);
  for (let depth = common + 1; depth < to.length - 1; depth++) {
    legs.push([leg(depth, to), { source, start: null, end: leg(depth + 1, to), label: '' }]);
  }
  return legs;
}

// ------------------------------------------------------------------------------------- from the outside in

function placesOf(
  tree: Tree,
  arranged: ReadonlyMap<string, Arranged>,
  orientation: Orientation
): Pick<Layout, 'boxes' | 'groups'> {
  const boxes = new Map<string, Box>();
  const groups = new Map<string, GroupBox>();
  const visit = (id: string, knots: readonly Knot[], left: number, top: number, depth: number) => {
    const places = arranged.get(id)?.places;
    for (const { id: knot, name, inside } of knots) {
      const place = places?.get(knot);
      if (place === undefined) {
        continue;
      }
      const { width, height, layer, ...at } = turnedBox(orientation, place);
      const [x, y] = [left + at.x, top + at.y];
      if (inside === null) {
        boxes.set(knot, { id: knot, name, x, y, width, layer });
      } else {
        groups.set(knot, { id: knot, name, x, y, width, height, depth });
        visit(knot, inside, x, y, depth + 1);
      }
    }
  };
  visit(ROOT, tree.top, 0, 0, 0);
  return { boxes, groups };
}

function routeOf(
  bundle: Bundle,
  tree: Tree,
  arranged: ReadonlyMap<string, Arranged>,
  groups: ReadonlyMap<string, GroupBox>,
  orientation: Orientation
): Route {
  let path = '';
  let end: [number, number] = [0, 0];
  let labelAt: [number, number] = [0, 0];
  for (const [container, flow] of legsOf(bundle, tree)) {
    const way = arranged.get(container)?.wayOf(flow);
    const { x: left, y: top } = groups.get(container) ?? { x: 0, y: 0 };
    if (way === undefined) {
      continue;
    }
    const onPage = (x: number, y: number): [number, number] => {
      const [right, down] = turned(orientation, x, y);
      return [left + right, top + down];
    };
    end = onPage(...way.from);
    path += path === '' ? `M${point(end)}` : '';
    for (const step of way.steps) {
      const next = onPage(step.x, step.y);
      path += drawn(step, onPage);
      if (flow.start !== null && flow.end !== null && step.kind === 'curve') {
        labelAt = [(end[0] + next[0]) / 2, (end[1] + next[1]) / 2];
      }
      end = next;
    }
  }
  const { source, target, certain, reasons, label } = bundle;
  return { source, target, certain, reasons, path, end, label, labelAt };
}

/**
 * Words on edges that share a part of their way would lie upon each other: they are stacked there,
 * in the order in which their edges end.
 */
function withWordsApart(routes: readonly Route[]): Route[] {
  const stacks: Route[][] = [];
  const worded = routes.filter(route => route.label !== '');
  for (const route of worded.sort((a, b) => a.end[1] - b.end[1])) {
    const stack = stacks.find(([first]) => first !== undefined && areOverlapping(first, route));
    if (stack === undefined) {
      stacks.push([route]);
    } else {
      stack.push(route);
    }
  }
  const moved = new Map<Route, Route>();
  for (const stack of stacks) {
    stack.forEach((route, place) => {
      const up = (place - (stack.length - 1) / 2) * LABEL_STEP;
      moved.set(route, { ...route, labelAt: [route.labelAt[0], route.labelAt[1] + up] });
    });
  }
  return routes.map(route => moved.get(route) ?? route);
}

function areOverlapping(a: Route, b: Route): boolean {
  const wide = (labelWidth(a.label) + labelWidth(b.label)) / 2;
  const [dx, dy] = [a.labelAt[0] - b.labelAt[0], a.labelAt[1] - b.labelAt[1]];
  return Math.abs(dx) < wide && Math.abs(dy) < LABEL_STEP;
}

function drawn(step: Step, onPage: (x: number, y: number) => [number, number]): string {
  const to = point(onPage(step.x, step.y));
  if (step.kind === 'line') {
    return `L${to}`;
  }
  const [x1, y1, x2, y2] = step.bends;
  return `C${point(onPage(x1, y1))} ${point(onPage(x2, y2))} ${to}`;
}

function point([x, y]: readonly [number, number]): string {
  return `${round(x)} ${round(y)}`;
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}
