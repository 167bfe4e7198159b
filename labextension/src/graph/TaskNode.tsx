/** One task on the graph. Memoised: it is drawn again only when something about this task has changed. */
import * as React from 'react';

import { duration, kindName, secondsBetween, stateName } from '../format';
import { useTexts, type Texts } from '../text';
import { assetOf, calledIn } from './assets';
import { NODE_HEIGHT, type Box, type GraphTask } from './layout';
import { shortened } from './measure';
import type { NodeState } from './node-states';
import { KindGlyph, StateGlyph } from './StateIcon';

export interface TaskNodeProps {
  readonly task: GraphTask;
  readonly box: Box;
  /** What became of it in the run; undefined while the graph shows a definition. */
  readonly node: NodeState | undefined;
  /** Milliseconds since the epoch, for what runs; 0 for what does not, so that time alone changes nothing. */
  readonly now: number;
  readonly isSelected: boolean;
  /** Whether the tab key comes here. */
  readonly isFocusable: boolean;
  /** A search has not found it. */
  readonly isDimmed: boolean;
  /** A search has just led here. */
  readonly isFound: boolean;
  /** It is on the critical path. */
  readonly isCritical: boolean;
  readonly onOpen: (taskId: string) => void;
  readonly onEnter: (taskId: string | null) => void;
}

/** The second line is set smaller than text is measured for. */
const DETAIL_SCALE = 13 / 11;

function TaskNodeAsDrawn(props: TaskNodeProps): React.JSX.Element {
  const { task, box, node, now, isSelected, isFocusable, onOpen, onEnter } = props;
  const trans = useTexts();
  const second = secondLine(task, node, now, trans);
  const many = node !== undefined && node.instances > 1 ? node : null;
  const briefly = many === null ? second : countLine(many, trans);
  return (
    <g
      className="jp-nbflow-node"
      data-task-id={task.task_id}
      data-stop-id={task.task_id}
      data-state={node?.state}
      data-kind={task.kind}
      {...marksOf(props)}
      transform={`translate(${box.x} ${box.y})`}
      role="button"
      aria-label={spoken(props, second, trans)}
      aria-pressed={isSelected}
      tabIndex={isFocusable ? 0 : -1}
      onClick={() => onOpen(task.task_id)}
      onPointerEnter={() => onEnter(task.task_id)}
      onPointerLeave={() => onEnter(null)}
    >
      <rect
        className="jp-nbflow-node-ring"
        x="-3"
        y="-3"
        width={box.width + 6}
        height={NODE_HEIGHT + 6}
        rx="9"
      />
      {many === null ? null : <Many node={many} width={box.width} />}
      <rect className="jp-nbflow-node-box" width={box.width} height={NODE_HEIGHT} rx="6" />
      <g transform="translate(12 15)">
        {node === undefined ? <KindGlyph kind={task.kind} /> : <StateGlyph state={node.state} />}
      </g>
      {/* An inner drawing cuts off what a wide font has too much. */}
      <svg x="38" width={box.width - 44} height={NODE_HEIGHT}>
        <text className="jp-nbflow-node-title" y="20">
          {shortened(box.name, box.width - 48)}
        </text>
        <text className="jp-nbflow-node-detail" y="35.5">
          {shortened(briefly, (box.width - 48) * DETAIL_SCALE)}
        </text>
      </svg>
    </g>
  );
}

/** What about it the style sheet has to know. */
function marksOf(props: TaskNodeProps) {
  return {
    'data-selected': props.isSelected || undefined,
    'data-role': props.task.role || undefined,
    'data-dimmed': props.isDimmed || undefined,
    'data-found': props.isFound || undefined,
    'data-critical': props.isCritical || undefined
  };
}

/** The node in words. */
function spoken({ task, isCritical }: TaskNodeProps, second: string, trans: Texts): string {
  const after = task.upstream.length
    ? `, ${trans.__('after %1', task.upstream.map(id => assetOf(id) ?? id).join(', '))}`
    : '';
  const critical = isCritical ? `, ${trans.__('on the critical path')}` : '';
  return `${calledIn(task)}, ${second}${after}${critical}`;
}

export const TaskNode = React.memo(TaskNodeAsDrawn);

/** The edge of another node behind this one: it stands for several. */
function deckPath(width: number): string {
  const low = NODE_HEIGHT + 3;
  return `M7 ${low}h${width - 10}a6 6 0 0 0 6 -6v${13 - NODE_HEIGHT}`;
}

/** Of a node that stands for several: the next one behind it, and below it how many have finished. */
function Many({ node, width }: { node: NodeState; width: number }): React.JSX.Element {
  const done = Math.min(1, node.finished / node.instances);
  return (
    <g>
      <path className="jp-nbflow-node-deck" d={deckPath(width)} />
      {done < 1 ? (
        <rect
          className="jp-nbflow-node-done"
          x="6"
          y={NODE_HEIGHT + 1}
          width={(width - 12) * done}
          height="2.5"
          rx="1.2"
        />
      ) : null}
    </g>
  );
}

/** What stands under the name of a mapped task: its worst state, and how far its instances are. */
function countLine(node: NodeState, trans: Texts): string {
  const total = node.instances.toLocaleString();
  const count =
    node.finished === node.instances ? `×${total}` : `${node.finished.toLocaleString()}/${total}`;
  return `${count} · ${stateName(node.state, trans)}`;
}

/** What stands under the name: the state with its time, or what kind of task it is. */
export function secondLine(
  task: GraphTask,
  node: NodeState | undefined,
  now: number,
  trans: Texts
): string {
  if (node === undefined) {
    const rule = ['', 'all_success'].includes(task.trigger_rule) ? '' : ` · ${task.trigger_rule}`;
    return `${kindName(task)}${rule}${roleText(task, trans)}`;
  }
  const seconds = secondsBetween(
    node.started_at,
    node.ended_at,
    now || Date.parse(node.started_at ?? '')
  );
  const isTimed = seconds !== null && (node.ended_at !== null || node.state === 'running');
  const count = node.instances > 1 ? ` · ${node.finished}/${node.instances}` : '';
  return `${stateName(node.state, trans)}${isTimed ? ` · ${duration(seconds)}` : ''}${count}${roleText(task, trans)}`;
}

/** Whether it sets something up for others, or tears it down. */
function roleText(task: GraphTask, trans: Texts): string {
  const names = { '': '', setup: trans.__('setup'), teardown: trans.__('teardown') };
  const name = names[task.role];
  return name === '' ? '' : ` · ${name}`;
}
