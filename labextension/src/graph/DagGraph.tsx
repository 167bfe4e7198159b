/**
 * A DAG as a picture to move about in: tasks with their states, edges with their reasons. Drawn as SVG, free of
 * JupyterLab, the same in the panel and in the widget. Where things stand is in layout.ts, what is drawn of them
 * in Drawing.tsx.
 */
import * as React from 'react';

import { duration } from '../format';
import { useTexts } from '../text';
import type { GroupView, TaskAsset } from '../wire';
import { assetOf, haveAssets, withAssets } from './assets';
import { criticalPath, type CriticalPath } from './critical-path';
import { Drawing, groupStatesOf, NO_MARKS, type Marks } from './Drawing';
import { exportGraph, type PictureKind } from './exportGraph';
import { GraphTools } from './GraphTools';
import { layOut, NODE_HEIGHT, type Box, type GraphTask, type Layout, type Route } from './layout';
import { Minimap } from './Minimap';
import { first, stopRect } from './navigation';
import type { NodeStates } from './node-states';
import { pointedAt, PointedTip, type Pointed } from './PointedTip';
import { SearchBox } from './SearchBox';
import { useClosedGroups } from './useClosedGroups';
import { useGraphKeys } from './useGraphKeys';
import { useGraphLook } from './useGraphLook';
import { useNow } from './useNow';
import { useSearch, type Search } from './useSearch';
import { useStart } from './useStart';
import { useToggle } from './useToggle';
import { useViewport, type KeptView, type Viewport } from './useViewport';
import { overlaps, TOO_SMALL_TO_READ, visible, type Rect, type Size, type View } from './viewport';

export interface DagGraphProps {
  readonly dagId: string;
  readonly tasks: readonly GraphTask[];
  readonly groups?: readonly GroupView[];
  /** What became of the tasks in a run; null to show the definition. */
  readonly states: NodeStates | null;
  readonly selected: string | null;
  /** It stands in a page that scrolls: the wheel zooms only with the control key. */
  readonly isInPage?: boolean;
  /** Where the view is kept that somebody chose; without it, it lasts as long as the graph. */
  readonly kept?: KeptView;
  /** The assets that start the DAG. */
  readonly awaited?: readonly TaskAsset[];
  readonly onOpen: (taskId: string) => void;
  readonly onOpenAsset?: (name: string) => void;
}

/** Of more than these the words could not be read anyway; they are drawn as marks. */
const MOST_NODES = 320;

const NO_GROUPS: readonly GroupView[] = [];
const NO_ASSETS: readonly TaskAsset[] = [];

export function DagGraph(props: DagGraphProps): React.JSX.Element {
  const { dagId, groups = NO_GROUPS, states } = props;
  const trans = useTexts();
  const ref = React.useRef<HTMLDivElement>(null);
  const graph = useGraph(props, ref);
  const { drawing, viewport, search, path, look } = graph;
  const { layout, marks, isFar } = drawing;
  const { view } = viewport;
  const save = (kind: PictureKind): void => {
    if (ref.current !== null) {
      const all = { ...drawing, marks: { ...marks, found: null } };
      void exportGraph(kind, dagId, all, ref.current, trans);
    }
  };
  return (
    // eslint-disable-next-line jsx-a11y/no-static-element-interactions -- the keys of the focused node
    <div
      className="jp-nbflow-graph"
      ref={ref}
      onKeyDown={graph.onKeyDown}
      data-far={isFar || undefined}
      data-searching={marks.found !== null || undefined}
    >
      <svg
        className="jp-nbflow-graph-canvas"
        role="group"
        aria-label={trans.__(
          'Graph of %1. Arrow keys move along the edges, Enter opens a task or a group, slash finds one, plus, minus and zero zoom.',
          dagId
        )}
        {...viewport.pointer}
      >
        <g transform={`translate(${view.x} ${view.y}) scale(${view.zoom})`}>
          <Drawing {...drawing} />
        </g>
      </svg>
      <div className="jp-nbflow-graph-top">
        {search.isOpen ? <SearchBox search={search} onDone={graph.go} /> : null}
        {path === null ? null : <PathNote path={path} />}
      </div>
      {look.hasMinimap ? <Minimap layout={layout} states={states} viewport={viewport} /> : null}
      <PointedTip {...drawing} pointed={graph.pointed} viewport={viewport} />
      <GraphTools
        {...{ viewport, groups, look, closing: graph.closing }}
        onLook={graph.changeLook}
        hasRun={states !== null}
        hasAssets={graph.hasAssets}
        onSearch={search.open}
        onSave={save}
      />
    </div>
  );
}

/** What is drawn, how it is looked at, and what a person does about it. */
function useGraph(props: DagGraphProps, ref: React.RefObject<HTMLDivElement>) {
  const { dagId, groups = NO_GROUPS, states, selected, isInPage = false, kept = null } = props;
  const [look, changeLook] = useGraphLook(dagId);
  const { tasks, hasAssets, onOpen } = useTasksAndAssets(props, look.hasAssets);
  const closing = useClosedGroups(dagId, tasks, groups);
  const { closed } = closing;
  const layout = React.useMemo(
    () => layOut(tasks, groups, closed, look.orientation),
    [tasks, groups, closed, look.orientation]
  );
  const viewport = useViewport(ref, layout, useStart(layout, states), isInPage, kept);
  const [focused, setFocused] = React.useState<string | null>(null);
  const [pointed, setPointed] = React.useState<Pointed>(null);
  const now = useNow(isAnyRunning(states));
  const isKnown = focused !== null && stopRect(layout, focused) !== null;
  const focusable = isKnown ? focused : first(layout);
  const { view, size } = viewport;
  const seen = React.useMemo(() => boxesIn(layout, view, size), [layout, view, size]);
  const isFar = view.zoom < TOO_SMALL_TO_READ || seen.size > MOST_NODES;
  const groupStates = React.useMemo(() => groupStatesOf(groups, states), [groups, states]);
  const onEnter = React.useCallback(
    (stop: string | null) => setPointed(before => pointedAt(stop, before)),
    []
  );
  const onEnterEdge = useEnterEdge(ref, setPointed);
  const leave = React.useCallback(() => setPointed(null), []);
  const onToggle = useToggle({ layout, viewport, closing, setFocused, onToggle: leave, ref });
  const onOpenFar = useOpenFar(closed, onOpen, onToggle);
  useSelectedInView(layout, viewport, selected);
  const search = useSearch({ tasks, groups, layout, viewport, closing });
  const path = React.useMemo(
    () => (look.isCritical && states !== null ? criticalPath(props.tasks, states, now) : null),
    [look.isCritical, props.tasks, states, now]
  );
  const marks = useMarks(layout, search, path);
  const keys = { layout, viewport, focusable, setFocused, onOpen, toggle: onToggle, ref };
  const active = activeRoutes(layout, pointed, selected);
  const drawing = {
    ...{ tasks, groups, layout, states, groupStates, now, marks, seen, isFar, selected, focusable },
    ...{ active, onOpen, onToggle, onOpenFar, onEnter, onEnterEdge, zoom: view.zoom }
  };
  return {
    ...{ drawing, viewport, closing, look, changeLook, search, path, pointed, hasAssets },
    ...useGraphKeys({ ...keys, onSearch: search.open })
  };
}

/** The tasks that are drawn, with their assets between them if they are wanted. */
function useTasksAndAssets(props: DagGraphProps, isWanted: boolean) {
  const { tasks, awaited = NO_ASSETS, onOpen, onOpenAsset } = props;
  const trans = useTexts();
  const hasAssets = React.useMemo(() => haveAssets(tasks, awaited), [tasks, awaited]);
  const shown = React.useMemo(
    () => (isWanted && hasAssets ? withAssets(tasks, awaited, trans) : tasks),
    [isWanted, hasAssets, tasks, awaited, trans]
  );
  const open = React.useCallback(
    (id: string) => {
      const asset = assetOf(id);
      if (asset === null) {
        onOpen(id);
      } else {
        onOpenAsset?.(asset);
      }
    },
    [onOpen, onOpenAsset]
  );
  return { tasks: shown, hasAssets, onOpen: open };
}

/** How long the critical path is. */
function PathNote({ path }: { readonly path: CriticalPath }): React.JSX.Element {
  const trans = useTexts();
  const { tasks, seconds } = path;
  return (
    <div className="jp-nbflow-graph-note" data-testid="nbflow-critical-path">
      <span className="jp-nbflow-critical-swatch" />
      {trans.__('Critical path')}: <strong>{duration(seconds)}</strong>{' '}
      <span className="jp-nbflow-muted">{trans._n('in %1 task', 'in %1 tasks', tasks.length)}</span>
    </div>
  );
}

/** What a search and the critical path make stand out, as nodes: a closed group stands for what is in it. */
function useMarks(layout: Layout, search: Search, path: CriticalPath | null): Marks {
  const { query, found, place } = search;
  const chain = path?.tasks.join('\n') ?? '';
  return React.useMemo(() => {
    const shown = (id: string): string => layout.nodeOf.get(id) ?? id;
    const nodes = chain === '' ? [] : chain.split('\n').map(shown);
    const steps = new Set(nodes.slice(1).map((id, at) => `${nodes[at] ?? ''}\n${id}`));
    const isSearching = query.trim() !== '';
    return isSearching || nodes.length
      ? {
          found: isSearching ? new Set(found.map(shown)) : null,
          current: isSearching ? (found[place] ?? null) : null,
          critical: new Set(nodes),
          criticalRoutes: layout.routes.filter(({ source, target }) =>
            steps.has(`${source}\n${target}`)
          )
        }
      : NO_MARKS;
  }, [layout, query, found, place, chain]);
}

/** What a click on a node from afar does. */
function useOpenFar(
  closed: ReadonlySet<string>,
  onOpen: (taskId: string) => void,
  toggle: (groupId: string) => void
): (id: string) => void {
  return React.useCallback(
    (id: string) => (closed.has(id) ? toggle(id) : onOpen(id)),
    [closed, onOpen, toggle]
  );
}

/** The ids of the tasks in view. */
function boxesIn(layout: Layout, view: View, size: Size): ReadonlySet<string> {
  const window = visible(view, size);
  const boxes = [...layout.boxes.values()].filter(box => overlaps(window, rectOf(box)));
  return new Set(boxes.map(box => box.id));
}

function isAnyRunning(states: NodeStates | null): boolean {
  return states !== null && [...states.values()].some(node => node.state === 'running');
}

function rectOf({ x, y, width }: Box): Rect {
  return { x, y, width, height: NODE_HEIGHT };
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
