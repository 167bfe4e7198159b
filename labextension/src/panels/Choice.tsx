/** One of a few values to narrow a list by, or any of them. */
import * as React from 'react';

import { useTexts } from '../text';

/** Where there is nothing to choose among, nothing is shown; a value that is chosen is offered, known or not. */
export function Choice({
  label,
  value,
  choices,
  onChoose
}: {
  label: string;
  value: string;
  choices: readonly (readonly [string, string])[];
  onChoose: (value: string) => void;
}): React.JSX.Element | null {
  const trans = useTexts();
  if (!choices.length && value === '') {
    return null;
  }
  const known = choices.some(([one]) => one === value) || value === '';
  return (
    <select
      className="jp-nbflow-dags-choice"
      aria-label={label}
      value={value}
      data-chosen={value !== '' || undefined}
      onChange={event => onChoose(event.target.value)}
    >
      <option value="">{trans.__('%1: any', label)}</option>
      {(known ? choices : [...choices, [value, value] as const]).map(([one, name]) => (
        <option key={one} value={one}>
          {name}
        </option>
      ))}
    </select>
  );
}
