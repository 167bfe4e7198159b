/** The tip beside what the pointer is on: a task, a group or an edge. */
import * as React from 'react';

import type { GroupView } from '../wire';
import type { GroupStates } from './Drawing';
import { EdgeTip, GroupTip, TaskTip, Tip } from './GraphTip';
import type { GraphTask, Layout, Route } from './layout';
import { stopRect } from './navigation';
import type { NodeStates } from './node-states';
import type { Viewport } from './useViewport';

/** `stop`: a task or a group. */
export type Pointed = { stop: string } | { route: Route; x: number; y: number } | null;

/** The same object while the pointer stays on the task, so that nothing is drawn again. */
export function pointedAt(stop: string | null, before: Pointed): Pointed {
  if (stop === null) {
    return null;
  }
  return before !== null && 'stop' in before && before.stop === stop ? before : { stop };
}

interface PointedTipProps {
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

export function PointedTip(props: PointedTipProps): React.JSX.Element | null {
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

function tipOf(id: string, props: PointedTipProps): React.JSX.Element | null {
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
