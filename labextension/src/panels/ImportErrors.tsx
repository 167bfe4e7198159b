/** Files that could not be read as DAGs: one line each, what is wrong and how to fix it on demand. */
import * as React from 'react';

import { Marked } from '../graph/Marked';
import { inOrder } from '../preview/mapping';
import { useTexts, type Texts } from '../text';
import type { ImportErrorView, Problem } from '../wire';
import { Instant } from './controls';
import { Icon } from './icons';

export interface ImportErrorsProps {
  readonly importErrors: readonly ImportErrorView[];
  /** Opens a file at a place. */
  readonly onOpenFile: (file: string, place: { cell: number | null; line: number | null }) => void;
}

export function ImportErrors({
  importErrors,
  onOpenFile
}: ImportErrorsProps): React.JSX.Element | null {
  const trans = useTexts();
  if (!importErrors.length) {
    return null;
  }
  const hasError = importErrors.some(one =>
    problemsOf(one).some(({ severity }) => severity === 'error')
  );
  return (
    <details className="jp-nbflow-errors" data-severity={hasError ? 'error' : 'warning'}>
      <summary>
        <Icon name="chevron" size={12} />
        <Icon name="warning" size={14} />
        <span>
          {trans._n('%1 file has problems', '%1 files have problems', importErrors.length)}
        </span>
      </summary>
      <FilesWithProblems importErrors={importErrors} onOpenFile={onOpenFile} />
    </details>
  );
}

/** Each file with all that is wrong with it. */
export function FilesWithProblems({
  importErrors,
  onOpenFile
}: ImportErrorsProps): React.JSX.Element {
  const trans = useTexts();
  return (
    <>
      {importErrors.map(one => (
        <section key={one.file} className="jp-nbflow-error-file">
          <button
            type="button"
            className="jp-nbflow-link"
            title={one.file}
            onClick={() => onOpenFile(one.file, { cell: null, line: null })}
          >
            {one.file}
          </button>
          <span className="jp-nbflow-faint jp-nbflow-error-since">
            {trans.__('found')} <Instant at={one.seen_at} now={Date.parse(one.seen_at)} />
          </span>
          {problemsOf(one).map((problem, place) => (
            <ProblemText key={place} problem={problem} trans={trans} />
          ))}
        </section>
      ))}
    </>
  );
}

function problemsOf(error: ImportErrorView): readonly Problem[] {
  // The server writes them with `Problem.to_json`.
  return inOrder(error.problems as unknown as Problem[]);
}

function ProblemText({ problem, trans }: { problem: Problem; trans: Texts }): React.JSX.Element {
  const place = [
    problem.task_id === null ? null : trans.__('task %1', problem.task_id),
    problem.cell === null ? null : trans.__('cell %1', problem.cell),
    problem.line === null ? null : trans.__('line %1', problem.line)
  ].filter(part => part !== null);
  return (
    <div className="jp-nbflow-problem" data-severity={problem.severity}>
      <div>
        {place.length ? <span className="jp-nbflow-tag">{place.join(', ')}</span> : null}
        <Marked text={problem.message} />
      </div>
      {problem.fix ? (
        <div className="jp-nbflow-fix">
          <Marked text={problem.fix} />
        </div>
      ) : null}
      <div className="jp-nbflow-faint">{problem.code}</div>
    </div>
  );
}
