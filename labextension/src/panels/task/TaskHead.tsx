/** The head of a task's drawer: its name and state, what can be done about it, and which try is looked at. */
import * as React from 'react';

import { kindName, span, words } from '../../format';
import { StateIcon } from '../../graph/StateIcon';
import { useNow } from '../../graph/useNow';
import { useTexts } from '../../text';
import type { TaskInstanceDetail } from '../../wire';
import { Button, MenuButton, StateBadge } from '../controls';
import { Icon } from '../icons';
import { RepairBar } from './Failure';
import { hasNotebook, shownTry, type TaskDrawerProps } from './props';

export function TaskHead(props: TaskDrawerProps): React.JSX.Element {
  const { state, taskId, chooser, onClear, onMore, onClose } = props;
  const { detail } = state;
  const trans = useTexts();
  return (
    <header className="jp-nbflow-drawer-head">
      <div className="jp-nbflow-drawer-title">
        <StateIcon state={detail?.instance.state ?? 'none'} size={18} />
        <h2 className="jp-nbflow-ellipsis" title={taskId}>
          {taskId}
        </h2>
        {chooser}
        <span className="jp-nbflow-spring" />
        <OpenNotebook {...props} />
        <Button
          icon="again"
          label={trans.__('Clear…')}
          verb="clear"
          onClick={onClear}
          testId="nbflow-clear-task"
        />
        <MenuButton
          label={trans.__('More about this task')}
          testId="nbflow-task-more"
          onOpen={onMore}
        />
        <Button look="icon" icon="close" label={trans.__('Close')} onClick={onClose} />
      </div>
      {detail === null ? null : <Line {...props} detail={detail} />}
    </header>
  );
}

function OpenNotebook({ state, onOpenNotebook }: TaskDrawerProps): React.JSX.Element | null {
  const trans = useTexts();
  const { tryNumber } = state;
  if (tryNumber === null || !hasNotebook(state.detail?.task)) {
    return null;
  }
  return (
    <Button
      icon="notebook"
      label={trans.__('Open')}
      onClick={() => onOpenNotebook(tryNumber)}
      testId="nbflow-open-notebook"
    />
  );
}

function Line({
  state,
  detail,
  onChooseTry,
  onNote,
  onRepair
}: TaskDrawerProps & { detail: TaskInstanceDetail }): React.JSX.Element {
  const trans = useTexts();
  const { instance, tries, task } = detail;
  const now = useNow(instance.state === 'running');
  const isTimed =
    instance.started_at !== null && (instance.ended_at !== null || instance.state === 'running');
  return (
    <>
      <div className="jp-nbflow-drawer-line">
        <StateBadge
          state={instance.state}
          more={isTimed ? span(instance.started_at, instance.ended_at, now) : undefined}
        />
        <span className="jp-nbflow-muted">{kindName(task)}</span>
        {tries.length > 1 ? (
          <label className="jp-nbflow-muted">
            {trans.__('Try')}{' '}
            <select
              value={state.tryNumber ?? undefined}
              onChange={event => onChooseTry(Number(event.target.value))}
            >
              {tries.map(one => (
                <option key={one.attempt_id} value={one.try_number}>
                  {`${one.try_number} · ${words(one.state)}`}
                </option>
              ))}
            </select>
          </label>
        ) : null}
      </div>
      {instance.message || instance.reason !== null ? (
        <div className="jp-nbflow-drawer-message" data-state={instance.state}>
          {instance.reason === null ? null : <strong>{words(instance.reason)}</strong>}{' '}
          {instance.message}
        </div>
      ) : null}
      {instance.note ? (
        <button
          type="button"
          className="jp-nbflow-link jp-nbflow-task-note"
          title={trans.__('Change the note')}
          data-testid="nbflow-task-note"
          onClick={onNote}
        >
          <Icon name="note" size={13} /> {instance.note}
        </button>
      ) : null}
      <RepairBar
        one={shownTry(state)}
        onRepair={verb => onRepair(verb, state.tryNumber ?? instance.try_number)}
      />
    </>
  );
}
