/** All edges of a graph, in a few paths; on top, without ink, what the pointer can find of each. */
import * as React from 'react';

import { labelWidth } from './columns';
import type { Layout, Route } from './layout';
import { shortened } from './measure';
import type { Orientation } from './orientation';

/** More than these are drawn, but do not answer the pointer one by one. */
const MOST_ANSWERING = 1500;
/** Labels are set smaller than text is measured for. */
const LABEL_SCALE = 13 / 11;

function pathsOf(routes: readonly Route[]): string {
  return routes.map(route => route.path).join('');
}

function arrowsOf(routes: readonly Route[], orientation: Orientation): string {
  const ends = new Set(
    routes.map(({ end: [x, y] }) =>
      orientation === 'right'
        ? `M${x - 7} ${y - 4}L${x} ${y}L${x - 7} ${y + 4}z`
        : `M${x - 4} ${y - 7}L${x} ${y}L${x + 4} ${y - 7}z`
    )
  );
  return [...ends].join('');
}

export interface EdgesProps {
  readonly layout: Layout;
  /** Too small to be met by a pointer. */
  readonly isFar: boolean;
  readonly onEnter: (route: Route | null, at: readonly [number, number]) => void;
}

function EdgesAsDrawn({ layout, isFar, onEnter }: EdgesProps): React.JSX.Element {
  const certain = layout.routes.filter(route => route.certain);
  const guessed = layout.routes.filter(route => !route.certain);
  const answering = isFar || layout.routes.length > MOST_ANSWERING ? [] : layout.routes;
  return (
    <g className="jp-nbflow-edges">
      <path className="jp-nbflow-edge" d={pathsOf(certain)} />
      <path className="jp-nbflow-edge jp-mod-guessed" d={pathsOf(guessed)} />
      <path className="jp-nbflow-arrow" d={arrowsOf(layout.routes, layout.orientation)} />
      {answering.map(route => (
        <path
          key={`${route.source}\n${route.target}`}
          className="jp-nbflow-edge-hit"
          data-source={route.source}
          data-target={route.target}
          data-certain={route.certain}
          d={route.path}
          onPointerEnter={event => onEnter(route, [event.clientX, event.clientY])}
          onPointerLeave={() => onEnter(null, [0, 0])}
        />
      ))}
    </g>
  );
}

/** The words that people put on edges: above those too that are brought forward. */
function LabelsAsDrawn({ routes }: { routes: readonly Route[] }): React.JSX.Element {
  return (
    <g className="jp-nbflow-edge-labels">
      {routes.map(({ source, target, label, labelAt: [x, y] }) => {
        if (label === '') {
          return null;
        }
        const width = labelWidth(label);
        return (
          <g key={`${source}\n${target}`} transform={`translate(${x} ${y})`}>
            <rect x={-width / 2} y="-9" width={width} height="18" rx="9" />
            <text y="4" textAnchor="middle">
              {shortened(label, (width - 12) * LABEL_SCALE)}
            </text>
          </g>
        );
      })}
    </g>
  );
}

export const Edges = React.memo(EdgesAsDrawn);
export const EdgeLabels = React.memo(LabelsAsDrawn);

/** Some edges brought forward: those of one task, one edge, or the critical path. */
export function ActiveEdges({
  routes,
  orientation,
  look = 'jp-mod-active'
}: {
  routes: readonly Route[];
  orientation: Orientation;
  look?: 'jp-mod-active' | 'jp-mod-critical';
}): React.JSX.Element {
  const certain = routes.filter(route => route.certain);
  const guessed = routes.filter(route => !route.certain);
  return (
    <g className={`jp-nbflow-edges ${look}`}>
      <path className="jp-nbflow-edge" d={pathsOf(certain)} />
      <path className="jp-nbflow-edge jp-mod-guessed" d={pathsOf(guessed)} />
      <path className="jp-nbflow-arrow" d={arrowsOf(routes, orientation)} />
    </g>
  );
}
