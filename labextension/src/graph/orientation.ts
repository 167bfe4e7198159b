/** Which way the edges of a graph run, and how points and boxes are turned for it. Pure. */

/** From left to right, or from the top down. */
export type Orientation = 'right' | 'down';

/** From how arrange.ts reckons (x along the edges, y across them) to the page, and back: it is its own inverse. */
export function turned(orientation: Orientation, x: number, y: number): [number, number] {
  return orientation === 'right' ? [x, y] : [y, x];
}

interface Box {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/** The same for a box. */
export function turnedBox<T extends Box>(orientation: Orientation, box: T): T {
  const { x, y, width, height } = box;
  return orientation === 'right' ? box : { ...box, x: y, y: x, width: height, height: width };
}
