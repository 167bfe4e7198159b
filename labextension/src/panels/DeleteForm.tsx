/** What goes with a run that is deleted. */
import * as React from 'react';

import { useTexts, type Texts } from '../text';
import type { RunContents } from '../wire';
import { Problems } from './Affected';
import { Loading } from './controls';
import { Icon } from './icons';

export interface DeleteFormProps {
  /** What the run is called on the screen. */
  readonly name: string;
  readonly contents: RunContents | null;
  readonly problems: readonly string[];
}

export function DeleteForm({ name, contents, problems }: DeleteFormProps): React.JSX.Element {
  const trans = useTexts();
  return (
    <div className="jp-nbflow jp-nbflow-form" data-testid="nbflow-delete-form">
      <p>{trans.__('The run of %1 is forgotten for good, and with it:', name)}</p>
      {problems.length ? <Problems problems={problems} /> : null}
      {contents === null ? (
        problems.length ? null : (
          <Loading lines={3} />
        )
      ) : (
        <ul className="jp-nbflow-goes" data-testid="nbflow-contents">
          {goingWith(contents, trans).map(words => (
            <li key={words}>
              <Icon name="trash" size={13} /> {words}
            </li>
          ))}
        </ul>
      )}
      <p className="jp-nbflow-hint">
        {trans.__(
          'Values and files that other runs share stay. The audit keeps that it was deleted.'
        )}
      </p>
    </div>
  );
}

/** `12 task instances`, `14 tries` ...: only what there is. */
export function goingWith(contents: RunContents, trans: Texts): string[] {
  const { instances, tries, logs, notebooks, values, notes } = contents;
  const counts: [number, string][] = [
    [instances, trans._n('%1 task instance', '%1 task instances', instances)],
    [tries, trans._n('%1 try', '%1 tries', tries)],
    [logs, trans._n('%1 log', '%1 logs', logs)],
    [notebooks, trans._n('%1 executed notebook', '%1 executed notebooks', notebooks)],
    [values, trans._n('%1 value', '%1 values', values)],
    [notes, trans._n('%1 note', '%1 notes', notes)]
  ];
  return counts.filter(([count]) => count > 0).map(([, words]) => words);
}
