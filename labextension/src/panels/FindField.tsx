/** A field to look for something by what it is called. */
import * as React from 'react';

import { Icon } from './icons';

export function FindField({
  value,
  label,
  placeholder = label,
  input,
  isFirst = false,
  onChange
}: {
  readonly value: string;
  readonly label: string;
  /** What stands in it while it is empty; the label unless said otherwise. */
  readonly placeholder?: string;
  readonly input?: React.RefObject<HTMLInputElement>;
  /** Whether it has the focus at once: where one opens a list to look something up. */
  readonly isFirst?: boolean;
  readonly onChange: (value: string) => void;
}): React.JSX.Element {
  return (
    <div className="jp-nbflow-search-box">
      <Icon name="search" size={14} />
      <input
        ref={input}
        type="search"
        value={value}
        placeholder={placeholder}
        aria-label={label}
        // eslint-disable-next-line jsx-a11y/no-autofocus -- as said above
        autoFocus={isFirst}
        onChange={event => onChange(event.target.value)}
      />
    </div>
  );
}
