/** How a DAG is paused while runs of it are under way: they end first, or nothing more of them starts. */
import * as React from 'react';

import { runTitle, stateName } from '../format';
import { StateIcon } from '../graph/StateIcon';
import { countStates, isFinished, isWaiting } from '../states';
import { useTexts } from '../text';
import type { RunView } from '../wire';
import { Choices } from './Choices';
import { Counts } from './controls';

export interface PauseDraft {
  readonly how: 'drain' | 'hold';
}

export interface PauseFormProps {
  readonly draft: PauseDraft;
  /** Those under way. */
  readonly runs: readonly RunView[];
  readonly now: number;
  readonly onChange: (change: PauseDraft) => void;
}

export function PauseForm({ draft, runs, now, onChange }: PauseFormProps): React.JSX.Element {
  const trans = useTexts();
  const [active, waiting] = workLeft(runs);
  return (
    <div className="jp-nbflow jp-nbflow-form" data-testid="nbflow-pause-form">
      <Choices
        legend={trans.__('What is under way')}
        isShown={false}
        choices={[
          {
            value: 'drain',
            label: trans.__('Let what is under way end'),
            hint: trans.__('The schedule makes no more runs; those there are go on to their end.')
          },
          {
            value: 'hold',
            label: trans.__('Hold everything now'),
            hint: trans.__(
              'What runs at this moment ends; nothing more starts until the DAG goes on.'
            )
          }
        ]}
        value={draft.how}
        onChange={how => onChange({ how })}
      />
      <div className="jp-nbflow-affected" data-testid="nbflow-pause-preview">
        <p className="jp-nbflow-affected-head" role="status">
          {draft.how === 'drain'
            ? trans._n('%1 run goes on to its end', '%1 runs go on to their end', runs.length)
            : trans.__('%1 running tasks end, %2 that wait are held', active, waiting)}
        </p>
        <div className="jp-nbflow-affected-box">
          <ul className="jp-nbflow-affected-tasks">
            {runs.map(run => (
              <li key={run.run_id} data-run-id={run.run_id} title={run.run_id}>
                <StateIcon state={run.state} size={13} label={stateName(run.state, trans)} />
                <span className="jp-nbflow-ellipsis">{runTitle(run, now)}</span>
                <span className="jp-nbflow-spring" />
                <Counts counts={countsOf(run)} />
              </li>
            ))}
          </ul>
        </div>
      </div>
    </div>
  );
}

function countsOf(run: RunView): (readonly [string, number])[] {
  const order = countStates(Object.keys(run.counts)).map(([state]) => state);
  return order.map(state => [state, run.counts[state] ?? 0] as const);
}

/** How many task instances run, and how many have not begun or wait for another look. */
export function workLeft(runs: readonly RunView[]): readonly [number, number] {
  const counts = runs.flatMap(run => Object.entries(run.counts));
  const sum = (holds: (state: string) => boolean): number =>
    counts.reduce((total, [state, count]) => total + (holds(state) ? count : 0), 0);
  return [sum(state => !isFinished(state) && !isWaiting(state)), sum(isWaiting)];
}
