/** The whole graph small in a corner, with what is in view of it: press or drag to go elsewhere. */
import * as React from 'react';

import { farPaths } from './FarNodes';
import type { Layout } from './layout';
import type { NodeStates } from './node-states';
import { frameOf, isNeeded, scaleOf, viewAt } from './overview';
import type { Viewport } from './useViewport';

interface MinimapProps {
  readonly layout: Layout;
  readonly states: NodeStates | null;
  readonly viewport: Viewport;
}

/** For pointers alone: keys move along the edges of the graph itself. */
export function Minimap({ layout, states, viewport }: MinimapProps): React.JSX.Element | null {
  const { view, size, setView } = viewport;
  const isDown = React.useRef(false);
  if (!isNeeded(layout, view, size)) {
    return null;
  }
  const scale = scaleOf(layout);
  const frame = frameOf(layout, view, size);
  const go = (event: React.PointerEvent<SVGSVGElement>): void => {
    const { left, top } = event.currentTarget.getBoundingClientRect();
    setView((now, window) =>
      viewAt(layout, now, window, event.clientX - left, event.clientY - top)
    );
  };
  return (
    <div className="jp-nbflow-minimap" data-testid="nbflow-minimap" aria-hidden="true">
      <svg
        width={Math.ceil(layout.width * scale)}
        height={Math.ceil(layout.height * scale)}
        onPointerDown={event => {
          isDown.current = true;
          event.currentTarget.setPointerCapture(event.pointerId);
          go(event);
        }}
        onPointerMove={event => {
          if (isDown.current) {
            go(event);
          }
        }}
        onPointerUp={() => {
          isDown.current = false;
        }}
      >
        <g transform={`scale(${scale})`}>
          <Marks layout={layout} states={states} />
        </g>
        <rect className="jp-nbflow-minimap-frame" rx="2" {...frame} />
      </svg>
    </div>
  );
}

const Marks = React.memo(function Marks({
  layout,
  states
}: Pick<MinimapProps, 'layout' | 'states'>): React.JSX.Element {
  return (
    <>
      {[...layout.groups.values()].map(({ id, x, y, width, height }) => (
        <rect key={id} className="jp-nbflow-minimap-group" {...{ x, y, width, height }} rx="10" />
      ))}
      {farPaths(layout, states).map(({ state, path }) => (
        <path key={state} className="jp-nbflow-far-nodes" data-state={state} d={path} />
      ))}
    </>
  );
});
