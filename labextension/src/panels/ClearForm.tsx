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
  /** In how many runs; more than one where earlier or later ones are meant too. */
  readonly runs?: number;
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
  only_failed: false,
  past: false,
  future: false,
  latest: false
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
          onChange={() => onChange({ ...RESUME, latest: request.latest })}
        />
        {trans.__('What failed, and what depends on it')}
      </label>
      <label>
        <input
          type="radio"
          name={name}
          checked={request.tasks !== null}
          onChange={() => onChange({ ...RESUME, tasks: everything, latest: request.latest })}
        />
        {trans.__('Everything')}
      </label>
      {request.tasks === null ? null : (
        <>
          <Tick option="only_failed" {...{ request, onChange }}>
            {trans.__('Of these, only what failed')}
          </Tick>
          <Tick option="only_running" {...{ request, onChange }}>
            {trans.__('Of these, only what is running')}
          </Tick>
        </>
      )}
      <Tick option="latest" {...{ request, onChange }}>
        {trans.__('With the latest version of the DAG')}
      </Tick>
    </fieldset>
  );
}

function TaskChoices({ request, onChange }: ClearFormProps): React.JSX.Element {
  const trans = useTexts();
  const choices: [Option, string][] = [
    ['upstream', trans.__('With everything it comes after (upstream)')],
    ['downstream', trans.__('With everything that depends on it (downstream)')],
    ['only_failed', trans.__('Of these, only what failed')],
    ['only_running', trans.__('Of these, only what is running')],
    ['past', trans.__('In earlier runs too')],
    ['future', trans.__('In later runs too')],
    ['latest', trans.__('With the latest version of the DAG')]
  ];
  return (
    <fieldset className="jp-nbflow-choices">
      <legend className="jp-nbflow-hidden">{trans.__('What is to run again')}</legend>
      {choices.map(([option, label]) => (
        <Tick key={option} option={option} {...{ request, onChange }}>
          {label}
        </Tick>
      ))}
    </fieldset>
  );
}

type Option =
  'upstream' | 'downstream' | 'only_failed' | 'only_running' | 'past' | 'future' | 'latest';

function Tick({
  option,
  request,
  onChange,
  children
}: Pick<ClearFormProps, 'request' | 'onChange'> & {
  readonly option: Option;
  readonly children: React.ReactNode;
}): React.JSX.Element {
  return (
    <label>
      <input
        type="checkbox"
        checked={request[option] ?? false}
        data-option={option}
        onChange={event => onChange({ ...request, [option]: event.target.checked })}
      />
      {children}
    </label>
  );
}

/** More than these are counted, not listed. */
const MOST_SHOWN = 200;

function Preview({ keys, runs = 1, error, instances }: ClearFormProps): React.JSX.Element {
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
        {runs > 1
          ? trans.__('%1 task instances of %2 runs run again:', keys.length, runs)
          : trans._n('%1 task runs again:', '%1 tasks run again:', keys.length)}
      </div>
      <ul data-testid="nbflow-clear-preview">
        {keys.slice(0, MOST_SHOWN).map(([task, mapIndex], place) => {
          const name = instanceName(task, mapIndex);
          const state = states.get(name) ?? 'none';
          return (
            <li key={`${place} ${name}`}>
              <StateIcon state={state} size={13} label={stateName(state, trans)} />
              <span className="jp-nbflow-ellipsis">{name}</span>
            </li>
          );
        })}
        {keys.length > MOST_SHOWN ? (
          <li className="jp-nbflow-muted">{trans.__('and %1 more', keys.length - MOST_SHOWN)}</li>
        ) : null}
      </ul>
    </div>
  );
}
