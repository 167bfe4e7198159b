/**
 * Where the parts of one container stand (the whole graph, or one task group), and which way edges run between
 * them: layers from left to right, lanes for edges that pass a layer, ports on the sides for edges that come
 * from outside or lead there. Pure. What a part is made of inside is not known here.
 */
import { textWidth } from './measure';
import { stack } from './stack';

export const NODE_HEIGHT = 46;
/** Room for a state with its time. */
const NARROWEST = 164;
const WIDEST = 240;
/** What stands beside the text of a node: icon and padding. */
const BESIDE_TEXT = 52;
const GAP_X = 52;
const GAP_Y = 18;
const LANE = 10;
/** A layer with more nodes than this is laid out as a block of several columns. */
const TALLEST = 40;
const BLOCK_GAP = 24;
const MOST_LANES = 4000;
const SWEEPS = 4;
const WIDEST_LABEL = 180;

/** Something that stands in a container. A node's width follows from its layer, a group's from what is in it. */
export interface Part {
  readonly id: string;
  readonly name: string;
  readonly size: { readonly width: number; readonly height: number } | null;
  /** How far below its top an edge from `source` leaves on the right side, or arrives on the left. */
  readonly exitOf: (source: string) => number;
  readonly entryOf: (source: string) => number;
}

/** What runs from one part to another on behalf of the node `source`; null stands for the outside. */
export interface Flow {
  readonly source: string;
  readonly start: string | null;
  readonly end: string | null;
  readonly label: string;
}

/** What is left free on each side, and how wide the container is at least. */
export interface Frame {
  readonly left: number;
  readonly right: number;
  readonly top: number;
  readonly bottom: number;
  readonly least: number;
}

/** A stretch of an edge: straight, or a curve with its two control points. */
export type Step =
  | { readonly kind: 'line'; readonly x: number; readonly y: number }
  | {
      readonly kind: 'curve';
      readonly bends: readonly [number, number, number, number];
      readonly x: number;
      readonly y: number;
    };

export interface Way {
  readonly from: readonly [number, number];
  readonly steps: readonly Step[];
}

export interface Place {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
  readonly layer: number;
}

export interface Arranged {
  readonly width: number;
  readonly height: number;
  readonly places: ReadonlyMap<string, Place>;
  /** Where edges come in on the left side and go out on the right side, by the node they come from. */
  readonly entries: ReadonlyMap<string, number>;
  readonly exits: ReadonlyMap<string, number>;
  readonly wayOf: (flow: Flow) => Way;
}

/** Something that takes a place in a column: a part, a port, or the lane of an edge that passes the layer. */
interface Item {
  readonly layer: number;
  readonly height: number;
  readonly gap: number;
  y: number;
  before: Link[];
  after: Link[];
}

/** A neighbour of an item, and how far below the tops of both their connection meets them. */
interface Link {
  readonly other: Item;
  readonly here: number;
  readonly there: number;
}

interface Column {
  readonly x: number;
  readonly width: number;
  readonly node: number;
  /** How many nodes stand above each other in a block; null where the layer is no block. */
  readonly rows: number | null;
}

/** The two ends of a flow as items, and how far below their tops it meets them. */
interface Ends {
  readonly from: Item;
  readonly to: Item;
  readonly out: number;
  readonly into: number;
}

/** Arrange `parts`, whose ids stand in `layers` from left to right and from top to bottom. */
export function arrange(
  parts: ReadonlyMap<string, Part>,
  layers: readonly (readonly string[])[],
  flows: readonly Flow[],
  frame: Frame
): Arranged {
  return new Arrangement(parts, layers, flows, frame).result();
}

class Arrangement {
  private readonly items = new Map<string, Item>();
  private readonly entries = new Map<string, Item>();
  private readonly exits = new Map<string, Item>();
  private readonly lanes = new Map<string, Item>();
  private readonly columns: readonly Column[];
  private readonly width: number;
  private readonly height: number;

  constructor(
    private readonly parts: ReadonlyMap<string, Part>,
    private readonly layers: readonly (readonly string[])[],
    private readonly flows: readonly Flow[],
    private readonly frame: Frame
  ) {
    this.columns = this.makeColumns();
    const last = this.columns[this.columns.length - 1];
    this.width = last === undefined ? 0 : Math.max(frame.least, last.x + last.width + frame.right);
    this.makeItems();
    this.settleParts();
    this.thread();
    this.settleAll();
    this.height = this.moveToTop();
  }

  result(): Arranged {
    const yOf = (ports: ReadonlyMap<string, Item>): Map<string, number> =>
      new Map([...ports].map(([source, item]) => [source, item.y + LANE / 2]));
    return {
      width: this.width,
      height: this.height,
      places: this.places(),
      entries: yOf(this.entries),
      exits: yOf(this.exits),
      wayOf: flow => this.wayOf(flow)
    };
  }

  // -- columns

  private makeColumns(): Column[] {
    const layerOf = new Map(this.layers.flatMap((layer, at) => layer.map(id => [id, at] as const)));
    const room = roomBefore(this.flows, layerOf, this.layers.length);
    let { left: x } = this.frame;
    return this.layers.map((layer, at) => {
      const parts = layer.map(id => this.parts.get(id)).filter(part => part !== undefined);
      const node = nodeWidth(parts);
      const rows = isBlock(parts) ? rowsOfBlock(parts.length, node) : null;
      const across = rows === null ? 1 : Math.ceil(parts.length / rows);
      const nodes = parts.some(part => part.size === null)
        ? across * (node + BLOCK_GAP) - BLOCK_GAP
        : 0;
      const width = Math.max(nodes, ...parts.map(part => part.size?.width ?? 0));
      const column = { x, width, node, rows };
      x += width + GAP_X + (room[at + 1] ?? 0);
      return column;
    });
  }

  // -- vertical places

  private makeItems(): void {
    const heights = this.layers.map((layer, at) => this.layerHeight(layer, at));
    const tallest = Math.max(0, ...heights);
    this.layers.forEach((layer, at) => {
      const rows = this.columns[at]?.rows ?? null;
      const top = (tallest - (heights[at] ?? 0)) / 2;
      let y = top;
      layer.forEach((id, place) => {
        const height = this.heightOf(id);
        y = rows !== null && place % rows === 0 ? top : y;
        this.items.set(id, newItem(at, height, GAP_Y, y));
        y += height + GAP_Y;
      });
    });
  }

  private layerHeight(layer: readonly string[], at: number): number {
    const rows = this.columns[at]?.rows ?? null;
    return rows === null
      ? layer.reduce((sum, id) => sum + this.heightOf(id) + GAP_Y, -GAP_Y)
      : rows * (NODE_HEIGHT + GAP_Y) - GAP_Y;
  }

  private heightOf(id: string): number {
    return this.parts.get(id)?.size?.height ?? NODE_HEIGHT;
  }

  /** The parts find their places among themselves, before edges that pass them ask for room. */
  private settleParts(): void {
    for (const flow of this.flows) {
      if (flow.start !== null && flow.end !== null) {
        const ends = this.endsOf(flow);
        if (ends !== null && ends.from.layer < ends.to.layer) {
          connect(ends.from, ends.to, ends.out, ends.into);
        }
      }
    }
    sweep(this.movable(this.itemColumns()));
  }

  /** Layers of parts as items; blocks keep their rows. */
  private itemColumns(): Item[][] {
    return this.layers.map(layer =>
      layer.map(id => this.items.get(id)).filter(item => item !== undefined)
    );
  }

  private movable(columns: readonly Item[][]): Item[][] {
    return columns.filter((_, at) => (this.columns[at]?.rows ?? null) === null);
  }

  private endsOf(flow: Flow): Ends | null {
    const from = flow.start === null ? this.entry(flow.source) : this.items.get(flow.start);
    const to = flow.end === null ? this.exit(flow.source) : this.items.get(flow.end);
    if (from === undefined || to === undefined) {
      return null;
    }
    const out = this.parts.get(flow.start ?? '')?.exitOf(flow.source) ?? LANE / 2;
    const into = this.parts.get(flow.end ?? '')?.entryOf(flow.source) ?? LANE / 2;
    return { from, to, out, into };
  }

  private entry(source: string): Item {
    return port(this.entries, source, -1);
  }

  private exit(source: string): Item {
    return port(this.exits, source, this.layers.length);
  }

  /** Lead every flow through the layers it passes: lanes take a place in them like a part. */
  private thread(): void {
    for (const item of this.items.values()) {
      item.before = [];
      item.after = [];
    }
    const hasBlock = this.columns.some(column => column.rows !== null);
    const connected = new Set<string>();
    for (const flow of this.flows) {
      const ends = this.endsOf(flow);
      if (ends === null) {
        continue;
      }
      placePort(ends.from, ends.to, ends.into);
      placePort(ends.to, ends.from, ends.out);
      this.threadOne(flow, ends, hasBlock, connected);
    }
  }

  private threadOne(flow: Flow, ends: Ends, hasBlock: boolean, connected: Set<string>): void {
    const { from, to, out, into } = ends;
    let [previous, at, name] = [from, out, flow.start ?? 'in'];
    for (const layer of hasBlock ? [] : passed(from.layer, to.layer)) {
      const key = laneKey(flow.source, layer, to.layer <= from.layer);
      const known = this.lanes.get(key);
      if (known === undefined && this.lanes.size >= MOST_LANES) {
        break;
      }
      const part = (layer - from.layer) / (to.layer - from.layer || 1);
      const straight = from.y + out + (to.y + into - from.y - out) * part - LANE / 2;
      const lane = known ?? newItem(layer, LANE, LANE, straight);
      this.lanes.set(key, lane);
      if (!connected.has(`${name}\n${key}`)) {
        connected.add(`${name}\n${key}`);
        connect(previous, lane, at, LANE / 2);
      }
      [previous, at, name] = [lane, LANE / 2, key];
    }
    connect(previous, to, at, into);
  }

  private settleAll(): void {
    if (!this.lanes.size && !this.entries.size && !this.exits.size) {
      return;
    }
    const columns = this.itemColumns();
    for (const lane of this.lanes.values()) {
      columns[lane.layer]?.push(lane);
    }
    columns.forEach((column, at) => {
      if ((this.columns[at]?.rows ?? null) === null) {
        column.sort(byCentre);
      }
    });
    const entries = [...this.entries.values()].sort(byCentre);
    const exits = [...this.exits.values()].sort(byCentre);
    sweep([entries, ...this.movable(columns), exits]);
  }

  /** Move everything below the padding; gives the height of it all. */
  private moveToTop(): number {
    const all = [this.items, this.lanes, this.entries, this.exits].flatMap(map => [
      ...map.values()
    ]);
    if (!all.length) {
      return 0;
    }
    const top = all.reduce((least, item) => Math.min(least, item.y), Infinity);
    let bottom = 0;
    for (const item of all) {
      item.y += this.frame.top - top;
      bottom = Math.max(bottom, item.y + item.height);
    }
    return bottom + this.frame.bottom;
  }

  // -- what comes of it

  private places(): Map<string, Place> {
    const places = new Map<string, Place>();
    this.layers.forEach((layer, at) => {
      const column = this.columns[at];
      layer.forEach((id, place) => {
        const item = this.items.get(id);
        if (column !== undefined && item !== undefined) {
          const across = column.rows === null ? 0 : Math.floor(place / column.rows);
          const x = column.x + across * (column.node + BLOCK_GAP);
          const width = this.parts.get(id)?.size?.width ?? column.node;
          places.set(id, { x, y: item.y, width, height: item.height, layer: at });
        }
      });
    });
    return places;
  }

  private wayOf(flow: Flow): Way {
    const ends = this.endsOf(flow);
    if (ends === null) {
      return { from: [0, 0], steps: [] };
    }
    const { from, to, out, into } = ends;
    const pen = new Pen(...this.startOf(flow, from.y + out));
    if (this.columns[from.layer]?.rows === null) {
      const column = this.columns[from.layer];
      pen.lineTo(column === undefined ? 0 : column.x + column.width);
    }
    const isBack = to.layer <= from.layer;
    for (const layer of passed(from.layer, to.layer)) {
      const lane = this.lanes.get(laneKey(flow.source, layer, isBack));
      const column = this.columns[layer];
      if (lane !== undefined && column !== undefined) {
        const [left, right] = [column.x, column.x + column.width];
        pen.curveTo(isBack ? right : left, lane.y + LANE / 2, isBack);
        pen.lineTo(isBack ? left : right);
      }
    }
    pen.curveTo(this.endOf(flow), to.y + into, false);
    return { from: pen.from, steps: pen.steps };
  }

  private startOf(flow: Flow, y: number): [number, number] {
    const place = flow.start === null ? undefined : this.placeOf(flow.start);
    return [place === undefined ? 0 : place.x + place.width, y];
  }

  private endOf(flow: Flow): number {
    return flow.end === null ? this.width : (this.placeOf(flow.end)?.x ?? 0);
  }

  private known: ReadonlyMap<string, Place> | null = null;

  private placeOf(id: string): Place | undefined {
    this.known ??= this.places();
    return this.known.get(id);
  }
}

/** Draws a way from left to right; backwards where it has to. */
class Pen {
  readonly from: readonly [number, number];
  readonly steps: Step[] = [];
  private isBack = false;

  constructor(
    private x: number,
    private y: number
  ) {
    this.from = [x, y];
  }

  lineTo(x: number): void {
    if (Math.abs(x - this.x) > 0.5) {
      this.steps.push({ kind: 'line', x, y: this.y });
      this.x = x;
    }
  }

  /** A curve that leaves the way it came, and arrives going right, or left if `isBack`. */
  curveTo(x: number, y: number, isBack: boolean): void {
    const bend = this.isBack === isBack ? Math.max(16, Math.abs(x - this.x) / 2) : 28;
    const bends = [
      this.x + (this.isBack ? -bend : bend),
      this.y,
      x + (isBack ? bend : -bend),
      y
    ] as const;
    this.steps.push({ kind: 'curve', bends, x, y });
    [this.x, this.y, this.isBack] = [x, y, isBack];
  }
}

// ---------------------------------------------------------------------------------------------- columns

function isBlock(parts: readonly Part[]): boolean {
  return parts.length > TALLEST && parts.every(part => part.size === null);
}

/** How many nodes stand above each other in a block, so that it is about as wide as a screen is. */
function rowsOfBlock(size: number, width: number): number {
  const ratio = 9 / 16;
  const rows = Math.sqrt((size * (width + BLOCK_GAP) * ratio) / (NODE_HEIGHT + GAP_Y));
  return Math.max(8, Math.ceil(rows));
}

function nodeWidth(parts: readonly Part[]): number {
  const names = parts.filter(part => part.size === null).map(part => textWidth(part.name));
  const widest = Math.max(0, ...names) + BESIDE_TEXT;
  return Math.round(Math.min(WIDEST, Math.max(NARROWEST, widest)));
}

/** Where many edges run side by side they need room to be told apart, and labels need room to be read. */
function roomBefore(
  flows: readonly Flow[],
  layerOf: ReadonlyMap<string, number>,
  layers: number
): number[] {
  const arriving = new Array<number>(layers).fill(0);
  const labels = new Array<number>(layers).fill(0);
  for (const { end, label } of flows) {
    const layer = end === null ? undefined : layerOf.get(end);
    if (layer !== undefined) {
      arriving[layer] = (arriving[layer] ?? 0) + 1;
      labels[layer] = Math.max(labels[layer] ?? 0, labelWidth(label));
    }
  }
  return arriving.map((count, layer) => Math.max(Math.min(60, count * 2), labels[layer] ?? 0));
}

/** How wide the word on an edge is drawn. */
export function labelWidth(label: string): number {
  return label === '' ? 0 : Math.min(WIDEST_LABEL, textWidth(label) * (11 / 13) + 14);
}

// --------------------------------------------------------------------------------------- vertical places

function newItem(layer: number, height: number, gap: number, y: number): Item {
  return { layer, height, gap, y, before: [], after: [] };
}

function port(ports: Map<string, Item>, source: string, layer: number): Item {
  const known = ports.get(source) ?? newItem(layer, LANE, LANE, NaN);
  ports.set(source, known);
  return known;
}

/** A port begins at the height of what it leads to, or comes from. */
function placePort(item: Item, other: Item, at: number): void {
  if (Number.isNaN(item.y)) {
    item.y = other.y + at - LANE / 2;
  }
}

function connect(from: Item, to: Item, out: number, into: number): void {
  from.after.push({ other: to, here: out, there: into });
  to.before.push({ other: from, here: into, there: out });
}

function laneKey(source: string, layer: number, isBack: boolean): string {
  return `${isBack ? '<' : ''}${layer}/${source}`;
}

/** The layers that an edge runs through: those between, or, where it leads back, all from right to left. */
function passed(from: number, to: number): number[] {
  return to > from
    ? Array.from({ length: to - from - 1 }, (_, i) => from + 1 + i)
    : Array.from({ length: from - to + 1 }, (_, i) => from - i);
}

function byCentre(a: Item, b: Item): number {
  return a.y + a.height / 2 - (b.y + b.height / 2);
}

/** Draw each column to where its neighbours are, to and fro; the order within a column stays. */
function sweep(columns: readonly (readonly Item[])[]): void {
  const backwards = [...columns].reverse();
  for (let i = 0; i < SWEEPS; i++) {
    columns.forEach(column => settle(column, item => item.before));
    backwards.forEach(column => settle(column, item => item.after));
  }
  columns.forEach(column => settle(column, item => [...item.before, ...item.after]));
}

function settle(column: readonly Item[], linksOf: (item: Item) => readonly Link[]): void {
  const wanted = column.map(item => {
    const links = linksOf(item);
    if (!links.length) {
      return item.y;
    }
    const sum = links.reduce((all, { other, here, there }) => all + other.y + there - here, 0);
    return sum / links.length;
  });
  const placed = stack(
    wanted,
    column.map(item => item.height + item.gap)
  );
  column.forEach((item, place) => {
    item.y = placed[place] ?? item.y;
  });
}
