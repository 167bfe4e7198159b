/**
 * A DAG as a picture to move about in: tasks with their states, edges with their reasons. Drawn as SVG, free of
 * JupyterLab, the same in the panel and in the widget. Where things stand is in layout.ts.
 */
import * as React from 'react';

import type { NodeStates } from '../reducer';
import { useTexts } from '../text';
import { ActiveEdges, Edges } from './Edges';
import { FarNodes } from './FarNodes';
import { EdgeTip, TaskTip, Tip } from './GraphTip';
import { layOut, NODE_HEIGHT, type Box, type GraphTask, type Layout, type Route } from './layout';
import { first, neighbour, type Direction } from './navigation';
import { TaskNode } from './TaskNode';
import { useNow } from './useNow';
import { useViewport, type Viewport } from './useViewport';
import {
  overlaps,
  revealing,
  TOO_SMALL_TO_READ,
  visible,
  zoomAt,
  type Rect,
  type Size,
  type View
} from './viewport';

export interface DagGraphProps {
  readonly dagId: string;
  readonly tasks: readonly GraphTask[];
  /** What became of the tasks in a run; null to show the definition. */
  readonly states: NodeStates | null;
  readonly selected: string | null;
  /** It stands in a page that scrolls: the wheel zooms only with the control key. */
  readonly isInPage?: boolean;
  readonly onOpen: (taskId: string) => void;
}

const ARROWS: Readonly<Record<string, Direction>> = {
  ArrowLeft: 'left',
  ArrowRight: 'right',
  ArrowUp: 'up',
  ArrowDown: 'down'
};
const STEP = 1.25;
/** Of more than these the words could not be read anyway; they are drawn as marks. */
const MOST_NODES = 220;

type Pointed = { task: string } | { route: Route; x: number; y: number } | null;

export function DagGraph(props: DagGraphProps): React.JSX.Element {
  const { dagId, tasks, states, selected, onOpen, isInPage = false } = props;
  const trans = useTexts();
  const ref = React.useRef<HTMLDivElement>(null);
  const layout = React.useMemo(() => layOut(tasks), [tasks]);
  const viewport = useViewport(ref, layout, isInPage);
  const [focused, setFocused] = React.useState<string | null>(null);
  const [pointed, setPointed] = React.useState<Pointed>(null);
  const now = useNow(isAnyRunning(states));
  const focusable = focused !== null && layout.boxes.has(focused) ? focused : first(layout);
  const { view, size } = viewport;
  const seen = React.useMemo(() => boxesIn(layout, view, size), [layout, view, size]);
  const isFar = view.zoom < TOO_SMALL_TO_READ || seen.size > MOST_NODES;
  const enterTask = React.useCallback(
    (task: string | null) => setPointed(before => pointedAt(task, before)),
    []
  );
  const enterEdge = useEnterEdge(ref, setPointed);
  useSelectedInView(layout, viewport, selected);
  const onKeyDown = useKeys({ layout, viewport, focusable, setFocused, onOpen, ref });
  return (
    // eslint-disable-next-line jsx-a11y/no-static-element-interactions -- the keys of the focused node
    <div className="jp-nbflow-graph" ref={ref} onKeyDown={onKeyDown} data-far={isFar || undefined}>
      <svg
        className="jp-nbflow-graph-canvas"
        role="group"
        aria-label={trans.__(
          'Graph of %1. Arrow keys move along the edges, Enter opens a task, plus, minus and zero zoom.',
          dagId
        )}
        {...viewport.pointer}
      >
        <g transform={`translate(${view.x} ${view.y}) scale(${view.zoom})`}>
          <Edges layout={layout} isFar={isFar} onEnter={enterEdge} />
          <ActiveEdges routes={activeRoutes(layout, pointed, selected)} />
          {isFar && (
            <FarNodes layout={layout} states={states} onOpen={onOpen} onEnter={enterTask} />
          )}
          {tasks.map(task => {
            const box = layout.boxes.get(task.task_id);
            const isMarked = task.task_id === focusable || task.task_id === selected;
            const isSeen = !isFar && seen.has(task.task_id);
            return box !== undefined && (isMarked || isSeen) ? (
              <TaskNode
                key={task.task_id}
                task={task}
                box={box}
                node={states === null ? undefined : (states.get(task.task_id) ?? NOT_THERE)}
                now={states?.get(task.task_id)?.state === 'running' ? now : 0}
                isSelected={task.task_id === selected}
                isFocusable={task.task_id === focusable}
                onOpen={onOpen}
                onEnter={enterTask}
              />
            ) : null;
          })}
        </g>
      </svg>
      <GraphTip {...{ pointed, layout, tasks, states, now, viewport, selected }} />
      <Tools viewport={viewport} />
    </div>
  );
}

/** The ids of the tasks in view. */
function boxesIn(layout: Layout, view: View, size: Size): ReadonlySet<string> {
  const window = visible(view, size);
  const boxes = [...layout.boxes.values()].filter(box => overlaps(window, rectOf(box)));
  return new Set(boxes.map(box => box.id));
}

/** The same object while the pointer stays on the task, so that nothing is drawn again. */
function pointedAt(task: string | null, before: Pointed): Pointed {
  if (task === null) {
    return null;
  }
  return before !== null && 'task' in before && before.task === task ? before : { task };
}

/** A task that the run has no instance of. */
const NOT_THERE = {
  state: 'none',
  message: '',
  instances: 0,
  finished: 0,
  started_at: null,
  ended_at: null
};

function isAnyRunning(states: NodeStates | null): boolean {
  return states !== null && [...states.values()].some(node => node.state === 'running');
}

function rectOf(box: Box | undefined): Rect {
  return box === undefined
    ? { x: NaN, y: NaN, width: 0, height: 0 }
    : { x: box.x, y: box.y, width: box.width, height: NODE_HEIGHT };
}

function activeRoutes(layout: Layout, pointed: Pointed, selected: string | null): Route[] {
  if (pointed !== null && 'route' in pointed) {
    return [pointed.route];
  }
  const task = pointed === null ? selected : pointed.task;
  return task === null
    ? []
    : layout.routes.filter(route => route.source === task || route.target === task);
}

/** What opens beside the graph makes it narrower, not smaller: the selected task stays in view as it was. */
function useSelectedInView(layout: Layout, viewport: Viewport, selected: string | null): void {
  const { keep, size } = viewport;
  React.useLayoutEffect(() => {
    const box = selected === null ? undefined : layout.boxes.get(selected);
    keep(box === undefined ? null : rectOf(box));
  }, [layout, keep, selected, size]);
}

function useEnterEdge(
  ref: React.RefObject<HTMLDivElement>,
  setPointed: (pointed: Pointed) => void
): (route: Route | null, at: readonly [number, number]) => void {
  return React.useCallback(
    (route, [clientX, clientY]) => {
      const place = ref.current?.getBoundingClientRect();
      const [left, top] = [place?.left ?? 0, place?.top ?? 0];
      setPointed(route === null ? null : { route, x: clientX - left, y: clientY - top });
    },
    [ref, setPointed]
  );
}

// ------------------------------------------------------------------------------------------------ keys

interface Keys {
  readonly layout: Layout;
  readonly viewport: Viewport;
  readonly focusable: string | null;
  readonly setFocused: (taskId: string) => void;
  readonly onOpen: (taskId: string) => void;
  readonly ref: React.RefObject<HTMLElement>;
}

function useKeys(keys: Keys): (event: React.KeyboardEvent) => void {
  const { layout, viewport, focusable, setFocused, onOpen, ref } = keys;
  const [wanted, setWanted] = React.useState<{ id: string } | null>(null);
  React.useLayoutEffect(() => {
    // The node may only just have come into view.
    if (wanted !== null) {
      nodeOf(ref.current, wanted.id)?.focus({ preventScroll: true });
    }
  }, [wanted, ref]);
  const go = (id: string | null): void => {
    const box = id === null ? undefined : layout.boxes.get(id);
    if (box !== undefined) {
      viewport.setView((view, size) => revealing(view, rectOf(box), size));
      setFocused(box.id);
      setWanted({ id: box.id });
    }
  };
  return event => {
    const direction = ARROWS[event.key];
    if (event.target instanceof HTMLElement || event.altKey || event.ctrlKey || event.metaKey) {
      return; // a button of the tools
    }
    if (direction !== undefined && focusable !== null) {
      go(neighbour(layout, focusable, direction));
    } else if (event.key === 'Home') {
      go(first(layout));
    } else if ((event.key === 'Enter' || event.key === ' ') && focusable !== null) {
      onOpen(focusable);
    } else if (!zoomByKey(event.key, viewport)) {
      return;
    }
    event.preventDefault();
    event.stopPropagation();
  };
}

function nodeOf(graph: HTMLElement | null, id: string): SVGElement | undefined {
  const nodes = graph?.querySelectorAll<SVGElement>('[data-task-id]') ?? [];
  return [...nodes].find(node => node.dataset.taskId === id);
}

function zoomByKey(key: string, viewport: Viewport): boolean {
  if (key === '0') {
    viewport.refit();
  } else if (key === '+' || key === '=') {
    zoomMiddle(viewport, STEP);
  } else if (key === '-') {
    zoomMiddle(viewport, 1 / STEP);
  } else {
    return false;
  }
  return true;
}

function zoomMiddle({ setView }: Viewport, factor: number): void {
  setView((view, size) => zoomAt(view, factor, size.width / 2, size.height / 2));
}

// ------------------------------------------------------------------------------------------ what floats

function Tools({ viewport }: { viewport: Viewport }): React.JSX.Element {
  const trans = useTexts();
  return (
    <div className="jp-nbflow-graph-tools" role="toolbar" aria-label={trans.__('Zoom')}>
      <button
        type="button"
        title={trans.__('Zoom in (+)')}
        onClick={() => zoomMiddle(viewport, STEP)}
      >
        +
      </button>
      <button
        type="button"
        title={trans.__('Zoom out (-)')}
        onClick={() => zoomMiddle(viewport, 1 / STEP)}
      >
        −
      </button>
      <button type="button" title={trans.__('Show all (0)')} onClick={viewport.refit}>
        <svg width="12" height="12" viewBox="0 0 12 12" aria-hidden="true">
          <path
            d="M1 4V1h3M8 1h3v3M11 8v3H8M4 11H1V8"
            fill="none"
            stroke="currentColor"
            strokeWidth="1.5"
          />
        </svg>
      </button>
    </div>
  );
}

interface GraphTipProps {
  readonly pointed: Pointed;
  readonly layout: Layout;
  readonly tasks: readonly GraphTask[];
  readonly states: NodeStates | null;
  readonly now: number;
  readonly viewport: Viewport;
  readonly selected: string | null;
}

function GraphTip(props: GraphTipProps): React.JSX.Element | null {
  const { pointed, layout, tasks, states, now, viewport, selected } = props;
  const { view, size } = viewport;
  if (pointed === null || ('task' in pointed && pointed.task === selected)) {
    return null; // The drawer tells all about the selected task.
  }
  if ('route' in pointed) {
    const below = pointed.y < size.height / 2;
    return (
      <Tip x={inside(pointed.x, size.width)} y={pointed.y + (below ? 14 : -10)} below={below}>
        <EdgeTip route={pointed.route} />
      </Tip>
    );
  }
  const box = layout.boxes.get(pointed.task);
  const task = tasks.find(one => one.task_id === pointed.task);
  if (box === undefined || task === undefined) {
    return null;
  }
  const top = view.y + box.y * view.zoom;
  const below = top < size.height / 2;
  const x = view.x + (box.x + box.width / 2) * view.zoom;
  return (
    <Tip
      x={inside(x, size.width)}
      y={below ? top + NODE_HEIGHT * view.zoom + 8 : top - 8}
      below={below}
    >
      <TaskTip task={task} node={states?.get(task.task_id)} now={now} />
    </Tip>
  );
}

/** Tips stand centred on their point, and keep their distance from the border. */
function inside(x: number, width: number): number {
  const half = 130;
  return width < 2 * half ? width / 2 : Math.min(width - half, Math.max(half, x));
}
