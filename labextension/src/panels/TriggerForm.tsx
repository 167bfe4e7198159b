/** What a run is given: one field per param, checked as it is filled in, and the logical date for those who need it. */
import * as React from 'react';

import type { Draft, Field } from '../form/model';
import { useTexts } from '../text';
import { Notice } from './controls';

export interface TriggerFormProps {
  readonly fields: readonly Field[];
  readonly drafts: Readonly<Record<string, Draft>>;
  /** By the name of the field. */
  readonly errors: Readonly<Record<string, string>>;
  /** What the server says that belongs to no field. */
  readonly problems: readonly string[];
  /** As a local time without zone, empty for none. */
  readonly logicalDate: string;
  readonly isPaused: boolean;
  readonly onChange: (name: string, draft: Draft) => void;
  readonly onChangeDate: (logicalDate: string) => void;
}

export function TriggerForm(props: TriggerFormProps): React.JSX.Element {
  const { fields, drafts, errors, problems, logicalDate, isPaused } = props;
  const trans = useTexts();
  const dateId = React.useId();
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
      {fields.map(field => (
        <FormField
          key={field.name}
          field={field}
          draft={drafts[field.name] ?? field.initial}
          error={errors[field.name]}
          onChange={draft => props.onChange(field.name, draft)}
        />
      ))}
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
      </details>
      {isPaused ? (
        <p className="jp-nbflow-hint">
          {trans.__('The DAG is paused: this run runs all the same, the schedule stays off.')}
        </p>
      ) : null}
    </div>
  );
}

interface FormFieldProps {
  readonly field: Field;
  readonly draft: Draft;
  readonly error: string | undefined;
  readonly onChange: (draft: Draft) => void;
}

function FormField({ field, draft, error, onChange }: FormFieldProps): React.JSX.Element {
  const id = React.useId();
  const trans = useTexts();
  const form =
    field.kind === 'texts'
      ? trans.__('One per line.')
      : field.kind === 'json'
        ? trans.__('As JSON.')
        : '';
  const hint = [field.description, form].filter(Boolean).join(' ');
  const described = [hint ? `${id}-hint` : '', error === undefined ? '' : `${id}-error`].join(' ');
  return (
    <div
      className="jp-nbflow-field"
      data-param={field.name}
      data-kind={field.kind}
      data-invalid={error !== undefined || undefined}
    >
      <label htmlFor={id}>
        {field.title}
        {field.title === field.name ? null : <code>{field.name}</code>}
        {field.isRequired && field.kind !== 'boolean' ? (
          <span className="jp-nbflow-required">{trans.__('required')}</span>
        ) : null}
      </label>
      <Input
        id={id}
        field={field}
        draft={draft}
        described={described.trim()}
        isInvalid={error !== undefined}
        onChange={onChange}
      />
      {hint ? (
        <div className="jp-nbflow-hint" id={`${id}-hint`}>
          {hint}
        </div>
      ) : null}
      {error === undefined ? null : (
        <div className="jp-nbflow-field-error" id={`${id}-error`} role="alert">
          {error}
        </div>
      )}
    </div>
  );
}

interface InputProps {
  readonly id: string;
  readonly field: Field;
  readonly draft: Draft;
  readonly described: string;
  readonly isInvalid: boolean;
  readonly onChange: (draft: Draft) => void;
}

const ROWS: Partial<Record<Field['kind'], number>> = { 'long-text': 4, texts: 4, json: 4 };

function Input({
  id,
  field,
  draft,
  described,
  isInvalid,
  onChange
}: InputProps): React.JSX.Element {
  const common = {
    id,
    'aria-describedby': described || undefined,
    'aria-invalid': isInvalid
  };
  const change = (
    event: React.ChangeEvent<HTMLInputElement | HTMLTextAreaElement | HTMLSelectElement>
  ): void => onChange(event.target.value);
  if (typeof draft === 'boolean') {
    return (
      <input
        {...common}
        type="checkbox"
        checked={draft}
        onChange={event => onChange(event.target.checked)}
      />
    );
  }
  if (field.kind === 'choice') {
    return (
      <select {...common} value={draft} onChange={change}>
        {field.choices.map(({ value, label }) => (
          <option key={JSON.stringify(value)} value={JSON.stringify(value)}>
            {label}
          </option>
        ))}
      </select>
    );
  }
  const rows = ROWS[field.kind];
  if (rows !== undefined) {
    return <textarea {...common} rows={rows} value={draft} spellCheck={false} onChange={change} />;
  }
  const isNumber = field.kind === 'number' || field.kind === 'integer';
  return (
    <input
      {...common}
      type={field.kind === 'date' ? 'date' : 'text'}
      inputMode={isNumber ? 'decimal' : undefined}
      value={draft}
      onChange={change}
    />
  );
}
