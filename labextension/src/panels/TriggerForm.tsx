/** What a run is given: one field per param, checked as it is filled in, and what else can be said about it. */
import * as React from 'react';

import type { Draft } from '../form/model';
import type { ParamChange } from '../form/rerun';
import type { NewRunState } from '../live/new-run';
import { useTexts } from '../text';
import type { TaskView } from '../wire';
import { CacheTick, SelectionField, Segments } from './Choices';
import { Notice } from './controls';
import { Fields } from './Fields';
import { PlannedTasks } from './RunTasksForm';
import { useElementId } from './ids';

/** The run that is repeated. */
export interface Repeated {
  readonly version: number;
  /** The number of the latest version, null where the run has it. */
  readonly latest: number | null;
  /** What the new run gets otherwise; null while that is not known. */
  readonly changes: readonly ParamChange[] | null;
}

export interface TriggerFormProps extends NewRunState {
  readonly tasks: readonly TaskView[];
  readonly isPaused: boolean;
  /** Null for a run of its own. */
  readonly repeated: Repeated | null;
  readonly onChange: (name: string, draft: Draft) => void;
  readonly onChoose: (
    change: Partial<Pick<NewRunState, 'logicalDate' | 'selection' | 'note' | 'noCache'>>
  ) => void;
  readonly onChooseVersion: (isLatest: boolean) => void;
}

export function TriggerForm(props: TriggerFormProps): React.JSX.Element {
  const { fields, drafts, errors, problems, isPaused, repeated } = props;
  const trans = useTexts();
  return (
    <div
      className={`jp-nbflow jp-nbflow-form ${repeated === null ? '' : 'jp-mod-wide'}`}
      data-testid="nbflow-trigger-form"
    >
      <div>
        {problems.length ? (
          <Notice kind="error" title={trans.__('The server refuses this run')}>
            {problems.map(problem => (
              <p key={problem}>{problem}</p>
            ))}
          </Notice>
        ) : null}
        {repeated === null ? null : <Version {...props} repeated={repeated} />}
        {fields.length ? null : (
          <p className="jp-nbflow-muted">{trans.__('This DAG takes no params.')}</p>
        )}
        <Fields fields={fields} drafts={drafts} errors={errors} isNamed onChange={props.onChange} />
        <Advanced {...props} />
        {isPaused ? (
          <p className="jp-nbflow-hint">
            {trans.__('The DAG is paused: this run runs all the same, the schedule stays off.')}
          </p>
        ) : null}
      </div>
      {repeated === null ? null : (
        <div>
          <Changes changes={repeated.changes} isStale={props.isStale} />
          {props.plan === null ? null : (
            <PlannedTasks plan={props.plan} problems={[]} isStale={props.isStale} />
          )}
        </div>
      )}
    </div>
  );
}

function Version({
  repeated,
  isLatest,
  onChooseVersion
}: TriggerFormProps & { readonly repeated: Repeated }): React.JSX.Element | null {
  const trans = useTexts();
  const { version, latest } = repeated;
  return latest === null ? null : (
    <Segments
      label={trans.__('Version of the DAG')}
      choices={[
        { value: 'kept', label: trans.__('%1, as the run', version) },
        { value: 'latest', label: trans.__('%1, the latest', latest) }
      ]}
      value={isLatest ? 'latest' : 'kept'}
      onChange={value => onChooseVersion(value === 'latest')}
    />
  );
}

function Advanced(props: TriggerFormProps): React.JSX.Element {
  const { tasks, selection, logicalDate, note, repeated, plan, isStale, onChoose } = props;
  const trans = useTexts();
  const id = useElementId();
  const isChosen = selection.trim() !== '';
  return (
    <details className="jp-nbflow-advanced">
      <summary>{trans.__('Advanced')}</summary>
      <div className="jp-nbflow-legend">{trans.__('Only these tasks')}</div>
      <SelectionField
        value={selection}
        tasks={tasks}
        label={trans.__('Only these tasks')}
        onChange={value => onChoose({ selection: value })}
      />
      {isChosen && plan !== null && repeated === null ? (
        <PlannedTasks plan={plan} problems={[]} isStale={isStale} />
      ) : null}
      {repeated === null ? (
        <div className="jp-nbflow-field">
          <label htmlFor={`${id}-date`}>{trans.__('Logical date')}</label>
          <input
            id={`${id}-date`}
            type="datetime-local"
            value={logicalDate}
            onChange={event => onChoose({ logicalDate: event.target.value })}
          />
          <div className="jp-nbflow-hint">
            {trans.__('The time that the run is for, in your zone. Left empty: none.')}
          </div>
        </div>
      ) : null}
      <CacheTick isOn={props.noCache} onChange={noCache => onChoose({ noCache })} />
      <div className="jp-nbflow-field">
        <label htmlFor={`${id}-note`}>{trans.__('Note')}</label>
        <input
          id={`${id}-note`}
          type="text"
          value={note}
          onChange={event => onChoose({ note: event.target.value })}
        />
      </div>
    </details>
  );
}

/** What the new run gets otherwise than the one it repeats. */
function Changes({
  changes,
  isStale
}: {
  readonly changes: readonly ParamChange[] | null;
  readonly isStale: boolean;
}): React.JSX.Element | null {
  const trans = useTexts();
  if (changes === null) {
    return null;
  }
  return (
    <div
      className="jp-nbflow-affected"
      data-testid="nbflow-changes"
      data-stale={isStale || undefined}
    >
      <p className="jp-nbflow-affected-head" role="status">
        {changes.length
          ? trans._n('%1 param changes', '%1 params change', changes.length)
          : trans.__('A new run with the same params')}
      </p>
      {changes.length ? (
        <div className="jp-nbflow-affected-box">
          <ul className="jp-nbflow-affected-tasks">
            {changes.map(({ name, before, after }) => (
              <li key={name} data-param={name}>
                <code>{name}</code>
                <span className="jp-nbflow-spring" />
                <span className="jp-nbflow-affected-step">
                  <code className="jp-nbflow-muted">{before ?? '–'}</code>
                  <span aria-hidden="true" className="jp-nbflow-faint">
                    →
                  </span>
                  <span className="jp-nbflow-hidden">{trans.__('becomes')}</span>
                  <code>{after ?? '–'}</code>
                </span>
              </li>
            ))}
          </ul>
        </div>
      ) : null}
    </div>
  );
}
