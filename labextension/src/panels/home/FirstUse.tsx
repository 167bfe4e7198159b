/** Where there is no DAG yet: the shortest way to one. */
import * as React from 'react';

import { useTexts } from '../../text';
import { Button } from '../controls';
import { Icon } from '../icons';
import type { HomeActions } from './actions';

export interface FirstUseProps {
  readonly folders: readonly string[];
  readonly onNewDag: HomeActions['onNewDag'];
}

export function FirstUse({ folders, onNewDag }: FirstUseProps): React.JSX.Element {
  const trans = useTexts();
  const folder = folders[0] ?? 'dags';
  return (
    <section className="jp-nbflow-first" data-testid="nbflow-first-use">
      <h2>{trans.__('Your first DAG in a minute')}</h2>
      <p className="jp-nbflow-muted">
        {trans.__(
          'A notebook is a DAG as it is: what its cells read from each other says what may run side by side.'
        )}
      </p>
      <ol className="jp-nbflow-steps">
        <li>
          <b>{trans.__('Begin with an example')}</b>
          <p className="jp-nbflow-muted">
            {trans.__('It is written into %1 and opens here.', folder)}
          </p>
          <div className="jp-nbflow-first-buttons">
            <Button
              look="primary"
              icon="notebook"
              label={trans.__('New notebook DAG')}
              testId="nbflow-new-notebook"
              onClick={() => onNewDag('notebook')}
            />
            <Button
              icon="graph"
              label={trans.__('New Python DAG')}
              onClick={() => onNewDag('python')}
            />
          </div>
        </li>
        <li>
          <b>{trans.__('It appears on this page')}</b>
          <p className="jp-nbflow-muted">
            {trans.__('A moment after the file is saved, as long as a scheduler is alive.')}
          </p>
        </li>
        <li>
          <b>{trans.__('Trigger it')}</b>
          <p className="jp-nbflow-muted">
            {trans.__('Press')} <Icon name="play" size={12} />{' '}
            {trans.__('and watch its cells run; then give it a schedule.')}
          </p>
        </li>
      </ol>
      <p className="jp-nbflow-muted">
        {trans.__('Notebooks and Python files that are there already: move them into')}{' '}
        {folders.map((one, place) => (
          <React.Fragment key={one}>
            {place ? ', ' : ''}
            <code>{one}</code>
          </React.Fragment>
        ))}
        .
      </p>
    </section>
  );
}
