/**
 * Where the tasks of a DAG stand and which way its edges run: layers from left to right. Pure. Layer and
 * row come from the server, so that every picture of a DAG is the same; what is decided here are
 * coordinates, and how edges that pass a layer get round the tasks in it.
 */
import type { EdgeView, TaskView } from '../wire';
import { givenOrOwnLayers } from './layers';
import { textWidth } from './measure';
import { stack } from './stack';

export type GraphTask = Pick<
  TaskView,
  'task_id' | 'kind' | 'operator' | 'trigger_rule' | 'upstream' | 'edges' | 'layer' | 'row'
>;

export interface Box {
  readonly id: string;
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly layer: number;
}

/** One edge: `path` is SVG path data, `end` where its arrow points. `certain`: nothing about it is guessed. */
export interface Route {
  readonly source: string;
  readonly target: string;
  readonly certain: boolean;
  readonly reasons: readonly EdgeView[];
  readonly path: string;
  readonly end: readonly [number, number];
}

export interface Layout {
  readonly boxes: ReadonlyMap<string, Box>;
  readonly routes: readonly Route[];
  readonly width: number;
  readonly height: number;
}

export const NODE_HEIGHT = 46;
/** Room for a state with its time. */
const NARROWEST = 164;
const WIDEST = 240;
/** What stands beside the text of a node: icon and padding. */
const BESIDE_TEXT = 52;
const GAP_X = 52;
const GAP_Y = 18;
const LANE = 10;
const MARGIN = 16;
/** A layer with more tasks than this is laid out as a block of several columns. */
const TALLEST = 40;
const BLOCK_GAP = 24;
const MOST_LANES = 4000;
const SWEEPS = 4;

/** Something that takes a place in a layer: a task, or the lane of an edge that passes the layer. */
interface Item {
  readonly layer: number;
  readonly height: number;
  y: number;
  readonly before: Item[];
  readonly after: Item[];
}

interface Column {
  x: number;
  width: number;
}

/** The layout of these tasks. Unknown upstream tasks are left out. */
export function layOut(tasks: readonly GraphTask[]): Layout {
  const layers = givenOrOwnLayers(tasks);
  const columns = columnsOf(layers, new Map(tasks.map(task => [task.task_id, task])));
  const items = itemsOf(layers, tasks);
  const lanes = layers.some(isBlock) ? new Map<string, Item>() : addLanes(items, tasks);
  arrange(items, lanes, layers);
  const boxes = boxesOf(items, layers, columns);
  const last = columns[columns.length - 1];
  const bottom = Math.max(0, ...[...boxes.values()].map(box => box.y + NODE_HEIGHT));
  const lowest = Math.max(bottom, ...[...lanes.values()].map(lane => lane.y + LANE));
  return {
    boxes,
    routes: routesOf(tasks, boxes, lanes, columns),
    width: last === undefined ? 0 : last.x + last.width + MARGIN,
    height: lowest + MARGIN
  };
}

function isBlock(layer: readonly string[]): boolean {
  return layer.length > TALLEST;
}

/** How many tasks stand above each other in a block, so that it is about as wide as a screen is. */
function rowsOfBlock(size: number, width: number): number {
  const ratio = 9 / 16;
  const rows = Math.sqrt((size * (width + BLOCK_GAP) * ratio) / (NODE_HEIGHT + GAP_Y));
  return Math.max(8, Math.ceil(rows));
}

function nodeWidth(layer: readonly string[]): number {
  const widest = Math.max(...layer.map(textWidth)) + BESIDE_TEXT;
  return Math.round(Math.min(WIDEST, Math.max(NARROWEST, widest)));
}

function columnsOf(
  layers: readonly (readonly string[])[],
  tasks: ReadonlyMap<string, GraphTask>
): (Column & { node: number })[] {
  let x = MARGIN;
  return layers.map((layer, index) => {
    const node = nodeWidth(layer);
    const parts = isBlock(layer) ? Math.ceil(layer.length / rowsOfBlock(layer.length, node)) : 1;
    const width = parts * (node + BLOCK_GAP) - BLOCK_GAP;
    const column = { x, width, node };
    const incoming = layers[index + 1]?.reduce(
      (sum, id) => sum + (tasks.get(id)?.upstream.length ?? 0),
      0
    );
    // Where many edges run side by side they need room to be told apart.
    x += width + GAP_X + Math.min(60, (incoming ?? 0) * 2);
    return column;
  });
}

// -------------------------------------------------------------------------------------- vertical places

function itemsOf(
  layers: readonly (readonly string[])[],
  tasks: readonly GraphTask[]
): Map<string, Item> {
  const items = new Map<string, Item>();
  layers.forEach((layer, index) => {
    for (const id of layer) {
      items.set(id, { layer: index, height: NODE_HEIGHT, y: 0, before: [], after: [] });
    }
  });
  for (const task of tasks) {
    for (const upstream of task.upstream) {
      connect(items.get(upstream), items.get(task.task_id));
    }
  }
  return items;
}

function connect(from: Item | undefined, to: Item | undefined): void {
  if (from !== undefined && to !== undefined) {
    from.after.push(to);
    to.before.push(from);
  }
}

/** Places for edges in the layers they pass, one per source and layer: edges of one source run together. */
function addLanes(
  items: ReadonlyMap<string, Item>,
  tasks: readonly GraphTask[]
): Map<string, Item> {
  const lanes = new Map<string, Item>();
  for (const task of tasks) {
    const to = items.get(task.task_id);
    for (const upstream of task.upstream) {
      const from = items.get(upstream);
      if (from === undefined || to === undefined) {
        continue;
      }
      for (let layer = from.layer + 1; layer < to.layer && lanes.size < MOST_LANES; layer++) {
        const key = laneKey(upstream, layer);
        if (!lanes.has(key)) {
          lanes.set(key, { layer, height: LANE, y: NaN, before: [], after: [] });
        }
      }
    }
  }
  return lanes;
}

function laneKey(source: string, layer: number): string {
  return `${layer}/${source}`;
}

/** Give every item its y: first the tasks, then the tasks with the lanes between them. */
function arrange(
  items: ReadonlyMap<string, Item>,
  lanes: ReadonlyMap<string, Item>,
  layers: readonly (readonly string[])[]
): void {
  const columns = layers.map(layer =>
    layer.map(id => items.get(id)).filter(item => item !== undefined)
  );
  const tallest = Math.max(0, ...layers.map(layerHeight));
  layers.forEach((layer, index) => startCentred(columns[index] ?? [], layer, tallest));
  const movable = columns.filter((_, index) => !isBlock(layers[index] ?? []));
  sweep(movable, SWEEPS);
  if (lanes.size) {
    threadLanes(items, lanes);
    for (const column of columns) {
      const layer = column[0]?.layer;
      column.push(...[...lanes.values()].filter(lane => lane.layer === layer));
      column.sort((a, b) => a.y + a.height / 2 - (b.y + b.height / 2));
    }
    sweep(columns, SWEEPS);
  }
  const top = Math.min(...[...items.values(), ...lanes.values()].map(item => item.y));
  for (const item of [...items.values(), ...lanes.values()]) {
    item.y += MARGIN - top;
  }
}

function layerHeight(layer: readonly string[]): number {
  const rows = isBlock(layer) ? rowsOfBlock(layer.length, nodeWidth(layer)) : layer.length;
  return rows * (NODE_HEIGHT + GAP_Y) - GAP_Y;
}

function startCentred(column: readonly Item[], layer: readonly string[], tallest: number): void {
  const rows = isBlock(layer) ? rowsOfBlock(layer.length, nodeWidth(layer)) : layer.length;
  const top = (tallest - layerHeight(layer)) / 2;
  column.forEach((item, place) => {
    item.y = top + (place % rows) * (NODE_HEIGHT + GAP_Y);
  });
}

/** Connect each lane with the one before it and after it, and start it on the straight line of its edge. */
function threadLanes(items: ReadonlyMap<string, Item>, lanes: ReadonlyMap<string, Item>): void {
  for (const [id, from] of items) {
    const targets = from.after.filter(to => to.layer > from.layer + 1);
    if (!targets.length) {
      continue;
    }
    from.after.splice(0, from.after.length, ...from.after.filter(to => to.layer <= from.layer + 1));
    for (const to of targets) {
      to.before.splice(to.before.indexOf(from), 1);
      let previous = from;
      for (let layer = from.layer + 1; layer < to.layer; layer++) {
        const lane = lanes.get(laneKey(id, layer));
        if (lane === undefined) {
          break;
        }
        if (Number.isNaN(lane.y)) {
          const part = (layer - from.layer) / (to.layer - from.layer);
          lane.y = from.y + (to.y - from.y) * part + (NODE_HEIGHT - LANE) / 2;
          connect(previous, lane);
        }
        previous = lane;
      }
      connect(previous, to);
    }
  }
}

/** Draw each column to where its neighbours are, to and fro; the order within a column stays. */
function sweep(columns: readonly (readonly Item[])[], times: number): void {
  const backwards = [...columns].reverse();
  for (let i = 0; i < times; i++) {
    columns.forEach(column => settle(column, item => item.before));
    backwards.forEach(column => settle(column, item => item.after));
  }
  columns.forEach(column => settle(column, item => [...item.before, ...item.after]));
}

function settle(column: readonly Item[], neighbours: (item: Item) => readonly Item[]): void {
  const wanted = column.map(item => {
    const others = neighbours(item);
    if (!others.length) {
      return item.y;
    }
    const centre =
      others.reduce((sum, other) => sum + other.y + other.height / 2, 0) / others.length;
    return centre - item.height / 2;
  });
  const heights = column.map(item => item.height + (item.height === LANE ? LANE : GAP_Y));
  const placed = stack(wanted, heights);
  column.forEach((item, place) => {
    item.y = placed[place] ?? item.y;
  });
}

// ------------------------------------------------------------------------------------- boxes and routes

function boxesOf(
  items: ReadonlyMap<string, Item>,
  layers: readonly (readonly string[])[],
  columns: readonly (Column & { node: number })[]
): Map<string, Box> {
  const boxes = new Map<string, Box>();
  layers.forEach((layer, index) => {
    const column = columns[index];
    const rows = isBlock(layer) ? rowsOfBlock(layer.length, nodeWidth(layer)) : layer.length;
    layer.forEach((id, place) => {
      const item = items.get(id);
      if (column !== undefined && item !== undefined) {
        const x = column.x + Math.floor(place / rows) * (column.node + BLOCK_GAP);
        boxes.set(id, { id, x, y: item.y, width: column.node, layer: index });
      }
    });
  });
  return boxes;
}

function routesOf(
  tasks: readonly GraphTask[],
  boxes: ReadonlyMap<string, Box>,
  lanes: ReadonlyMap<string, Item>,
  columns: readonly Column[]
): Route[] {
  const routes: Route[] = [];
  for (const task of tasks) {
    const to = boxes.get(task.task_id);
    for (const upstream of new Set(task.upstream)) {
      const from = boxes.get(upstream);
      if (from === undefined || to === undefined) {
        continue;
      }
      const reasons = task.edges.filter(edge => edge.upstream === upstream);
      routes.push({
        source: upstream,
        target: task.task_id,
        certain:
          !reasons.length || reasons.some(({ kind }) => kind === 'declared' || kind === 'certain'),
        reasons,
        path: pathOf(from, to, upstream, lanes, columns),
        end: [to.x, middle(to)]
      });
    }
  }
  return routes;
}

function middle(box: Box): number {
  return box.y + NODE_HEIGHT / 2;
}

function pathOf(
  from: Box,
  to: Box,
  source: string,
  lanes: ReadonlyMap<string, Item>,
  columns: readonly Column[]
): string {
  let [x, y] = [from.x + from.width, middle(from)];
  let path = `M${round(x)} ${round(y)}`;
  const curveTo = (toX: number, toY: number): void => {
    const bend = Math.max(16, (toX - x) / 2);
    path += `C${round(x + bend)} ${round(y)} ${round(toX - bend)} ${round(toY)} ${round(toX)} ${round(toY)}`;
    [x, y] = [toX, toY];
  };
  for (let layer = from.layer + 1; layer < to.layer; layer++) {
    const lane = lanes.get(laneKey(source, layer));
    const column = columns[layer];
    if (lane !== undefined && column !== undefined) {
      const laneY = lane.y + LANE / 2;
      curveTo(column.x, laneY);
      x = column.x + column.width;
      path += `L${round(x)} ${round(laneY)}`;
    }
  }
  curveTo(to.x, middle(to));
  return path;
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}
