/** The arithmetic of the small picture of a whole graph. Pure. */
import { moved, type Rect, type Size, type View } from './viewport';

/** How large it is at most, in pixels. */
export const LARGEST: Size = { width: 176, height: 112 };
/** A window smaller than this has no room for it. */
const LEAST_WINDOW: Size = { width: 420, height: 260 };
/** Pixels of a graph that may be out of view before one needs it. */
const SLACK = 12;

/** How many pixels of the picture one of the graph is. */
export function scaleOf(graph: Size): number {
  return graph.width && graph.height
    ? Math.min(LARGEST.width / graph.width, LARGEST.height / graph.height, 0.25)
    : 0;
}

/** Whether some of the graph is out of view, and there is room to show where. */
export function isNeeded(graph: Size, view: View, window: Size): boolean {
  if (window.width < LEAST_WINDOW.width || window.height < LEAST_WINDOW.height) {
    return false;
  }
  const [right, bottom] = [view.x + graph.width * view.zoom, view.y + graph.height * view.zoom];
  return (
    view.x < -SLACK ||
    view.y < -SLACK ||
    right > window.width + SLACK ||
    bottom > window.height + SLACK
  );
}

/** What is in view, on the picture; cut off at its borders. */
export function frameOf(graph: Size, view: View, window: Size): Rect {
  const scale = scaleOf(graph);
  const [left, right] = stretch(-view.x, window.width, view.zoom, graph.width);
  const [top, bottom] = stretch(-view.y, window.height, view.zoom, graph.height);
  return {
    x: left * scale,
    y: top * scale,
    width: (right - left) * scale,
    height: (bottom - top) * scale
  };
}

/** The view whose middle is at (x, y) of the picture. */
export function viewAt(graph: Size, view: View, window: Size, x: number, y: number): View {
  const scale = scaleOf(graph) || 1;
  const middle = { x: view.x + (x / scale) * view.zoom, y: view.y + (y / scale) * view.zoom };
  return moved(view, window.width / 2 - middle.x, window.height / 2 - middle.y);
}

function stretch(start: number, length: number, zoom: number, most: number): [number, number] {
  const inside = (value: number): number => Math.min(most, Math.max(0, value));
  return [inside(start / zoom), inside((start + length) / zoom)];
}
