/** What is drawn of a graph: the boxes of groups, edges, and the nodes that are seen, near or from afar. */
import * as React from 'react';

import type { GroupView } from '../wire';
import { isData } from './assets';
import { ActiveEdges, EdgeLabels, Edges } from './Edges';
import { FarNodes } from './FarNodes';
import { ClosedGroup, OpenGroup } from './GroupBoxes';
import { groupState, type GroupState } from './groups';
import type { GraphTask, Layout, Route } from './layout';
import type { NodeStates } from './node-states';
import { TaskNode } from './TaskNode';

export type GroupStates = ReadonlyMap<string, GroupState>;

/** What stands out, by the ids of nodes. */
export interface Marks {
  /** What a search has found; null while nobody searches. The rest stands back. */
  readonly found: ReadonlySet<string> | null;
  /** The one found that is in the middle. */
  readonly current: string | null;
  readonly critical: ReadonlySet<string>;
  readonly criticalRoutes: readonly Route[];
}

export const NO_MARKS: Marks = {
  found: null,
  current: null,
  critical: new Set(),
  criticalRoutes: []
};

export interface DrawingProps {
  readonly tasks: readonly GraphTask[];
  readonly groups: readonly GroupView[];
  readonly layout: Layout;
  readonly states: NodeStates | null;
  readonly groupStates: GroupStates | null;
  /** Milliseconds since the epoch, for what runs. */
  readonly now: number;
  readonly marks: Marks;
  /** The ids of the nodes in view; null for all. */
  readonly seen: ReadonlySet<string> | null;
  /** So small that words could not be read: nodes are marks. */
  readonly isFar: boolean;
  readonly zoom: number;
  readonly selected: string | null;
  /** Where the tab key comes. */
  readonly focusable: string | null;
  /** The edges that the pointer or the selection brings forward. */
  readonly active: readonly Route[];
  readonly onOpen: (taskId: string) => void;
  readonly onToggle: (groupId: string) => void;
  /** A click on a node from afar. */
  readonly onOpenFar: (id: string) => void;
  readonly onEnter: (id: string | null) => void;
  readonly onEnterEdge: (route: Route | null, at: readonly [number, number]) => void;
}

export function Drawing(props: DrawingProps): React.JSX.Element {
  const { groups, layout, states, groupStates, marks, isFar, zoom, focusable, active } = props;
  const { orientation } = layout;
  const farStates = React.useMemo(() => withGroups(states, groupStates), [states, groupStates]);
  return (
    <>
      {groups.map(group => {
        const box = layout.groups.get(group.group_id);
        return box === undefined ? null : (
          <OpenGroup
            key={group.group_id}
            group={group}
            box={box}
            state={groupStates?.get(group.group_id)}
            isFar={isFar}
            zoom={isFar ? zoom : 1}
            isFocusable={group.group_id === focusable}
            onToggle={props.onToggle}
            onEnter={props.onEnter}
          />
        );
      })}
      <Edges layout={layout} isFar={isFar} onEnter={props.onEnterEdge} />
      {marks.criticalRoutes.length ? (
        <ActiveEdges
          routes={marks.criticalRoutes}
          orientation={orientation}
          look="jp-mod-critical"
        />
      ) : null}
      <ActiveEdges routes={active} orientation={orientation} />
      {isFar ? null : <EdgeLabels routes={layout.routes} />}
      {isFar && (
        <FarNodes
          layout={layout}
          states={farStates}
          found={marks.found}
          critical={marks.critical}
          onOpen={props.onOpenFar}
          onEnter={props.onEnter}
        />
      )}
      <Nodes {...props} />
    </>
  );
}

/** The tasks and the closed groups in view. */
function Nodes(props: DrawingProps): React.JSX.Element {
  const { tasks, groups, layout, seen, isFar, states, groupStates, now, marks } = props;
  const { selected, focusable, onOpen, onToggle, onEnter } = props;
  const { found, current, critical } = marks;
  const isDrawn = (id: string): boolean =>
    id === focusable || id === current || (!isFar && (seen?.has(id) ?? true));
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
            isDimmed={found?.has(id) === false}
            isCritical={critical.has(id)}
            onToggle={onToggle}
            onEnter={onEnter}
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
            node={nodeOf(task, states)}
            now={states?.get(id)?.state === 'running' ? now : 0}
            isSelected={id === selected}
            isFocusable={id === focusable}
            isDimmed={found?.has(id) === false}
            isFound={id === current}
            isCritical={critical.has(id)}
            onOpen={onOpen}
            onEnter={onEnter}
          />
        ) : null;
      })}
    </>
  );
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

function nodeOf(task: GraphTask, states: NodeStates | null) {
  return states === null || isData(task) ? undefined : (states.get(task.task_id) ?? NOT_THERE);
}

/** How each group stands; null while the graph shows a definition. */
export function groupStatesOf(
  groups: readonly GroupView[],
  states: NodeStates | null
): GroupStates | null {
  return states === null
    ? null
    : new Map(groups.map(group => [group.group_id, groupState(group, states)]));
}

function withGroups(states: NodeStates | null, groups: GroupStates | null): NodeStates | null {
  return states === null || !groups?.size
    ? states
    : new Map([...states, ...[...groups].map(([id, { node }]) => [id, node] as const)]);
}
