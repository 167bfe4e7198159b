/**
 * Where the parts of one container stand (the whole graph, or one task group), and which way edges run between
 * them: layers along the edges (x), nodes across them (y), lanes for edges that pass a layer, ports on the sides
 * for edges that come from outside or lead there. Pure. layout.ts turns it the way that is wanted.
 */
import { BLOCK_GAP, columnsOf, type Column } from './columns';
import type { Orientation } from './orientation';
import { byCentre, connect, LANE, newItem, placePort, port, sweep, type Item } from './settle';
import { Pen, type Way } from './way';

const MOST_LANES = 4000;

/** Something that stands in a container. A node's size follows from its layer, a group's from what is in it. */
export interface Part {
  readonly id: string;
  readonly name: string;
  readonly inside: Arranged | null;
}

/** What runs from one part to another on behalf of the node `source`; null stands for the outside. */
export interface Flow {
  readonly source: string;
  readonly start: string | null;
  readonly end: string | null;
  readonly label: string;
}

/** What is left free on each side, and how large the container is at least, along the edges and across. */
export interface Frame {
  readonly left: number;
  readonly right: number;
  readonly top: number;
  readonly bottom: number;
  readonly least: readonly [number, number];
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

/** The two ends of a flow as items, and how far below their tops it meets them. */
interface Ends {
  readonly from: Item;
  readonly to: Item;
  readonly out: number;
  readonly into: number;
}

/** Arrange `parts`, whose ids stand in `layers` along the edges, and in each in order across them. */
export function arrange(
  parts: ReadonlyMap<string, Part>,
  layers: readonly (readonly string[])[],
  flows: readonly Flow[],
  frame: Frame,
  orientation: Orientation
): Arranged {
  return new Arrangement(parts, layers, flows, frame, orientation).result();
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
    private readonly frame: Frame,
    orientation: Orientation
  ) {
    this.columns = columnsOf(layers, parts, flows, frame.left, orientation);
    const last = this.columns[this.columns.length - 1];
    this.width =
      last === undefined ? 0 : Math.max(frame.least[0], last.x + last.width + frame.right);
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

  // -- places across the edges

  private makeItems(): void {
    const heights = this.layers.map((layer, at) => this.layerHeight(layer, at));
    const tallest = Math.max(0, ...heights);
    this.layers.forEach((layer, at) => {
      const { rows = null, gap = 0 } = this.columns[at] ?? {};
      const top = (tallest - (heights[at] ?? 0)) / 2;
      let y = top;
      layer.forEach((id, place) => {
        const height = this.heightOf(id, at);
        y = rows !== null && place % rows === 0 ? top : y;
        this.items.set(id, newItem(at, height, gap, y));
        y += height + gap;
      });
    });
  }

  private layerHeight(layer: readonly string[], at: number): number {
    const { rows = null, gap = 0, across = 0 } = this.columns[at] ?? {};
    return rows === null
      ? layer.reduce((sum, id) => sum + this.heightOf(id, at) + gap, -gap)
      : rows * (across + gap) - gap;
  }

  private heightOf(id: string, at: number): number {
    return this.parts.get(id)?.inside?.height ?? this.columns[at]?.across ?? 0;
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
    const insideOf = (id: string | null) => this.parts.get(id ?? '')?.inside;
    const out = insideOf(flow.start)?.exits.get(flow.source) ?? from.height / 2;
    const into = insideOf(flow.end)?.entries.get(flow.source) ?? to.height / 2;
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
    return Math.max(this.frame.least[1], bottom + this.frame.bottom);
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
          const width = this.parts.get(id)?.inside?.width ?? column.node;
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

function laneKey(source: string, layer: number, isBack: boolean): string {
  return `${isBack ? '<' : ''}${layer}/${source}`;
}

/** The layers that an edge runs through: those between, or, where it leads back, all from right to left. */
function passed(from: number, to: number): number[] {
  return to > from
    ? Array.from({ length: to - from - 1 }, (_, i) => from + 1 + i)
    : Array.from({ length: from - to + 1 }, (_, i) => from - i);
}
