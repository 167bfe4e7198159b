/** What is wrong with a notebook, in a list: each with its cell, what to do about it, and the way there. */
import * as React from 'react';

import { Marked } from '../../graph/Marked';
import { inOrder } from '../../preview/mapping';
import { useTexts } from '../../text';
import type { Problem } from '../../wire';
import { Icon } from '../icons';
import { useElementId } from '../ids';

export interface ProblemsProps {
  readonly problems: readonly Problem[];
  /** Whether the graph above is of an earlier notebook. */
  readonly isStale: boolean;
  readonly onGo: (cell: number, line: number | null) => void;
}

export function Problems({ problems, isStale, onGo }: ProblemsProps): React.JSX.Element | null {
  const trans = useTexts();
  const listId = useElementId();
  const [isOpen, setOpen] = React.useState(true);
  if (!problems.length) {
    return null;
  }
  const errors = problems.filter(({ severity }) => severity === 'error').length;
  const warnings = problems.length - errors;
  const counts = [
    ...(errors ? [trans._n('%1 error', '%1 errors', errors)] : []),
    ...(warnings ? [trans._n('%1 warning', '%1 warnings', warnings)] : [])
  ];
  return (
    <section className="jp-nbflow-lint" data-testid="nbflow-problems">
      <button
        type="button"
        className="jp-nbflow-lint-head"
        aria-expanded={isOpen}
        aria-controls={listId}
        onClick={() => setOpen(!isOpen)}
      >
        <Icon name="chevron" size={12} />
        <strong>{counts.join(', ')}</strong>
        {isStale ? (
          <span className="jp-nbflow-muted">
            {trans.__('The graph is that of before the error.')}
          </span>
        ) : null}
      </button>
      <ul id={listId} className="jp-nbflow-plain" hidden={!isOpen}>
        {inOrder(problems).map((problem, place) => (
          <li key={place} data-severity={problem.severity}>
            <ProblemText problem={problem} onGo={onGo} />
          </li>
        ))}
      </ul>
    </section>
  );
}

/** One problem, with the way to its cell. */
export function ProblemText({
  problem,
  onGo
}: {
  readonly problem: Problem;
  /** Left out where one is there already. */
  readonly onGo?: (cell: number, line: number | null) => void;
}): React.JSX.Element {
  const trans = useTexts();
  const { cell, line, message, fix, code } = problem;
  const place =
    line === null || line === 0
      ? trans.__('cell %1', cell ?? 0)
      : trans.__('cell %1, line %2', cell ?? 0, line);
  return (
    <div className="jp-nbflow-finding" data-code={code}>
      <Icon name="warning" size={14} />
      <div>
        {cell === null ? null : onGo === undefined ? (
          line ? (
            <span className="jp-nbflow-muted">{trans.__('line %1', line)} </span>
          ) : null
        ) : (
          <button type="button" className="jp-nbflow-link" onClick={() => onGo(cell, line)}>
            {place}
          </button>
        )}{' '}
        <Marked text={message} />{' '}
        <span className="jp-nbflow-muted">
          <Marked text={fix} />
        </span>{' '}
        <code className="jp-nbflow-faint">{code}</code>
      </div>
    </div>
  );
}
