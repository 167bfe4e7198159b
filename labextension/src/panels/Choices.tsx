/** What the dialogs about task instances are made of: ticks, choices of one, and the field for a selection. */
import * as React from 'react';

import { wholeTask } from '../form/clear';
import { useTexts, type Texts } from '../text';
import type { TaskView } from '../wire';
import { useElementId } from './ids';

export function Tick({
  label,
  isOn,
  option,
  onChange
}: {
  readonly label: string;
  readonly isOn: boolean;
  /** Names it for tests. */
  readonly option?: string;
  readonly onChange: (isOn: boolean) => void;
}): React.JSX.Element {
  return (
    <label className="jp-nbflow-tick" data-wide={label.length > 24 || undefined}>
      <input
        type="checkbox"
        checked={isOn}
        data-option={option}
        onChange={event => onChange(event.target.checked)}
      />
      {label}
    </label>
  );
}

/** Whether a run does without what the cache has. */
export function CacheTick({
  isOn,
  onChange
}: {
  readonly isOn: boolean;
  readonly onChange: (isOn: boolean) => void;
}): React.JSX.Element {
  const trans = useTexts();
  return (
    <fieldset className="jp-nbflow-ticks">
      <legend>{trans.__('Results in the cache')}</legend>
      <Tick
        option="no_cache"
        label={trans.__('Execute everything all the same')}
        isOn={isOn}
        onChange={onChange}
      />
    </fieldset>
  );
}

export interface Choice<V extends string> {
  readonly value: V;
  readonly label: React.ReactNode;
  /** What it means, below it. */
  readonly hint?: React.ReactNode;
}

/** One of several, each on a line of its own. */
export function Choices<V extends string>({
  legend,
  choices,
  value,
  isShown = true,
  onChange
}: {
  readonly legend: string;
  readonly choices: readonly Choice<V>[];
  readonly value: V;
  /** Whether the legend is seen, or only read out. */
  readonly isShown?: boolean;
  readonly onChange: (value: V) => void;
}): React.JSX.Element {
  const name = useElementId();
  return (
    <fieldset className="jp-nbflow-choices">
      <legend className={isShown ? undefined : 'jp-nbflow-hidden'}>{legend}</legend>
      {choices.map(choice => (
        <label key={choice.value} className="jp-nbflow-choice">
          <input
            type="radio"
            name={name}
            value={choice.value}
            checked={choice.value === value}
            onChange={() => onChange(choice.value)}
          />
          <span>
            {choice.label}
            {choice.hint === undefined ? null : (
              <span className="jp-nbflow-hint">{choice.hint}</span>
            )}
          </span>
        </label>
      ))}
    </fieldset>
  );
}

/** One of a few words, side by side. */
export function Segments<V extends string>({
  label,
  choices,
  value,
  onChange
}: {
  readonly label: string;
  readonly choices: readonly Choice<V>[];
  readonly value: V;
  readonly onChange: (value: V) => void;
}): React.JSX.Element {
  const name = useElementId();
  return (
    <fieldset className="jp-nbflow-segments">
      <legend>{label}</legend>
      <div>
        {choices.map(choice => (
          <label key={choice.value} data-checked={choice.value === value || undefined}>
            <input
              type="radio"
              name={name}
              value={choice.value}
              checked={choice.value === value}
              onChange={() => onChange(choice.value)}
            />
            {choice.label}
          </label>
        ))}
      </div>
    </fieldset>
  );
}

/** Several of a few words, as chips that are on or off; none of them means all. */
export function Chips<V extends string>({
  label,
  choices,
  chosen,
  onChange
}: {
  readonly label: string;
  readonly choices: readonly Choice<V>[];
  readonly chosen: readonly V[];
  readonly onChange: (chosen: readonly V[]) => void;
}): React.JSX.Element {
  return (
    <div className="jp-nbflow-chips" role="group" aria-label={label}>
      {choices.map(({ value, label: words }) => {
        const isOn = chosen.includes(value);
        return (
          <button
            key={value}
            type="button"
            className="jp-nbflow-chip"
            aria-pressed={isOn}
            data-chip={value}
            onClick={() =>
              onChange(isOn ? chosen.filter(one => one !== value) : [...chosen, value])
            }
          >
            {words}
          </button>
        );
      })}
    </div>
  );
}

/** The version that cleared runs go on with. */
export function VersionChoice({
  isLatest,
  onChange
}: {
  readonly isLatest: boolean;
  readonly onChange: (isLatest: boolean) => void;
}): React.JSX.Element {
  const trans = useTexts();
  return (
    <Segments
      label={trans.__('Version of the DAG')}
      choices={[
        { value: 'kept', label: trans.__('As it was in the run') },
        { value: 'latest', label: trans.__('Latest') }
      ]}
      value={isLatest ? 'latest' : 'kept'}
      onChange={value => onChange(value === 'latest')}
    />
  );
}

/** Of a mapped task: one instance or all of them. Nothing to choose of another. */
export function WhichInstances({
  name,
  selection,
  onChange
}: {
  /** The task instance that one came from. */
  readonly name: string | null;
  readonly selection: string | null;
  readonly onChange: (selection: string) => void;
}): React.JSX.Element | null {
  const trans = useTexts();
  const whole = name === null ? null : wholeTask(name);
  return name === null || whole === null ? null : (
    <Segments
      label={trans.__('Which instances')}
      choices={[
        { value: name, label: name },
        { value: whole, label: trans.__('All of %1', whole) }
      ]}
      value={selection ?? name}
      onChange={onChange}
    />
  );
}

/** Which tasks, in an expression; offers the words there are. */
export function SelectionField({
  value,
  tasks,
  label,
  onChange
}: {
  readonly value: string;
  readonly tasks: readonly TaskView[];
  readonly label: string;
  readonly onChange: (value: string) => void;
}): React.JSX.Element {
  const trans = useTexts();
  const id = useElementId();
  return (
    <div className="jp-nbflow-field jp-nbflow-selection">
      <label htmlFor={id} className="jp-nbflow-hidden">
        {label}
      </label>
      <input
        id={id}
        type="text"
        value={value}
        list={`${id}-words`}
        spellCheck={false}
        autoComplete="off"
        placeholder="+train, load_*, state:failed"
        aria-describedby={`${id}-hint`}
        onChange={event => onChange(event.target.value)}
      />
      <datalist id={`${id}-words`}>
        {selectionWords(tasks).map(word => (
          <option key={word} value={word} />
        ))}
      </datalist>
      <div className="jp-nbflow-hint" id={`${id}-hint`}>
        <SelectionHint trans={trans} />
      </div>
    </div>
  );
}

function SelectionHint({ trans }: { readonly trans: Texts }): React.JSX.Element {
  const samples: [string, string][] = [
    ['+x', trans.__('with upstream')],
    ['x+', trans.__('with downstream')],
    ['state:failed', trans.__('by state')],
    ['tag:slow', trans.__('by tag')],
    ['a & !b', trans.__('a but not b')]
  ];
  return (
    <>
      {samples.map(([sample, words]) => (
        <span key={sample} className="jp-nbflow-sample">
          <code>{sample}</code> {words}
        </span>
      ))}
    </>
  );
}

/** What an expression can be made of in this DAG. */
export function selectionWords(tasks: readonly TaskView[]): string[] {
  const groups = tasks.map(task => task.group).filter(group => group !== null);
  const words = [
    ...tasks.map(task => task.task_id),
    ...tasks.flatMap(task => task.tags.map(tag => `tag:${tag}`)),
    ...groups.map(group => `group:${group}`),
    ...['failed', 'upstream_failed', 'running'].map(state => `state:${state}`)
  ];
  return [...new Set(words)];
}
