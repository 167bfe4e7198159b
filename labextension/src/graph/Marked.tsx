/** Sentences of the server, which names code between backticks. */
import * as React from 'react';

/** A sentence with code in it: what stands between backticks is set as code. */
export function Marked({ text }: { readonly text: string }): React.JSX.Element {
  return (
    <span className="jp-nbflow-marked">
      {text
        .split(/`([^`]+)`/)
        .map((part, place) => (place % 2 ? <code key={place}>{part}</code> : part))}
    </span>
  );
}
