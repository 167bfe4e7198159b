/** What the pointer finds on the graph: more about a task, or why an edge is there. */
import * as React from 'react';

import { kindName } from '../format';
import { useTexts, type Texts } from '../text';
import type { EdgeView, GroupView } from '../wire';
import { assetOf, calledIn } from './assets';
import { spoken } from './GroupBoxes';
import type { GroupState } from './groups';
import type { GraphTask, Route } from './layout';
import { Marked } from './Marked';
import type { NodeState } from './node-states';
import { secondLine } from './TaskNode';

export interface TipProps {
  /** Where it points, in pixels of the graph's window. */
  readonly x: number;
  readonly y: number;
  /** It stands below the point in the upper part of the window, above it in the lower part. */
  readonly below: boolean;
  readonly children: React.ReactNode;
}

export function Tip({ x, y, below, children }: TipProps): React.JSX.Element {
  const side = below ? 'jp-mod-below' : 'jp-mod-above';
  return (
    <div className={`jp-nbflow-tip ${side}`} role="tooltip" style={{ left: x, top: y }}>
      {children}
    </div>
  );
}

export function TaskTip({
  task,
  node,
  now
}: {
  task: GraphTask;
  node: NodeState | undefined;
  now: number;
}): React.JSX.Element {
  const trans = useTexts();
  return (
    <>
      <div className="jp-nbflow-tip-title">{calledIn(task)}</div>
      {node !== undefined && <div>{secondLine(task, node, now, trans)}</div>}
      {node?.message ? <div className="jp-nbflow-tip-message">{node.message}</div> : null}
      <div className="jp-nbflow-muted">
        {kindName(task)}
        {task.trigger_rule === '' ? '' : ` · ${trans.__('rule %1', task.trigger_rule)}`}
      </div>
    </>
  );
}

export function GroupTip({
  group,
  state,
  isOpen
}: {
  group: GroupView;
  state: GroupState | undefined;
  isOpen: boolean;
}): React.JSX.Element {
  const trans = useTexts();
  return (
    <>
      <div className="jp-nbflow-tip-title">{group.label || group.group_id}</div>
      <div>{spoken(group, state, trans)}</div>
      {group.tooltip ? <div className="jp-nbflow-tip-message">{group.tooltip}</div> : null}
      <div className="jp-nbflow-muted">
        {isOpen ? trans.__('Click to close the group') : trans.__('Click to open the group')}
      </div>
    </>
  );
}

/** More reasons than these are not read. */
const MOST_REASONS = 6;

export function EdgeTip({ route }: { route: Route }): React.JSX.Element {
  const trans = useTexts();
  return (
    <>
      <div className="jp-nbflow-tip-title">
        {assetOf(route.source) ?? route.source} → {assetOf(route.target) ?? route.target}
      </div>
      {route.label ? <div>{route.label}</div> : null}
      {route.reasons.slice(0, MOST_REASONS).map((reason, place) => (
        <EdgeReason key={place} reason={reason} />
      ))}
      {route.reasons.length > MOST_REASONS ? (
        <div className="jp-nbflow-muted">
          {trans.__('and %1 more', route.reasons.length - MOST_REASONS)}
        </div>
      ) : null}
      {route.reasons.length ? null : <div>{trans.__('Declared')}</div>}
    </>
  );
}

/** One reason for an edge, in words. */
export function EdgeReason({ reason }: { reason: EdgeView }): React.JSX.Element {
  const trans = useTexts();
  return (
    <div className="jp-nbflow-reason">
      <span className="jp-nbflow-tag">{edgeKind(reason.kind, trans)}</span>
      {reason.names.length ? <code>{reason.names.join(', ')}</code> : null}
      {reason.why ? (
        <span className="jp-nbflow-muted">
          <Marked text={reason.why} />
        </span>
      ) : null}
    </div>
  );
}

function edgeKind(kind: string, trans: Texts): string {
  const names: Record<string, string> = {
    declared: trans.__('declared'),
    certain: trans.__('certain'),
    inferred: trans.__('inferred'),
    unknown: trans.__('cannot tell')
  };
  return names[kind] ?? kind;
}
