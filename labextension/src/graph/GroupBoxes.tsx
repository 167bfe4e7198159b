/** Task groups on the graph: the box round an open one, and the node that stands for a closed one. */
import * as React from 'react';

import { duration, secondsBetween, stateName } from '../format';
import { useTexts, type Texts } from '../text';
import type { GroupView } from '../wire';
import type { GroupState } from './groups';
import { GROUP_HEAD, NODE_HEIGHT, type Box, type GroupBox } from './layout';
import { shortened, textWidth } from './measure';
import { StateGlyph } from './StateIcon';

/** Names of groups are set smaller than text is measured for. */
const HEAD_SCALE = 13 / 12;
const DETAIL_SCALE = 13 / 11;

interface GroupProps {
  readonly group: GroupView;
  /** How its tasks stand in a run; undefined while the graph shows a definition. */
  readonly state: GroupState | undefined;
  readonly isFocusable: boolean;
  readonly onToggle: (groupId: string) => void;
  readonly onEnter: (id: string | null) => void;
}

/** The box of an open group. Only its head answers: the rest is ground to move the graph by. */
export const OpenGroup = React.memo(function OpenGroup(
  props: GroupProps & { readonly box: GroupBox; readonly zoom: number; readonly isFar: boolean }
): React.JSX.Element {
  const { group, box, state, isFocusable, isFar, zoom, onToggle, onEnter } = props;
  const trans = useTexts();
  const second = countText(group, state, trans);
  const name = group.label || group.group_id;
  const room = box.width - 64 - textWidth(second) / DETAIL_SCALE;
  return (
    <g
      className="jp-nbflow-group"
      data-group-id={group.group_id}
      data-state={state?.node.state}
      data-depth={box.depth % 2}
      transform={`translate(${box.x} ${box.y})`}
    >
      <rect className="jp-nbflow-group-box" width={box.width} height={box.height} rx="10" />
      <g
        className="jp-nbflow-group-head"
        data-stop-id={group.group_id}
        role="button"
        aria-expanded="true"
        aria-label={`${trans.__('Group %1', name)}, ${spoken(group, state, trans)}`}
        tabIndex={isFocusable ? 0 : -1}
        onClick={() => onToggle(group.group_id)}
        onPointerEnter={() => onEnter(group.group_id)}
        onPointerLeave={() => onEnter(null)}
      >
        <rect className="jp-nbflow-group-strip" width={box.width} height={GROUP_HEAD} rx="10" />
        {isFar ? (
          <FarName name={name} width={box.width} zoom={zoom} />
        ) : (
          <>
            <path className="jp-nbflow-group-chevron" d="M11.5 12l4 4 4-4" />
            <text className="jp-nbflow-group-name" x="27" y="18.5">
              {shortened(name, Math.max(40, room) * HEAD_SCALE)}
            </text>
            <text className="jp-nbflow-group-count" x={box.width - 12} y="18.5" textAnchor="end">
              {second}
            </text>
          </>
        )}
      </g>
    </g>
  );
});

/** From afar the name keeps its size on the screen, as far as the box has room for it. */
function FarName({
  name,
  width,
  zoom
}: {
  name: string;
  width: number;
  zoom: number;
}): React.JSX.Element | null {
  const room = width * zoom - 12;
  return room < 40 ? null : (
    <text
      className="jp-nbflow-group-name"
      x={6 / zoom}
      y={-4 / zoom}
      style={{ fontSize: `${11 / zoom}px` }}
    >
      {shortened(name, room)}
    </text>
  );
}

/** A closed group: one node with the worst state of its tasks, and how many are how far. */
export const ClosedGroup = React.memo(function ClosedGroup(
  props: GroupProps & {
    readonly box: Box;
    readonly now: number;
    readonly isSelected: boolean;
    readonly isDimmed: boolean;
    readonly isCritical: boolean;
  }
): React.JSX.Element {
  const { group, box, state, now, isSelected, isFocusable, onToggle, onEnter } = props;
  const trans = useTexts();
  const name = group.label || group.group_id;
  return (
    <g
      className="jp-nbflow-node jp-mod-group"
      data-group-id={group.group_id}
      data-stop-id={group.group_id}
      data-state={state?.node.state}
      data-selected={isSelected || undefined}
      data-dimmed={props.isDimmed || undefined}
      data-critical={props.isCritical || undefined}
      transform={`translate(${box.x} ${box.y})`}
      role="button"
      aria-expanded="false"
      aria-label={`${trans.__('Group %1', name)}, ${spoken(group, state, trans)}`}
      tabIndex={isFocusable ? 0 : -1}
      onClick={() => onToggle(group.group_id)}
      onPointerEnter={() => onEnter(group.group_id)}
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
      <rect
        className="jp-nbflow-node-sheet"
        x="5"
        y="5"
        width={box.width - 4}
        height={NODE_HEIGHT - 1}
        rx="6"
      />
      <rect className="jp-nbflow-node-box" width={box.width} height={NODE_HEIGHT} rx="6" />
      <g transform="translate(12 13)">
        {state === undefined ? <StackGlyph /> : <StateGlyph state={state.node.state} />}
      </g>
      <svg x="38" width={box.width - 44} height={NODE_HEIGHT}>
        <text className="jp-nbflow-node-title" y="18.5">
          {shortened(name, box.width - 64)}
        </text>
        <text className="jp-nbflow-node-detail" y="33">
          {shortened(detailOf(group, state, now, trans), (box.width - 48) * DETAIL_SCALE)}
        </text>
      </svg>
      <path
        className="jp-nbflow-group-chevron"
        d="M0 0l4 4-4 4"
        transform={`translate(${box.width - 17} 9.5)`}
      />
      {state === undefined ? null : <Shares counts={state.counts} width={box.width - 20} />}
    </g>
  );
});

/** How many tasks are in which state, as a bar of that many parts. */
function Shares({
  counts,
  width
}: {
  counts: GroupState['counts'];
  width: number;
}): React.JSX.Element {
  const before = (place: number): number =>
    counts.slice(0, place).reduce((sum, [, count]) => sum + count, 0);
  const unit = width / before(counts.length);
  return (
    <g aria-hidden="true">
      {counts.map(([state, count], place) => (
        <rect
          key={state}
          className="jp-nbflow-share"
          data-state={state}
          x={10 + unit * before(place)}
          y={NODE_HEIGHT - 7}
          width={Math.max(1, unit * count - 1)}
          height="3"
          rx="1"
        />
      ))}
    </g>
  );
}

function StackGlyph(): React.JSX.Element {
  return (
    <g
      className="jp-nbflow-kind-glyph"
      fill="none"
      stroke="currentColor"
      strokeWidth="1.4"
      strokeLinejoin="round"
    >
      <path d="M8 2.2L14 5.4 8 8.6 2 5.4z" />
      <path d="M2.4 8.6L8 11.6l5.6-3M2.4 11.4L8 14.4l5.6-3" />
    </g>
  );
}

function countText(group: GroupView, state: GroupState | undefined, trans: Texts): string {
  return state === undefined
    ? trans._n('%1 task', '%1 tasks', group.tasks.length)
    : trans.__('%1 of %2', state.node.finished, group.tasks.length);
}

/** What stands under the name of a closed group. */
function detailOf(
  group: GroupView,
  state: GroupState | undefined,
  now: number,
  trans: Texts
): string {
  if (state === undefined) {
    return countText(group, state, trans);
  }
  const { node } = state;
  const seconds = secondsBetween(node.started_at, node.ended_at, now);
  const isTimed =
    seconds !== null && (node.ended_at !== null || (now > 0 && node.state === 'running'));
  const time = isTimed ? ` · ${duration(seconds)}` : '';
  return `${stateName(node.state, trans)} · ${countText(group, state, trans)}${time}`;
}

/** The same in words, state by state. */
export function spoken(group: GroupView, state: GroupState | undefined, trans: Texts): string {
  const tasks = trans._n('%1 task', '%1 tasks', group.tasks.length);
  const parts = (state?.counts ?? []).map(
    ([name, count]) => `${count} ${stateName(name, trans).toLowerCase()}`
  );
  return [tasks, ...parts].join(', ');
}
