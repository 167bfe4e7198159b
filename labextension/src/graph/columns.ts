/**
 * The columns of a container, one a layer: where each begins along the edges, how large its nodes are, and which
 * layers are so large that they become a block. Pure.
 */
import { textWidth } from './measure';
import type { Orientation } from './orientation';

export const NODE_HEIGHT = 46;
/** Room for a state with its time. */
const NARROWEST = 164;
const WIDEST = 240;
/** What stands beside the text of a node: icon and padding. */
const BESIDE_TEXT = 52;
/** Between two layers. */
const GAP_ALONG = { right: 52, down: 46 };
/** Between two nodes of a layer. */
const GAP_ACROSS = { right: 18, down: 26 };
/** A layer with more nodes than this is laid out as a block of several columns. */
const MOST_IN_LAYER = { right: 40, down: 16 };
export const BLOCK_GAP = 24;
const WIDEST_LABEL = 180;
const LABEL_HEIGHT = 22;
/** Of a screen. */
const HEIGHT_BY_WIDTH = 9 / 16;

/** What a column has to know of a part: a node has no size of its own. */
interface Sized {
  readonly name: string;
  readonly inside: { readonly width: number; readonly height: number } | null;
}

export interface Column {
  readonly x: number;
  readonly width: number;
  /** How large a node of this layer is along the edges, and across them. */
  readonly node: number;
  readonly across: number;
  readonly gap: number;
  /** How many nodes stand beside each other across the edges in a block; null where the layer is no block. */
  readonly rows: number | null;
}

/** An edge that ends at the part `end`, with the word on it. */
interface Ending {
  readonly end: string | null;
  readonly label: string;
}

export function columnsOf(
  layers: readonly (readonly string[])[],
  parts: ReadonlyMap<string, Sized>,
  endings: readonly Ending[],
  left: number,
  orientation: Orientation
): Column[] {
  const layerOf = new Map(layers.flatMap((layer, at) => layer.map(id => [id, at] as const)));
  const room = roomBefore(endings, layerOf, layers.length, orientation);
  const gap = GAP_ACROSS[orientation];
  let x = left;
  return layers.map((layer, at) => {
    const here = layer.map(id => parts.get(id)).filter(part => part !== undefined);
    const wide = nodeWidth(here);
    const [node, across] = orientation === 'right' ? [wide, NODE_HEIGHT] : [NODE_HEIGHT, wide];
    const rows = isBlock(here, orientation)
      ? rowsOfBlock(here.length, node + BLOCK_GAP, across + gap, orientation)
      : null;
    const lines = rows === null ? 1 : Math.ceil(here.length / rows);
    const nodes = here.some(part => part.inside === null)
      ? lines * (node + BLOCK_GAP) - BLOCK_GAP
      : 0;
    const width = Math.max(nodes, ...here.map(part => part.inside?.width ?? 0));
    const column = { x, width, node, across, gap, rows };
    x += width + GAP_ALONG[orientation] + (room[at + 1] ?? 0);
    return column;
  });
}

function isBlock(parts: readonly Sized[], orientation: Orientation): boolean {
  return parts.length > MOST_IN_LAYER[orientation] && parts.every(part => part.inside === null);
}

/** How many nodes stand beside each other in a block, so that it is about as wide as a screen is. */
function rowsOfBlock(
  size: number,
  along: number,
  across: number,
  orientation: Orientation
): number {
  const ratio = orientation === 'right' ? HEIGHT_BY_WIDTH : 1 / HEIGHT_BY_WIDTH;
  return Math.max(8, Math.ceil(Math.sqrt((size * along * ratio) / across)));
}

function nodeWidth(parts: readonly Sized[]): number {
  const names = parts.filter(part => part.inside === null).map(part => textWidth(part.name));
  const widest = Math.max(0, ...names) + BESIDE_TEXT;
  return Math.round(Math.min(WIDEST, Math.max(NARROWEST, widest)));
}

/** Where many edges run side by side they need room to be told apart, and labels need room to be read. */
function roomBefore(
  endings: readonly Ending[],
  layerOf: ReadonlyMap<string, number>,
  layers: number,
  orientation: Orientation
): number[] {
  const arriving = new Array<number>(layers).fill(0);
  const labels = new Array<number>(layers).fill(0);
  for (const { end, label } of endings) {
    const layer = end === null ? undefined : layerOf.get(end);
    if (layer !== undefined) {
      const room = orientation === 'right' ? labelWidth(label) : label && LABEL_HEIGHT;
      arriving[layer] = (arriving[layer] ?? 0) + 1;
      labels[layer] = Math.max(labels[layer] ?? 0, room || 0);
    }
  }
  return arriving.map((count, layer) => Math.max(Math.min(60, count * 2), labels[layer] ?? 0));
}

/** How wide the word on an edge is drawn. */
export function labelWidth(label: string): number {
  return label === '' ? 0 : Math.min(WIDEST_LABEL, textWidth(label) * (11 / 13) + 14);
}
