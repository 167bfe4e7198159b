/** One task beside the graph: what became of it, its notebook and log as they grow, its tries, and why it waits. */
import * as React from 'react';

import { instanceName } from '../../format';
import { useTexts } from '../../text';
import type { TaskView } from '../../wire';
import { Button, Loading, Notice } from '../controls';
import type { TaskDrawerProps } from './props';
import { TaskAbout } from './TaskAbout';
import { TaskBody } from './TaskBody';
import { TaskHead } from './TaskHead';

export type { TaskDrawerProps } from './props';

export function TaskDrawer(props: TaskDrawerProps): React.JSX.Element {
  const { state, taskId, mapIndex, onClose } = props;
  const trans = useTexts();
  const close = (event: React.KeyboardEvent): void => {
    if (event.key === 'Escape') {
      event.stopPropagation();
      onClose();
    }
  };
  return (
    // eslint-disable-next-line jsx-a11y/no-noninteractive-element-interactions -- Escape closes it from anywhere inside
    <aside
      className="jp-nbflow-drawer"
      aria-label={trans.__('Task %1', instanceName(taskId, mapIndex))}
      data-testid="nbflow-task"
      data-task-id={taskId}
      data-state={state.detail?.instance.state}
      onKeyDown={close}
    >
      <TaskHead {...props} />
      {state.error !== null && state.detail === null ? (
        <Notice kind="error" title={trans.__('This task cannot be shown')}>
          <p>{state.error}</p>
        </Notice>
      ) : null}
      {state.detail === null ? (
        state.error === null && <Loading />
      ) : (
        <TaskBody {...props} detail={state.detail} />
      )}
    </aside>
  );
}

/** A task while no run is chosen: what is written about it. */
export function DefinitionDrawer({
  task,
  onOpenTask,
  onClose
}: {
  task: TaskView;
  onOpenTask: (taskId: string) => void;
  onClose: () => void;
}): React.JSX.Element {
  const trans = useTexts();
  return (
    <aside
      className="jp-nbflow-drawer"
      aria-label={trans.__('Task %1', task.task_id)}
      data-testid="nbflow-task"
      data-task-id={task.task_id}
    >
      <header className="jp-nbflow-drawer-head">
        <div className="jp-nbflow-drawer-title">
          <h2 className="jp-nbflow-ellipsis" title={task.task_id}>
            {task.display_name || task.task_id}
          </h2>
          <span className="jp-nbflow-spring" />
          <Button look="icon" icon="close" label={trans.__('Close')} onClick={onClose} />
        </div>
      </header>
      <div className="jp-nbflow-drawer-body">
        <TaskAbout task={task} onOpenTask={onOpenTask} />
      </div>
    </aside>
  );
}
