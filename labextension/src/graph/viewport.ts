/** The part of the graph that is in view: zooming, moving and fitting as arithmetic. Pure. */

/** A point p of the graph is drawn at (x, y) + zoom * p. */
export interface View {
  readonly x: number;
  readonly y: number;
  readonly zoom: number;
}

export interface Size {
  readonly width: number;
  readonly height: number;
}

export interface Rect extends Size {
  readonly x: number;
  readonly y: number;
}

export const CLOSEST = 2.5;
export const FARTHEST = 0.02;
/** Below this zoom a node is a coloured mark without words. */
export const TOO_SMALL_TO_READ = 0.42;
/** Down to this zoom words are read without effort. */
const WELL_READ = 0.78;
/** Pixels between a graph and the window's border. */
const MARGIN = 24;

/** A view of a graph in a line of text, to come back to it. */
export function viewToText(view: View, graph: Size): string {
  const numbers = [view.x, view.y, view.zoom, graph.width, graph.height];
  return numbers.map(number => Number(number.toFixed(3))).join(' ');
}

/** The view that a text keeps; null if it is none of a graph of this size. */
export function viewFromText(text: string, graph: Size): View | null {
  const [x = NaN, y = NaN, zoom = NaN, width, height] = text.split(' ').map(Number);
  const isOfIt =
    width === Number(graph.width.toFixed(3)) && height === Number(graph.height.toFixed(3));
  return isOfIt && [x, y].every(Number.isFinite) && zoom > 0 ? { x, y, zoom: clamp(zoom) } : null;
}

/** All of the graph in view, in the middle, never enlarged. */
export function fit(graph: Size, window: Size): View {
  if (!graph.width || !graph.height || !window.width || !window.height) {
    return { x: 0, y: 0, zoom: 1 };
  }
  const zoom = clamp(Math.min(window.width / graph.width, window.height / graph.height, 1));
  return {
    zoom,
    x: (window.width - graph.width * zoom) / 2,
    y: (window.height - graph.height * zoom) / 2
  };
}

/**
 * What one sees first: all of the graph if that can be read, else what is around `start`, with as little beyond the
 * graph's borders as can be.
 */
export function opening(graph: Size, start: Rect | null, window: Size): View {
  const whole = fit(graph, window);
  if (start === null || whole.zoom >= TOO_SMALL_TO_READ) {
    return whole;
  }
  const { x, y, zoom } = centredOn(whole, start, window);
  return {
    zoom,
    x: inside(x, graph.width * zoom, window.width),
    y: inside(y, graph.height * zoom, window.height)
  };
}

/** The place of something `length` long that begins near `start`: in the middle of a window that has room for it. */
function inside(start: number, length: number, window: number): number {
  return length <= window
    ? (window - length) / 2
    : Math.min(MARGIN, Math.max(window - length - MARGIN, start));
}

/** Nearer (`factor` above 1) or farther, with the point under (x, y) staying where it is. */
export function zoomAt(view: View, factor: number, x: number, y: number): View {
  const zoom = clamp(view.zoom * factor);
  const by = zoom / view.zoom;
  return { zoom, x: x - (x - view.x) * by, y: y - (y - view.y) * by };
}

export function moved(view: View, dx: number, dy: number): View {
  return { ...view, x: view.x + dx, y: view.y + dy };
}

/** Moved as little as possible so that `rect` of the graph is in view; the same view if it is. */
export function revealing(view: View, rect: Rect, window: Size, margin = MARGIN): View {
  const left = view.x + rect.x * view.zoom;
  const top = view.y + rect.y * view.zoom;
  const dx = intoRange(left, left + rect.width * view.zoom, margin, window.width - margin);
  const dy = intoRange(top, top + rect.height * view.zoom, margin, window.height - margin);
  return dx || dy ? moved(view, dx, dy) : view;
}

/** With the middle of `rect` in the middle, near enough to be read. */
export function centredOn(view: View, rect: Rect, window: Size): View {
  const zoom = clamp(Math.max(view.zoom, WELL_READ));
  return {
    zoom,
    x: window.width / 2 - (rect.x + rect.width / 2) * zoom,
    y: window.height / 2 - (rect.y + rect.height / 2) * zoom
  };
}

/**
 * All of the graph in the middle, no nearer than before, if it can be read well like that; else the same zoom,
 * moved until `rect` is in view.
 */
export function inView(view: View, graph: Size, rect: Rect, window: Size): View {
  const zoom = Math.min(view.zoom, fit(graph, window).zoom);
  const [width, height] = [graph.width * zoom, graph.height * zoom];
  return zoom >= Math.min(view.zoom, WELL_READ)
    ? { zoom, x: (window.width - width) / 2, y: (window.height - height) / 2 }
    : revealing(view, rect, window);
}

/** The part of the graph that is seen, and a bit around it. */
export function visible(view: View, window: Size, around = 160): Rect {
  return {
    x: (-view.x - around) / view.zoom,
    y: (-view.y - around) / view.zoom,
    width: (window.width + 2 * around) / view.zoom,
    height: (window.height + 2 * around) / view.zoom
  };
}

export function overlaps(a: Rect, b: Rect): boolean {
  return a.x < b.x + b.width && b.x < a.x + a.width && a.y < b.y + b.height && b.y < a.y + a.height;
}

function intoRange(start: number, end: number, least: number, most: number): number {
  if (start < least) {
    return least - start;
  }
  return end > most ? Math.max(most - end, least - start) : 0;
}

function clamp(zoom: number): number {
  return Math.min(CLOSEST, Math.max(FARTHEST, zoom));
}
