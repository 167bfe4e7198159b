/** Which tasks are to run again, with everything that this would touch listed before it is asked for. */
import * as React from 'react';

import type { ClearRequest } from '../client';
import { instanceName, stateName } from '../format';
import { StateIcon } from '../graph/StateIcon';
import { useTexts } from '../text';
import type { TaskInstanceView } from '../wire';
import { Loading, Notice } from './controls';

export interface ClearFormProps {
  /** Null: the whole run is meant. */
  readonly taskId: string | null;
  readonly request: ClearRequest;
  /** What would run again; null while that is being asked. */
  readonly keys: readonly (readonly [string, number])[] | null;
  readonly error: string | null;
  readonly instances: readonly TaskInstanceView[];
  readonly onChange: (request: ClearRequest) => void;
}

export function ClearForm(props: ClearFormProps): React.JSX.Element {
  const { taskId } = props;
  return (
    <div className="jp-nbflow jp-nbflow-form" data-testid="nbflow-clear-form">
      {taskId === null ? <RunChoices {...props} /> : <TaskChoices {...props} />}
      <Preview {...props} />
    </div>
  );
}

const RESUME: ClearRequest = {
  tasks: null,
  upstream: false,
  downstream: false,
  only_failed: false
};

/** What a dialog begins with: resuming a run, or a task with everything that depends on it. */
export function firstRequest(taskId: string | null): ClearRequest {
  return taskId === null ? RESUME : { ...RESUME, tasks: [taskId], downstream: true };
}

function RunChoices({ request, instances, onChange }: ClearFormProps): React.JSX.Element {
  const trans = useTexts();
  const name = React.useId();
  const everything = [...new Set(instances.map(one => one.task_id))];
  return (
    <fieldset className="jp-nbflow-choices">
      <legend className="jp-nbflow-hidden">{trans.__('What is to run again')}</legend>
      <label>
        <input
          type="radio"
          name={name}
          checked={request.tasks === null}
          onChange={() => onChange(RESUME)}
        />
        {trans.__('What failed, and what depends on it')}
      </label>
      <label>
        <input
          type="radio"
          name={name}
          checked={request.tasks !== null}
          onChange={() => onChange({ ...RESUME, tasks: everything })}
        />
        {trans.__('Everything')}
      </label>
    </fieldset>
  );
}

function TaskChoices({ request, onChange }: ClearFormProps): React.JSX.Element {
  const trans = useTexts();
  const choices: ['upstream' | 'downstream' | 'only_failed', string][] = [
    ['upstream', trans.__('With everything it comes after (upstream)')],
    ['downstream', trans.__('With everything that depends on it (downstream)')],
    ['only_failed', trans.__('Of these, only what failed')]
  ];
  return (
    <fieldset className="jp-nbflow-choices">
      <legend className="jp-nbflow-hidden">{trans.__('What is to run again')}</legend>
      {choices.map(([option, label]) => (
        <label key={option}>
          <input
            type="checkbox"
            checked={request[option]}
            data-option={option}
            onChange={event => onChange({ ...request, [option]: event.target.checked })}
          />
          {label}
        </label>
      ))}
    </fieldset>
  );
}

function Preview({ keys, error, instances }: ClearFormProps): React.JSX.Element {
  const trans = useTexts();
  if (error !== null) {
    return <Notice kind="error" title={error} />;
  }
  if (keys === null) {
    return <Loading lines={3} />;
  }
  if (!keys.length) {
    return <Notice kind="empty" title={trans.__('Nothing would run again')} />;
  }
  const states = new Map(
    instances.map(one => [instanceName(one.task_id, one.map_index), one.state])
  );
  return (
    <div className="jp-nbflow-preview-list">
      <div className="jp-nbflow-muted">
        {trans._n('%1 task runs again:', '%1 tasks run again:', keys.length)}
      </div>
      <ul data-testid="nbflow-clear-preview">
        {keys.map(([task, mapIndex]) => {
          const name = instanceName(task, mapIndex);
          const state = states.get(name) ?? 'none';
          return (
            <li key={name}>
              <StateIcon state={state} size={13} label={stateName(state, trans)} />
              <span className="jp-nbflow-ellipsis">{name}</span>
            </li>
          );
        })}
      </ul>
    </div>
  );
}
