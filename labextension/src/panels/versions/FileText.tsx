/** The text of a file of a version, and the difference of one between two versions. */
import * as React from 'react';

import { useTexts } from '../../text';
import type { FileDiff, SourceFile } from '../../wire';
import { Icon } from '../icons';
import { readDiff, type DiffLine } from './diff';

/** More than these are counted, not drawn: a page of text must not freeze the screen. */
const MOST_LINES = 5000;

const SIGNS: Readonly<Record<DiffLine['kind'], string>> = {
  added: '+',
  removed: '−',
  same: ' ',
  gap: ' '
};

export function SourceText({ file }: { file: SourceFile }): React.JSX.Element {
  const lines = file.text.replace(/\n$/, '').split('\n');
  const shown = lines.slice(0, MOST_LINES);
  return (
    <File path={file.path} hidden={lines.length - shown.length}>
      <pre className="jp-nbflow-source-numbers" aria-hidden="true">
        {shown.map((_, place) => place + 1).join('\n')}
      </pre>
      <pre className="jp-nbflow-source-text">{shown.join('\n')}</pre>
    </File>
  );
}

export function DiffOfFile({ file }: { file: FileDiff }): React.JSX.Element {
  const trans = useTexts();
  const { lines, added, removed } = React.useMemo(() => readDiff(file.diff), [file.diff]);
  const shown = lines.slice(0, MOST_LINES);
  return (
    <File
      path={file.path}
      hidden={lines.length - shown.length}
      more={
        <span className="jp-nbflow-diff-counts">
          <span data-kind="added" title={trans._n('%1 line added', '%1 lines added', added)}>
            +{added}
          </span>{' '}
          <span
            data-kind="removed"
            title={trans._n('%1 line removed', '%1 lines removed', removed)}
          >
            −{removed}
          </span>
        </span>
      }
    >
      <table className="jp-nbflow-diff">
        <thead className="jp-nbflow-hidden">
          <tr>
            <th scope="col">{trans.__('Line before')}</th>
            <th scope="col">{trans.__('Line after')}</th>
            <th scope="col">{trans.__('Added or removed')}</th>
            <th scope="col">{trans.__('Text')}</th>
          </tr>
        </thead>
        <tbody>
          {shown.map((line, place) => (
            <tr key={place} data-kind={line.kind}>
              <td className="jp-nbflow-diff-number">{line.before}</td>
              <td className="jp-nbflow-diff-number">{line.after}</td>
              <td className="jp-nbflow-diff-sign">{SIGNS[line.kind]}</td>
              <td>{line.text}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </File>
  );
}

function File({
  path,
  hidden,
  more,
  children
}: {
  readonly path: string;
  /** How many lines are not drawn. */
  readonly hidden: number;
  readonly more?: React.ReactNode;
  readonly children: React.ReactNode;
}): React.JSX.Element {
  const trans = useTexts();
  return (
    <details className="jp-nbflow-file" open data-file={path}>
      <summary>
        <Icon name="chevron" size={12} />
        <code className="jp-nbflow-ellipsis">{path}</code>
        {more}
      </summary>
      {/* eslint-disable jsx-a11y/no-noninteractive-tabindex -- long lines are scrolled with the arrow keys */}
      <div
        className="jp-nbflow-file-text"
        role="region"
        aria-label={trans.__('Text of %1', path)}
        tabIndex={0}
      >
        {children}
      </div>
      {/* eslint-enable jsx-a11y/no-noninteractive-tabindex */}
      {hidden > 0 ? (
        <p className="jp-nbflow-muted">
          {trans._n('and %1 more line', 'and %1 more lines', hidden)}
        </p>
      ) : null}
    </details>
  );
}
