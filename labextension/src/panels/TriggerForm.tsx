/** What a run is given: one field per param, checked as it is filled in, and the logical date for those who need it. */
import * as React from 'react';

import type { Draft, Field } from '../form/model';
import { useTexts } from '../text';
import { Notice } from './controls';
import { Fields } from './Fields';

export interface TriggerFormProps {
  readonly fields: readonly Field[];
  readonly drafts: Readonly<Record<string, Draft>>;
  /** By the name of the field. */
  readonly errors: Readonly<Record<string, string>>;
  /** What the server says that belongs to no field. */
  readonly problems: readonly string[];
  /** As a local time without zone, empty for none. */
  readonly logicalDate: string;
  readonly note: string;
  readonly isPaused: boolean;
  readonly onChange: (name: string, draft: Draft) => void;
  readonly onChangeDate: (logicalDate: string) => void;
  readonly onChangeNote: (note: string) => void;
}

export function TriggerForm(props: TriggerFormProps): React.JSX.Element {
  const { fields, drafts, errors, problems, logicalDate, note, isPaused } = props;
  const trans = useTexts();
  const dateId = React.useId();
  const noteId = React.useId();
  return (
    <div className="jp-nbflow jp-nbflow-form" data-testid="nbflow-trigger-form">
      {problems.length ? (
        <Notice kind="error" title={trans.__('The server refuses this run')}>
          {problems.map(problem => (
            <p key={problem}>{problem}</p>
          ))}
        </Notice>
      ) : null}
      {fields.length ? null : (
        <p className="jp-nbflow-muted">{trans.__('This DAG takes no params.')}</p>
      )}
      <Fields fields={fields} drafts={drafts} errors={errors} isNamed onChange={props.onChange} />
      <details className="jp-nbflow-advanced">
        <summary>{trans.__('Advanced')}</summary>
        <div className="jp-nbflow-field">
          <label htmlFor={dateId}>{trans.__('Logical date')}</label>
          <input
            id={dateId}
            type="datetime-local"
            value={logicalDate}
            onChange={event => props.onChangeDate(event.target.value)}
          />
          <div className="jp-nbflow-hint">
            {trans.__('The time that the run is for, in your zone. Left empty: none.')}
          </div>
        </div>
        <div className="jp-nbflow-field">
          <label htmlFor={noteId}>{trans.__('Note')}</label>
          <input
            id={noteId}
            type="text"
            value={note}
            onChange={event => props.onChangeNote(event.target.value)}
          />
        </div>
      </details>
      {isPaused ? (
        <p className="jp-nbflow-hint">
          {trans.__('The DAG is paused: this run runs all the same, the schedule stays off.')}
        </p>
      ) : null}
    </div>
  );
}
