/** What a run, or task instances, are to count as, with what each of them becomes. */
import * as React from 'react';

import type { MarkDraft } from '../form/clear';
import { stateName } from '../format';
import { StateIcon } from '../graph/StateIcon';
import { useTexts } from '../text';
import type { ClearPreview } from '../wire';
import { Affected } from './Affected';
import { Segments, Tick, WhichInstances } from './Choices';

export interface MarkFormProps {
  /** The task instance; null for the run. */
  readonly name: string | null;
  readonly draft: MarkDraft;
  readonly preview: ClearPreview | null;
  readonly isStale: boolean;
  readonly problems: readonly string[];
  readonly now: number;
  readonly onChange: (change: Partial<MarkDraft>) => void;
}

export function MarkForm(props: MarkFormProps): React.JSX.Element {
  const { name, draft, onChange, ...preview } = props;
  const trans = useTexts();
  const isRun = name === null;
  const states = isRun
    ? (['success', 'failed'] as const)
    : (['success', 'failed', 'skipped'] as const);
  const ticks: [Exclude<keyof MarkDraft, 'state' | 'selection'>, string][] = [
    ['upstream', trans.__('Everything upstream')],
    ['downstream', trans.__('Everything downstream')],
    ['past', trans.__('In earlier runs')],
    ['future', trans.__('In later runs')]
  ];
  return (
    <div className="jp-nbflow jp-nbflow-form" data-testid="nbflow-mark-form">
      <Segments
        label={trans.__('It counts as')}
        choices={states.map(state => ({
          value: state,
          label: (
            <>
              <StateIcon state={state} size={13} /> {stateName(state, trans)}
            </>
          )
        }))}
        value={draft.state}
        onChange={state => onChange({ state })}
      />
      <WhichInstances
        name={name}
        selection={draft.selection}
        onChange={selection => onChange({ selection })}
      />
      {isRun ? null : (
        <fieldset className="jp-nbflow-ticks">
          <legend>{trans.__('As well')}</legend>
          {ticks.map(([option, label]) => (
            <Tick
              key={option}
              option={option}
              label={label}
              isOn={draft[option]}
              onChange={isOn => onChange({ [option]: isOn })}
            />
          ))}
        </fieldset>
      )}
      <p className="jp-nbflow-hint">
        {isRun
          ? trans.__('The run ends at once, with its tasks as they stand here.')
          : trans.__('What of them runs is ended; what waits for them goes on.')}
      </p>
      <Affected
        {...preview}
        headline={(count, texts) =>
          texts._n('%1 task instance is marked', '%1 task instances are marked', count)
        }
        nothing={
          isRun
            ? trans.__('Only the run is marked: its tasks have ended already')
            : trans.__('There is nothing to mark: they are in this state already')
        }
      />
    </div>
  );
}
