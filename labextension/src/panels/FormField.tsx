/** One field of a form that is made from a JSON Schema: its name, what is typed, what is wrong with it. */
import * as React from 'react';

import type { Draft, Field } from '../form/model';
import { type Texts, useTexts } from '../text';
import { useElementId } from './ids';

export interface FormFieldProps {
  readonly field: Field;
  readonly draft: Draft;
  readonly error: string | undefined;
  readonly onChange: (draft: Draft) => void;
  /** Its name in code stands beside its title: for params, whose names people write. */
  readonly isNamed?: boolean;
}

/** How a value is to be written, where the field does not show it. */
function formOf({ kind }: Field, trans: Texts): string {
  if (kind === 'texts' || kind === 'numbers') {
    return trans.__('One per line.');
  }
  return kind === 'json' ? trans.__('As JSON.') : '';
}

export function FormField({
  field,
  draft,
  error,
  onChange,
  isNamed = true
}: FormFieldProps): React.JSX.Element {
  const id = useElementId();
  const trans = useTexts();
  const form = formOf(field, trans);
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
        {isNamed && field.title !== field.name ? <code>{field.name}</code> : null}
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

const INPUT_TYPES: Partial<Record<Field['kind'], string>> = {
  date: 'date',
  'date-time': 'datetime-local',
  time: 'time',
  secret: 'password'
};
const ROWS: Partial<Record<Field['kind'], number>> = {
  'long-text': 4,
  texts: 4,
  numbers: 4,
  json: 4
};

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
  if (field.kind === 'choices') {
    return (
      <select
        {...common}
        multiple
        value={draft.split('\n')}
        onChange={event =>
          onChange([...event.target.selectedOptions].map(option => option.value).join('\n'))
        }
      >
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
  return <OneLine common={common} field={field} draft={draft} onChange={change} />;
}

/** A line to type into, with what it offers. */
function OneLine({
  common,
  field,
  draft,
  onChange
}: {
  readonly common: React.InputHTMLAttributes<HTMLInputElement> & { readonly id: string };
  readonly field: Field;
  readonly draft: string;
  readonly onChange: React.ChangeEventHandler<HTMLInputElement>;
}): React.JSX.Element {
  const isNumber = field.kind === 'number' || field.kind === 'integer';
  const listId = field.suggestions.length ? `${common.id}-suggestions` : undefined;
  return (
    <>
      <input
        {...common}
        list={listId}
        type={INPUT_TYPES[field.kind] ?? 'text'}
        autoComplete={field.kind === 'secret' ? 'new-password' : undefined}
        step={field.kind === 'time' || field.kind === 'date-time' ? 1 : undefined}
        inputMode={isNumber ? 'decimal' : undefined}
        value={draft}
        onChange={onChange}
      />
      {listId === undefined ? null : (
        <datalist id={listId}>
          {field.suggestions.map(text => (
            <option key={text} value={text} />
          ))}
        </datalist>
      )}
    </>
  );
}
