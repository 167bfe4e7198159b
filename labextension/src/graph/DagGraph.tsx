/**
 * A DAG as a picture to move about in: tasks with their states, edges with their reasons. Drawn as SVG, free of
 * JupyterLab, the same in the panel and in the widget. Where things stand is in layout.ts.
 */
import * as React from 'react';

import type { NodeStates } from '../reducer';
import { useTexts } from '../text';
import type { GroupView } from '../wire';
import { ActiveEdges, Edges } from './Edges';
import { FarNodes } from './FarNodes';
import { EdgeTip, GroupTip, TaskTip, Tip } from './GraphTip';
import { groupState, type GroupState } from './groups';
import { ClosedGroup, OpenGroup } from './GroupBoxes';
import { layOut, NODE_HEIGHT, type Box, type GraphTask, type Layout, type Route } from './layout';
import { first, neighbour, stopRect, type Direction } from './navigation';
import { TaskNode } from './TaskNode';
import { useClosedGroups, type ClosedGroups } from './useClosedGroups';
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
  readonly groups?: readonly GroupView[];
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

/** `stop`: a task or a group. */
type Pointed = { stop: string } | { route: Route; x: number; y: number } | null;

const NO_GROUPS: readonly GroupView[] = [];

export function DagGraph(props: DagGraphProps): React.JSX.Element {
  const { dagId, tasks, groups = NO_GROUPS, states, selected, onOpen, isInPage = false } = props;
  const trans = useTexts();
  const ref = React.useRef<HTMLDivElement>(null);
  const closing = useClosedGroups(dagId, tasks, groups);
  const { closed } = closing;
  const layout = React.useMemo(() => layOut(tasks, groups, closed), [tasks, groups, closed]);
  const viewport = useViewport(ref, layout, isInPage);
  const [focused, setFocused] = React.useState<string | null>(null);
  const [pointed, setPointed] = React.useState<Pointed>(null);
  const now = useNow(isAnyRunning(states));
  const isKnown = focused !== null && stopRect(layout, focused) !== null;
  const focusable = isKnown ? focused : first(layout);
  const { view, size } = viewport;
  const seen = React.useMemo(() => boxesIn(layout, view, size), [layout, view, size]);
  const isFar = view.zoom < TOO_SMALL_TO_READ || seen.size > MOST_NODES;
  const groupStates = useGroupStates(groups, states);
  const enterStop = React.useCallback(
    (stop: string | null) => setPointed(before => pointedAt(stop, before)),
    []
  );
  const enterEdge = useEnterEdge(ref, setPointed);
  const toggle = useToggle({ layout, viewport, closing, setFocused, setPointed, ref });
  const open = useOpen(closed, onOpen, toggle);
  useSelectedInView(layout, viewport, selected);
  const onKeyDown = useKeys({ layout, viewport, focusable, setFocused, onOpen, toggle, ref });
  const shared = { states, groupStates, now, selected, focusable };
  return (
    // eslint-disable-next-line jsx-a11y/no-static-element-interactions -- the keys of the focused node
    <div className="jp-nbflow-graph" ref={ref} onKeyDown={onKeyDown} data-far={isFar || undefined}>
      <svg
        className="jp-nbflow-graph-canvas"
        role="group"
        aria-label={trans.__(
          'Graph of %1. Arrow keys move along the edges, Enter opens a task or a group, plus, minus and zero zoom.',
          dagId
        )}
        {...viewport.pointer}
      >
        <g transform={`translate(${view.x} ${view.y}) scale(${view.zoom})`}>
          {groups.map(group => {
            const box = layout.groups.get(group.group_id);
            return box === undefined ? null : (
              <OpenGroup
                key={group.group_id}
                group={group}
                box={box}
                state={groupStates?.get(group.group_id)}
                isFar={isFar}
                zoom={isFar ? view.zoom : 1}
                isFocusable={group.group_id === focusable}
                onToggle={toggle}
                onEnter={enterStop}
              />
            );
          })}
          <Edges layout={layout} isFar={isFar} onEnter={enterEdge} />
          <ActiveEdges routes={activeRoutes(layout, pointed, selected)} />
          {isFar && (
            <FarNodes
              layout={layout}
              states={withGroups(states, groupStates)}
              onOpen={open}
              onEnter={enterStop}
            />
          )}
          <Nodes
            {...{ tasks, groups, layout, seen, isFar, ...shared, onOpen, toggle, enterStop }}
          />
        </g>
      </svg>
      <GraphTip
        {...{ pointed, layout, tasks, groups, states, groupStates, now, viewport, selected }}
      />
      <Tools viewport={viewport} closing={groups.length ? closing : null} groups={groups} />
    </div>
  );
}

type GroupStates = ReadonlyMap<string, GroupState>;

interface NodesProps {
  readonly tasks: readonly GraphTask[];
  readonly groups: readonly GroupView[];
  readonly layout: Layout;
  readonly seen: ReadonlySet<string>;
  readonly isFar: boolean;
  readonly states: NodeStates | null;
  readonly groupStates: GroupStates | null;
  readonly now: number;
  readonly selected: string | null;
  readonly focusable: string | null;
  readonly onOpen: (taskId: string) => void;
  readonly toggle: (groupId: string) => void;
  readonly enterStop: (id: string | null) => void;
}

/** The tasks and the closed groups in view. */
function Nodes(props: NodesProps): React.JSX.Element {
  const { tasks, groups, layout, seen, isFar, states, groupStates, now } = props;
  const { selected, focusable, onOpen, toggle, enterStop } = props;
  const isDrawn = (id: string): boolean => id === focusable || (!isFar && seen.has(id));
  return (
    <>
      {groups.map(group => {
        const id = group.group_id;
        const box = layout.boxes.get(id);
        const state = groupStates?.get(id);
        return box !== undefined && isDrawn(id) ? (
          <ClosedGroup
            key={id}
            group={group}
            box={box}
            state={state}
            now={state?.node.state === 'running' ? now : 0}
            isSelected={selected !== null && group.tasks.includes(selected)}
            isFocusable={id === focusable}
            onToggle={toggle}
            onEnter={enterStop}
          />
        ) : null;
      })}
      {tasks.map(task => {
        const id = task.task_id;
        const box = layout.boxes.get(id);
        return box !== undefined && (isDrawn(id) || id === selected) ? (
          <TaskNode
            key={id}
            task={task}
            box={box}
            node={states === null ? undefined : (states.get(id) ?? NOT_THERE)}
            now={states?.get(id)?.state === 'running' ? now : 0}
            isSelected={id === selected}
            isFocusable={id === focusable}
            onOpen={onOpen}
            onEnter={enterStop}
          />
        ) : null;
      })}
    </>
  );
}

/** How each group stands; null while the graph shows a definition. */
function useGroupStates(
  groups: readonly GroupView[],
  states: NodeStates | null
): GroupStates | null {
  return React.useMemo(
    () =>
      states === null
        ? null
        : new Map(groups.map(group => [group.group_id, groupState(group, states)])),
    [groups, states]
  );
}

function withGroups(states: NodeStates | null, groups: GroupStates | null): NodeStates | null {
  return states === null || !groups?.size
    ? states
    : new Map([...states, ...[...groups].map(([id, { node }]) => [id, node] as const)]);
}

/** What a click on a node from afar does. */
function useOpen(
  closed: ReadonlySet<string>,
  onOpen: (taskId: string) => void,
  toggle: (groupId: string) => void
): (id: string) => void {
  return React.useCallback(
    (id: string) => (closed.has(id) ? toggle(id) : onOpen(id)),
    [closed, onOpen, toggle]
  );
}

interface Toggling {
  readonly layout: Layout;
  readonly viewport: Viewport;
  readonly closing: ClosedGroups;
  readonly setFocused: (id: string) => void;
  readonly setPointed: (pointed: Pointed) => void;
  readonly ref: React.RefObject<HTMLElement>;
}

/** Open or close a group. In a view that somebody chose, its corner stays where it is. */
function useToggle(toggling: Toggling): (groupId: string) => void {
  const { layout, viewport, closing, setFocused, setPointed, ref } = toggling;
  const [held, setHeld] = React.useState<{ id: string; x: number; y: number; view: View } | null>(
    null
  );
  const { carry } = viewport;
  React.useLayoutEffect(() => {
    if (held === null) {
      return;
    }
    const rect = stopRect(layout, held.id);
    if (rect !== null) {
      const { view } = held;
      carry({ ...view, x: held.x - rect.x * view.zoom, y: held.y - rect.y * view.zoom });
    }
    stopElement(ref.current, held.id)?.focus({ preventScroll: true });
  }, [layout, held, carry, ref]);
  return React.useCallback(
    (id: string) => {
      const rect = stopRect(layout, id);
      const { view } = viewport;
      if (rect !== null) {
        setHeld({ id, x: view.x + rect.x * view.zoom, y: view.y + rect.y * view.zoom, view });
      }
      setPointed(null);
      setFocused(id);
      closing.toggle(id);
    },
    [layout, viewport, closing, setFocused, setPointed]
  );
}

/** The ids of the tasks in view. */
function boxesIn(layout: Layout, view: View, size: Size): ReadonlySet<string> {
  const window = visible(view, size);
  const boxes = [...layout.boxes.values()].filter(box => overlaps(window, rectOf(box)));
  return new Set(boxes.map(box => box.id));
}

/** The same object while the pointer stays on the task, so that nothing is drawn again. */
function pointedAt(stop: string | null, before: Pointed): Pointed {
  if (stop === null) {
    return null;
  }
  return before !== null && 'stop' in before && before.stop === stop ? before : { stop };
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
  const task = pointed === null ? selected : pointed.stop;
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
  readonly setFocused: (id: string) => void;
  readonly onOpen: (taskId: string) => void;
  readonly toggle: (groupId: string) => void;
  readonly ref: React.RefObject<HTMLElement>;
}

function useKeys(keys: Keys): (event: React.KeyboardEvent) => void {
  const { layout, viewport, focusable, setFocused, onOpen, toggle, ref } = keys;
  const [wanted, setWanted] = React.useState<{ id: string } | null>(null);
  React.useLayoutEffect(() => {
    // The node may only just have come into view.
    if (wanted !== null) {
      stopElement(ref.current, wanted.id)?.focus({ preventScroll: true });
    }
  }, [wanted, ref]);
  const go = (id: string | null): void => {
    const rect = id === null ? null : stopRect(layout, id);
    if (id !== null && rect !== null) {
      viewport.setView((view, size) => revealing(view, rect, size));
      setFocused(id);
      setWanted({ id });
    }
  };
  const activate = (id: string): void => {
    const isGroup = stopElement(ref.current, id)?.hasAttribute('aria-expanded') ?? false;
    (isGroup ? toggle : onOpen)(id);
  };
  return event => {
    const direction = ARROWS[event.key];
    if (event.target instanceof HTMLElement || hasModifier(event)) {
      return; // a button of the tools
    }
    const current = stopOf(event.target) ?? focusable;
    if (direction !== undefined && current !== null) {
      go(neighbour(layout, current, direction));
    } else if (event.key === 'Home') {
      go(first(layout));
    } else if ((event.key === 'Enter' || event.key === ' ') && current !== null) {
      activate(current);
    } else if (!zoomByKey(event.key, viewport)) {
      return;
    }
    event.preventDefault();
    event.stopPropagation();
  };
}

function stopElement(graph: HTMLElement | null, id: string): SVGElement | undefined {
  const stops = graph?.querySelectorAll<SVGElement>('[data-stop-id]') ?? [];
  return [...stops].find(stop => stop.dataset.stopId === id);
}

function hasModifier({ altKey, ctrlKey, metaKey }: React.KeyboardEvent): boolean {
  return altKey || ctrlKey || metaKey;
}

/** What the keyboard is on, which a click or a script may have chosen. */
function stopOf(target: EventTarget): string | null {
  return target instanceof SVGElement ? (target.dataset.stopId ?? null) : null;
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

function Tools({
  viewport,
  closing,
  groups
}: {
  viewport: Viewport;
  /** Null where there are no groups. */
  closing: ClosedGroups | null;
  groups: readonly GroupView[];
}): React.JSX.Element {
  const trans = useTexts();
  const isAnyOpen = groups.some(one => closing?.closed.has(one.group_id) === false);
  return (
    <div className="jp-nbflow-graph-tools" role="toolbar" aria-label={trans.__('View')}>
      {closing === null ? null : (
        <button
          type="button"
          title={isAnyOpen ? trans.__('Close all groups') : trans.__('Open all groups')}
          aria-label={isAnyOpen ? trans.__('Close all groups') : trans.__('Open all groups')}
          onClick={isAnyOpen ? closing.closeAll : closing.openAll}
        >
          <svg width="12" height="12" viewBox="0 0 12 12" aria-hidden="true">
            <path
              d={isAnyOpen ? 'M3 1l3 3 3-3M3 11l3-3 3 3' : 'M3 4l3-3 3 3M3 8l3 3 3-3'}
              fill="none"
              stroke="currentColor"
              strokeWidth="1.5"
            />
          </svg>
        </button>
      )}
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
  readonly groups: readonly GroupView[];
  readonly states: NodeStates | null;
  readonly groupStates: GroupStates | null;
  readonly now: number;
  readonly viewport: Viewport;
  readonly selected: string | null;
}

function GraphTip(props: GraphTipProps): React.JSX.Element | null {
  const { pointed, layout, viewport, selected } = props;
  const { view, size } = viewport;
  if (pointed === null || ('stop' in pointed && pointed.stop === selected)) {
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
  const rect = stopRect(layout, pointed.stop);
  const text = tipOf(pointed.stop, props);
  if (rect === null || text === null) {
    return null;
  }
  const top = view.y + rect.y * view.zoom;
  const below = top < size.height / 2;
  const x = view.x + (rect.x + rect.width / 2) * view.zoom;
  return (
    <Tip
      x={inside(x, size.width)}
      y={below ? top + rect.height * view.zoom + 8 : top - 8}
      below={below}
    >
      {text}
    </Tip>
  );
}

function tipOf(id: string, props: GraphTipProps): React.JSX.Element | null {
  const { layout, tasks, groups, states, groupStates, now } = props;
  const group = groups.find(one => one.group_id === id);
  if (group !== undefined) {
    return <GroupTip group={group} state={groupStates?.get(id)} isOpen={layout.groups.has(id)} />;
  }
  const task = tasks.find(one => one.task_id === id);
  return task === undefined ? null : <TaskTip task={task} node={states?.get(id)} now={now} />;
}

/** Tips stand centred on their point, and keep their distance from the border. */
function inside(x: number, width: number): number {
  const half = 130;
  return width < 2 * half ? width / 2 : Math.min(width - half, Math.max(half, x));
}
