/**
 * Where an arrow key leads on the graph: along edges the way they run, and across them to what stands there.
 * The heads of open groups are stops on the way. Pure.
 */
import { GROUP_HEAD, NODE_HEIGHT, type Layout } from './layout';
import { turnedBox } from './orientation';
import type { Rect } from './viewport';

export type Direction = 'left' | 'right' | 'up' | 'down';

interface Stop extends Rect {
  readonly id: string;
  readonly layer: number;
}

/** The task or group that `direction` leads to from `id`, or null at the border. */
export function neighbour(layout: Layout, id: string, direction: Direction): string | null {
  const from = stop(layout, id);
  if (from === null) {
    return first(layout);
  }
  const isForwards = direction === 'right' || direction === 'down';
  const isSideways = direction === 'left' || direction === 'right';
  return isSideways === (layout.orientation === 'right')
    ? alongEdges(layout, from, isForwards)
    : across(layout, from, isForwards ? 1 : -1);
}

/** Where a keyboard begins: the top of the first layer. */
export function first(layout: Layout): string | null {
  const stops = [...layout.boxes.keys()].map(id => stop(layout, id)).filter(one => one !== null);
  stops.sort(comparePlaces);
  return stops[0]?.id ?? null;
}

/** The place of a task, a closed group, or the head of an open one; null if there is no such thing. */
export function stopRect(layout: Layout, id: string): Rect | null {
  const found = stop(layout, id);
  return found === null ? null : turnedBox(layout.orientation, found);
}

/** As edges run: x along them, y across. */
function stop(layout: Layout, id: string): Stop | null {
  const box = layout.boxes.get(id);
  const group = layout.groups.get(id);
  if (box !== undefined) {
    const { x, y, width, layer } = box;
    return turnedBox(layout.orientation, { id, x, y, width, height: NODE_HEIGHT, layer });
  }
  if (group === undefined) {
    return null;
  }
  const { x, y, width } = group;
  return turnedBox(layout.orientation, { id, x, y, width, height: GROUP_HEAD, layer: -1 });
}

function across(layout: Layout, from: Stop, sign: 1 | -1): string | null {
  const ids = [...layout.boxes.keys(), ...layout.groups.keys()];
  const stops = ids.map(id => stop(layout, id)).filter(one => one !== null);
  const ahead = stops.filter(one => one.id !== from.id && sign * (one.y - from.y) > 0);
  const near = ahead.filter(one => one.x < from.x + from.width && from.x < one.x + one.width);
  near.sort((a, b) => sign * (a.y - b.y) || Math.abs(a.x - from.x) - Math.abs(b.x - from.x));
  if (near[0] !== undefined || layout.groups.size) {
    return near[0]?.id ?? null;
  }
  const inLayer = stops.filter(
    one => one.layer === from.layer && one.id !== from.id && sign * comparePlaces(one, from) > 0
  );
  inLayer.sort((a, b) => sign * comparePlaces(a, b));
  return inLayer[0]?.id ?? null;
}

function alongEdges(layout: Layout, from: Stop, isForwards: boolean): string | null {
  const ids = layout.routes
    .filter(route => (isForwards ? route.source : route.target) === from.id)
    .map(route => (isForwards ? route.target : route.source));
  const stops = ids.map(id => stop(layout, id)).filter(one => one !== null);
  const away = (one: Stop): number => Math.abs(one.x - from.x);
  stops.sort((a, b) => away(a) - away(b) || Math.abs(a.y - from.y) - Math.abs(b.y - from.y));
  return stops[0]?.id ?? null;
}

/** In a block of columns one reads down the first column, then the next. */
function comparePlaces(a: Rect, b: Rect): number {
  return a.x - b.x || a.y - b.y;
}
