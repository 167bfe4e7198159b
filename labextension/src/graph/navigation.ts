/** Where an arrow key leads on the graph: along edges from left to right, within a layer up and down. Pure. */
import type { Box, Layout } from './layout';

export type Direction = 'left' | 'right' | 'up' | 'down';

/** The task that `direction` leads to from `id`, or null at the border. */
export function neighbour(layout: Layout, id: string, direction: Direction): string | null {
  const from = layout.boxes.get(id);
  if (from === undefined) {
    return first(layout);
  }
  if (direction === 'left' || direction === 'right') {
    return alongEdges(layout, from, direction);
  }
  const sign = direction === 'down' ? 1 : -1;
  const inLayer = [...layout.boxes.values()].filter(
    box => box.layer === from.layer && box.id !== id && sign * comparePlaces(box, from) > 0
  );
  inLayer.sort((a, b) => sign * comparePlaces(a, b));
  return inLayer[0]?.id ?? null;
}

/** Where a keyboard begins: the top of the first layer. */
export function first(layout: Layout): string | null {
  const boxes = [...layout.boxes.values()];
  boxes.sort((a, b) => a.layer - b.layer || comparePlaces(a, b));
  return boxes[0]?.id ?? null;
}

function alongEdges(layout: Layout, from: Box, direction: 'left' | 'right'): string | null {
  const ids = layout.routes
    .filter(route => (direction === 'right' ? route.source : route.target) === from.id)
    .map(route => (direction === 'right' ? route.target : route.source));
  const boxes = ids.map(id => layout.boxes.get(id)).filter(box => box !== undefined);
  boxes.sort((a, b) => distance(a, from) - distance(b, from));
  return boxes[0]?.id ?? null;
}

function distance(a: Box, b: Box): number {
  return Math.abs(a.layer - b.layer) * 1000 + Math.abs(a.y - b.y);
}

/** In a block of columns one reads down the first column, then the next. */
function comparePlaces(a: Box, b: Box): number {
  return a.x - b.x || a.y - b.y;
}
