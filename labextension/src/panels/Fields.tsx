/** The fields of a form under their headings. */
import * as React from 'react';

import { sectionsOf, type Draft, type Field } from '../form/model';
import { FormField } from './FormField';

export interface FieldsProps {
  readonly fields: readonly Field[];
  readonly drafts: Readonly<Record<string, Draft>>;
  /** By the name of the field. */
  readonly errors: Readonly<Record<string, string>>;
  /** Their names in code stand beside their titles. */
  readonly isNamed: boolean;
  readonly onChange: (name: string, draft: Draft) => void;
}

export function Fields(props: FieldsProps): React.JSX.Element {
  const { fields, drafts, errors, isNamed, onChange } = props;
  return (
    <>
      {sectionsOf(fields).map(one => {
        const drawn = one.fields.map(field => (
          <FormField
            key={field.name}
            field={field}
            draft={drafts[field.name] ?? field.initial}
            error={errors[field.name]}
            isNamed={isNamed}
            onChange={draft => onChange(field.name, draft)}
          />
        ));
        return one.section === '' ? (
          <React.Fragment key="">{drawn}</React.Fragment>
        ) : (
          <fieldset key={one.section} className="jp-nbflow-section">
            <legend>{one.section}</legend>
            {drawn}
          </fieldset>
        );
      })}
    </>
  );
}
