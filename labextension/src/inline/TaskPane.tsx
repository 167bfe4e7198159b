/** The chosen task below the graph of a widget: how it stands, and its log. */
import * as React from 'react';

import type { NodeState } from '../graph/node-states';
import { StateIcon } from '../graph/StateIcon';
import { secondLine } from '../graph/TaskNode';
import { useNow } from '../graph/useNow';
import { Button } from '../panels/controls';
import { LogView } from '../panels/log/LogView';
import { isFinished } from '../states';
import { useTexts } from '../text';
import type { RunView, TaskView } from '../wire';
import { logOfKernel, useServerLog } from './log';

/** How a task stands, and which of its attempts that tells of. */
export interface ShownState extends NodeState {
  readonly map_index?: number;
  readonly try_number?: number;
}

export interface TaskPaneProps {
  readonly task: TaskView;
  readonly node: ShownState | undefined;
  readonly run: RunView | null;
  /** The end of its log as the kernel knows it. */
  readonly logOfKernel: string;
  readonly onClose: () => void;
}

export function TaskPane(props: TaskPaneProps): React.JSX.Element {
  const { task, node, onClose } = props;
  const trans = useTexts();
  const now = useNow(node?.state === 'running');
  return (
    <section
      className="jp-nbflow-widget-task"
      aria-label={trans.__('Task %1', task.task_id)}
      data-state={node?.state}
    >
      <div className="jp-nbflow-widget-head">
        {node === undefined ? null : <StateIcon state={node.state} />}
        <strong>{nameOf(task, node)}</strong>
        <span className="jp-nbflow-muted">{secondLine(task, node, now, trans)}</span>
        <span className="jp-nbflow-spring" />
        <Button look="icon" icon="close" label={trans.__('Close')} onClick={onClose} />
      </div>
      {node?.message ? <div className="jp-nbflow-drawer-message">{node.message}</div> : null}
      {node === undefined ? null : (
        <TaskLog key={`${node.map_index} ${node.try_number}`} {...props} node={node} />
      )}
    </section>
  );
}

/** The log of one attempt, once there is something in it. */
function TaskLog(props: TaskPaneProps & { readonly node: ShownState }): React.JSX.Element | null {
  const { task, node, run } = props;
  const fromServer = useServerLog(run, task.task_id, node.map_index ?? -1);
  const isOver = isFinished(node.state);
  const fromKernel = React.useMemo(
    () => logOfKernel(props.logOfKernel, isOver),
    [props.logOfKernel, isOver]
  );
  const log = fromServer ?? fromKernel;
  return log.blocks.length ? (
    <div className="jp-nbflow-widget-log">
      <LogView log={log} error={null} fileName={`${nameOf(task, node)}.log`} />
    </div>
  ) : null;
}

/** A task, or which of its instances the log is of. */
function nameOf(task: TaskView, node: ShownState | undefined): string {
  const { map_index: mapIndex = -1 } = node ?? {};
  return mapIndex < 0 ? task.task_id : `${task.task_id}[${mapIndex}]`;
}
