/** Which task instances are to run again, of a task, a run or many runs, with all of them listed first. */
import * as React from 'react';

import type { ClearDraft, ClearRunsDraft } from '../form/clear';
import { stateName } from '../format';
import { StateIcon } from '../graph/StateIcon';
import type { Change } from '../live/asking';
import { useTexts, type Texts } from '../text';
import type { ClearPreview, TaskView } from '../wire';
import { Affected } from './Affected';
import {
  CacheTick,
  Chips,
  Choices,
  SelectionField,
  Tick,
  VersionChoice,
  WhichInstances
} from './Choices';
import { useElementId } from './ids';

export interface ClearFormProps {
  /** A task of a run, a run, or many runs of a DAG. */
  readonly of: 'task' | 'run' | 'runs';
  /** The task instance that one came from. */
  readonly name?: string | null;
  readonly draft: ClearDraft | ClearRunsDraft;
  readonly preview: ClearPreview | null;
  readonly isStale: boolean;
  readonly problems: readonly string[];
  /** The tasks of the DAG, for what a selection can name. */
  readonly tasks: readonly TaskView[];
  readonly now: number;
  readonly onChange: (change: Partial<ClearRunsDraft>, how?: Change) => void;
}

export function ClearForm(props: ClearFormProps): React.JSX.Element {
  const { of, name = null, draft, preview, isStale, problems, now, onChange } = props;
  const trans = useTexts();
  const isLacking = draft.scope === 'selection' && draft.selection.trim() === '';
  return (
    <div className="jp-nbflow jp-nbflow-form jp-mod-wide" data-testid="nbflow-clear-form">
      <div>
        {'states' in draft ? <WhichRuns draft={draft} onChange={onChange} /> : null}
        {of === 'task' ? (
          <WhichInstances
            name={name}
            selection={draft.selection}
            onChange={selection => onChange({ selection })}
          />
        ) : (
          <WhichTasks {...props} />
        )}
        <Ticks {...props} />
        <VersionChoice isLatest={draft.latest} onChange={latest => onChange({ latest })} />
        <CacheTick
          isOn={draft.no_cache}
          onChange={isOn => onChange({ no_cache: isOn }, 'beside')}
        />
        <Note note={draft.note} onChange={onChange} />
      </div>
      <Affected
        preview={preview}
        isStale={isStale}
        problems={problems}
        now={now}
        lacks={isLacking ? trans.__('Say which tasks are meant.') : null}
        headline={(count, texts) =>
          texts._n('%1 task instance runs again', '%1 task instances run again', count)
        }
        nothing={trans.__('Nothing would run again')}
      />
    </div>
  );
}

/** The states of runs that one may want to clear. */
const RUN_STATES = ['failed', 'success', 'cancelled', 'running'] as const;

function WhichRuns({
  draft,
  onChange
}: {
  readonly draft: ClearRunsDraft;
  readonly onChange: ClearFormProps['onChange'];
}): React.JSX.Element {
  const trans = useTexts();
  const id = useElementId();
  const days: ['since' | 'until', string][] = [
    ['since', trans.__('From')],
    ['until', trans.__('Until, inclusive')]
  ];
  return (
    <fieldset className="jp-nbflow-choices">
      <legend>{trans.__('Which runs')}</legend>
      <Chips
        label={trans.__('States of the runs; none means all')}
        choices={RUN_STATES.map(state => ({
          value: state,
          label: (
            <>
              <StateIcon state={state} size={12} /> {stateName(state, trans)}
            </>
          )
        }))}
        chosen={draft.states}
        onChange={states => onChange({ states })}
      />
      <div className="jp-nbflow-pair">
        {days.map(([name, label]) => (
          <div key={name} className="jp-nbflow-field">
            <label htmlFor={`${id}-${name}`}>{label}</label>
            <input
              id={`${id}-${name}`}
              type="date"
              value={draft[name]}
              onChange={event => onChange({ [name]: event.target.value }, 'typed')}
            />
          </div>
        ))}
      </div>
    </fieldset>
  );
}

function WhichTasks({ draft, tasks, onChange }: ClearFormProps): React.JSX.Element {
  const trans = useTexts();
  return (
    <>
      <Choices
        legend={trans.__('Which tasks')}
        choices={[
          { value: 'resume', label: trans.__('What failed, and what depends on it') },
          { value: 'all', label: trans.__('Everything') },
          { value: 'selection', label: trans.__('A selection') }
        ]}
        value={draft.scope}
        onChange={scope => onChange({ scope })}
      />
      {draft.scope === 'selection' ? (
        <SelectionField
          value={draft.selection}
          tasks={tasks}
          label={trans.__('Selection of tasks')}
          onChange={selection => onChange({ selection }, 'typed')}
        />
      ) : null}
    </>
  );
}

type Option =
  'upstream' | 'downstream' | 'only_failed' | 'only_running' | 'past' | 'future' | 'recursive';

function Ticks({ of, draft, onChange }: ClearFormProps): React.JSX.Element {
  const trans = useTexts();
  const hasNamed = of === 'task' || draft.scope === 'selection';
  const hasOnly = of === 'task' || draft.scope !== 'resume';
  const groups: [string, [Option, boolean][]][] = [
    [
      trans.__('As well'),
      [
        ['upstream', hasNamed],
        ['downstream', hasNamed],
        ['past', of === 'task'],
        ['future', of === 'task'],
        ['recursive', true]
      ]
    ],
    [
      trans.__('Only'),
      [
        ['only_failed', hasOnly],
        ['only_running', hasOnly]
      ]
    ]
  ];
  return (
    <>
      {groups.map(([legend, options]) => {
        const shown = options.filter(([, isThere]) => isThere);
        return shown.length ? (
          <fieldset key={legend} className="jp-nbflow-ticks">
            <legend>{legend}</legend>
            {shown.map(([option]) => (
              <Tick
                key={option}
                option={option}
                label={tickName(option, trans)}
                isOn={draft[option]}
                onChange={isOn => onChange({ [option]: isOn })}
              />
            ))}
          </fieldset>
        ) : null;
      })}
    </>
  );
}

function tickName(option: Option, trans: Texts): string {
  const names: Record<Option, string> = {
    upstream: trans.__('Everything upstream'),
    downstream: trans.__('Everything downstream'),
    only_failed: trans.__('What failed'),
    only_running: trans.__('What is running'),
    past: trans.__('In earlier runs'),
    future: trans.__('In later runs'),
    recursive: trans.__('In other DAGs, where markers lead')
  };
  return names[option];
}

function Note({
  note,
  onChange
}: {
  readonly note: string;
  readonly onChange: ClearFormProps['onChange'];
}): React.JSX.Element {
  const trans = useTexts();
  const id = useElementId();
  return (
    <div className="jp-nbflow-field">
      <label htmlFor={id}>
        {trans.__('Note')}
        <span className="jp-nbflow-required">{trans.__('optional')}</span>
      </label>
      <input
        id={id}
        type="text"
        value={note}
        placeholder={trans.__('Why; kept with the runs')}
        onChange={event => onChange({ note: event.target.value }, 'beside')}
      />
    </div>
  );
}
