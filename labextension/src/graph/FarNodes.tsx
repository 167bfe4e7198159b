/** The tasks of a graph seen from afar: one path per state instead of a node each. */
import * as React from 'react';

import type { NodeStates } from '../reducer';
import { NODE_HEIGHT, type Box, type Layout } from './layout';

function boxPath(box: Box): string {
  return `M${box.x} ${box.y}h${box.width}v${NODE_HEIGHT}h${-box.width}z`;
}

export function FarNodes({
  layout,
  states,
  onOpen,
  onEnter
}: {
  layout: Layout;
  states: NodeStates | null;
  onOpen: (taskId: string) => void;
  onEnter: (taskId: string | null) => void;
}): React.JSX.Element {
  const byState = new Map<string, string[]>();
  for (const box of layout.boxes.values()) {
    const state = states?.get(box.id)?.state ?? 'none';
    const paths = byState.get(state);
    if (paths === undefined) {
      byState.set(state, [boxPath(box)]);
    } else {
      paths.push(boxPath(box));
    }
  }
  return (
    <g className="jp-nbflow-far">
      {[...byState].map(([state, paths]) => (
        <path key={state} className="jp-nbflow-far-nodes" data-state={state} d={paths.join('')} />
      ))}
      <FarTarget layout={layout} onOpen={onOpen} onEnter={onEnter} />
    </g>
  );
}

/** What answers a click on any of them: the place tells which. The keyboard has the nearest node instead. */
function FarTarget({
  layout,
  onOpen,
  onEnter
}: {
  layout: Layout;
  onOpen: (taskId: string) => void;
  onEnter: (taskId: string | null) => void;
}): React.JSX.Element {
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
