/**
 * How what stands in a column finds its place across the edges: everything is drawn to where its neighbours are,
 * and keeps its order and its distance. Pure.
 */
import { stack } from './stack';

/** What an edge takes that passes a layer. */
export const LANE = 10;
const SWEEPS = 4;

/** Something that takes a place in a column: a part, a port, or the lane of an edge that passes the layer. */
export interface Item {
  readonly layer: number;
  readonly height: number;
  readonly gap: number;
  y: number;
  before: Link[];
  after: Link[];
}

/** A neighbour of an item, and how far below the tops of both their connection meets them. */
export interface Link {
  readonly other: Item;
  readonly here: number;
  readonly there: number;
}

export function newItem(layer: number, height: number, gap: number, y: number): Item {
  return { layer, height, gap, y, before: [], after: [] };
}

export function port(ports: Map<string, Item>, source: string, layer: number): Item {
  const known = ports.get(source) ?? newItem(layer, LANE, LANE, NaN);
  ports.set(source, known);
  return known;
}

/** A port begins at the height of what it leads to, or comes from. */
export function placePort(item: Item, other: Item, at: number): void {
  if (Number.isNaN(item.y)) {
    item.y = other.y + at - LANE / 2;
  }
}

export function connect(from: Item, to: Item, out: number, into: number): void {
  from.after.push({ other: to, here: out, there: into });
  to.before.push({ other: from, here: into, there: out });
}

export function byCentre(a: Item, b: Item): number {
  return a.y + a.height / 2 - (b.y + b.height / 2);
}

/** Draw each column to where its neighbours are, to and fro; the order within a column stays. */
export function sweep(columns: readonly (readonly Item[])[]): void {
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
