/** A form made from JSON Schemas, with what the server says against it: for dialogs that set something. */
import * as React from 'react';

import type { Draft, Field } from '../form/model';
import { useTexts } from '../text';
import { Notice } from './controls';
import { Fields } from './Fields';

export interface ParamsFormProps {
  readonly fields: readonly Field[];
  readonly drafts: Readonly<Record<string, Draft>>;
  /** By the name of the field. */
  readonly errors: Readonly<Record<string, string>>;
  /** What the server says that belongs to no field. */
  readonly problems: readonly string[];
  readonly onChange: (name: string, draft: Draft) => void;
}

export function ParamsForm(props: ParamsFormProps): React.JSX.Element {
  const { fields, drafts, errors, problems, onChange } = props;
  const trans = useTexts();
  return (
    <>
      {problems.length ? (
        <Notice kind="error" title={trans.__('The server refuses this')}>
          {problems.map(problem => (
            <p key={problem}>{problem}</p>
          ))}
        </Notice>
      ) : null}
      <Fields fields={fields} drafts={drafts} errors={errors} isNamed={false} onChange={onChange} />
    </>
  );
}
