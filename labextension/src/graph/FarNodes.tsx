/** The tasks of a graph seen from afar: one path per state instead of a node each. */
import * as React from 'react';

import { NODE_HEIGHT, type Box, type Layout } from './layout';
import type { NodeStates } from './node-states';

function boxPath(box: Box): string {
  return `M${box.x} ${box.y}h${box.width}v${NODE_HEIGHT}h${-box.width}z`;
}

/** One path for the boxes of each state; those that a search has not found apart from those it has. */
export function farPaths(
  layout: Layout,
  states: NodeStates | null,
  found: ReadonlySet<string> | null = null
): { readonly state: string; readonly isDimmed: boolean; readonly path: string }[] {
  const paths = new Map<string, { state: string; isDimmed: boolean; parts: string[] }>();
  for (const box of layout.boxes.values()) {
    const state = states?.get(box.id)?.state ?? 'none';
    const isDimmed = found?.has(box.id) === false;
    const key = `${state} ${isDimmed}`;
    const known = paths.get(key) ?? { state, isDimmed, parts: [] };
    known.parts.push(boxPath(box));
    paths.set(key, known);
  }
  return [...paths.values()].map(({ parts, ...one }) => ({ ...one, path: parts.join('') }));
}

interface FarNodesProps {
  readonly layout: Layout;
  readonly states: NodeStates | null;
  readonly found: ReadonlySet<string> | null;
  readonly critical: ReadonlySet<string>;
  readonly onOpen: (id: string) => void;
  readonly onEnter: (id: string | null) => void;
}

export const FarNodes = React.memo(function FarNodes(props: FarNodesProps): React.JSX.Element {
  const { layout, states, found, critical, onOpen, onEnter } = props;
  const marked = [...critical].map(id => layout.boxes.get(id)).filter(box => box !== undefined);
  return (
    <g className="jp-nbflow-far">
      {farPaths(layout, states, found).map(({ state, isDimmed, path }) => (
        <path
          key={`${state} ${isDimmed}`}
          className="jp-nbflow-far-nodes"
          data-state={state}
          data-dimmed={isDimmed || undefined}
          d={path}
        />
      ))}
      {marked.length ? (
        <path className="jp-nbflow-far-critical" d={marked.map(boxPath).join('')} />
      ) : null}
      <FarTarget layout={layout} onOpen={onOpen} onEnter={onEnter} />
    </g>
  );
});

/** What answers a click on any of them: the place tells which. The keyboard has the nearest node instead. */
function FarTarget({
  layout,
  onOpen,
  onEnter
}: Pick<FarNodesProps, 'layout' | 'onOpen' | 'onEnter'>): React.JSX.Element {
  const taskAt = (event: React.MouseEvent<SVGRectElement>): string | null => {
    const matrix = event.currentTarget.getScreenCTM();
    if (matrix === null) {
      return null;
    }
    const { x, y } = new DOMPoint(event.clientX, event.clientY).matrixTransform(matrix.inverse());
    return boxAt(layout, x, y);
  };
  const open = (event: React.MouseEvent<SVGRectElement>): void => {
    const found = taskAt(event);
    if (found !== null) {
      onOpen(found);
    }
  };
  return (
    <rect
      className="jp-nbflow-far-target"
      width={layout.width}
      height={layout.height}
      fill="transparent"
      onClick={open}
      onPointerMove={event => onEnter(taskAt(event))}
      onPointerLeave={() => onEnter(null)}
    />
  );
}

/** The task whose box holds a point of the graph. */
export function boxAt(layout: Layout, x: number, y: number): string | null {
  for (const box of layout.boxes.values()) {
    if (x >= box.x && x <= box.x + box.width && y >= box.y && y <= box.y + NODE_HEIGHT) {
      return box.id;
    }
  }
  return null;
}
