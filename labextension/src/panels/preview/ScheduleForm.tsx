/** The schedule of a notebook while it is typed: in words, with the runs that it brings, and what is wrong. */
import * as React from 'react';

import { fieldsOf, readAll, type Draft } from '../../form/model';
import type { AskingState, Change } from '../../live/asking';
import { errorsOf, PRESETS, type ScheduleDraft } from '../../preview/schedule';
import { useTexts, type Texts } from '../../text';
import type { ScheduleView } from '../../wire';
import { FormField } from '../FormField';
import { Icon } from '../icons';
import { useElementId } from '../ids';

export interface ScheduleFormProps {
  readonly state: AskingState<ScheduleDraft, ScheduleView>;
  /** The params of the DAG, with what they are by default. */
  readonly params: Readonly<Record<string, unknown>>;
  readonly zones: readonly string[];
  readonly onChange: (change: Partial<ScheduleDraft>, how: Change) => void;
}

export function ScheduleForm(props: ScheduleFormProps): React.JSX.Element {
  const { state, zones, onChange, params } = props;
  const { draft, preview, problems } = state;
  const trans = useTexts();
  const id = useElementId();
  const errors = errorsOf(preview, draft.timezone);
  return (
    <div className="jp-nbflow jp-nbflow-form jp-nbflow-schedule" data-testid="nbflow-schedule-form">
      <Cron draft={draft} errors={errors.schedule} onChange={onChange} />
      <Meaning state={state} />
      <div className="jp-nbflow-columns">
        <Field id={`${id}-zone`} label={trans.__('Time zone')} errors={errors.timezone}>
          <input
            id={`${id}-zone`}
            type="text"
            name="timezone"
            autoComplete="off"
            spellCheck={false}
            list={`${id}-zones`}
            value={draft.timezone}
            aria-invalid={errors.timezone.length > 0}
            onChange={event => onChange({ timezone: event.target.value }, 'typed')}
          />
          <datalist id={`${id}-zones`}>
            {zones.map(zone => (
              <option key={zone} value={zone} />
            ))}
          </datalist>
        </Field>
        <Field id={`${id}-start`} label={trans.__('First day')} errors={[]}>
          <input
            id={`${id}-start`}
            type="date"
            name="start_date"
            value={draft.startDate.slice(0, 10)}
            onChange={event => onChange({ startDate: event.target.value }, 'beside')}
          />
        </Field>
      </div>
      <Tick
        label={trans.__('Make up for runs that were missed (catchup)')}
        isOn={draft.catchup !== false}
        onChange={isOn => onChange({ catchup: isOn }, 'beside')}
      />
      <Tick
        label={trans.__('Active: off keeps the schedule, but pauses it')}
        isOn={draft.isActive}
        onChange={isOn => onChange({ isActive: isOn }, 'beside')}
      />
      {Object.keys(params).length ? (
        <Params
          params={params}
          given={draft.params}
          onChange={given => onChange({ params: given }, 'beside')}
        />
      ) : null}
      {problems.map(problem => (
        <div key={problem} className="jp-nbflow-field-error" role="alert">
          {problem}
        </div>
      ))}
    </div>
  );
}

/** What is typed, and what people mostly type. */
function Cron({
  draft,
  errors,
  onChange
}: Pick<ScheduleFormProps, 'onChange'> & {
  readonly draft: ScheduleDraft;
  readonly errors: readonly string[];
}): React.JSX.Element {
  const trans = useTexts();
  const id = useElementId();
  return (
    <Field id={`${id}-cron`} label={trans.__('Schedule')} errors={errors}>
      <input
        id={`${id}-cron`}
        type="text"
        name="schedule"
        autoComplete="off"
        spellCheck={false}
        placeholder="0 6 * * 1-5"
        value={draft.schedule}
        aria-invalid={errors.length > 0}
        aria-describedby={`${id}-cron-hint`}
        onChange={event => onChange({ schedule: event.target.value }, 'typed')}
      />
      <div className="jp-nbflow-hint" id={`${id}-cron-hint`}>
        {trans.__('Minute, hour, day of month, month, weekday; or @daily. Empty: no schedule.')}
      </div>
      <Presets chosen={draft.schedule} onChoose={schedule => onChange({ schedule }, 'ticked')} />
    </Field>
  );
}

function Field(props: {
  readonly id: string;
  readonly label: string;
  readonly errors: readonly string[];
  readonly children: React.ReactNode;
}): React.JSX.Element {
  const { id, label, errors, children } = props;
  return (
    <div className="jp-nbflow-field" data-invalid={errors.length > 0 || undefined}>
      <label htmlFor={id}>{label}</label>
      {children}
      {errors.map(error => (
        <div key={error} className="jp-nbflow-field-error" role="alert">
          {error}
        </div>
      ))}
    </div>
  );
}

function Presets({
  chosen,
  onChoose
}: {
  readonly chosen: string;
  readonly onChoose: (schedule: string) => void;
}): React.JSX.Element {
  const trans = useTexts();
  const words = presetNames(trans);
  return (
    <div className="jp-nbflow-presets" role="group" aria-label={trans.__('Common schedules')}>
      {PRESETS.map(([cron, name]) => (
        <button
          key={cron}
          type="button"
          className="jp-nbflow-chip"
          aria-pressed={chosen.trim() === cron}
          title={cron}
          onClick={() => onChoose(cron)}
        >
          {words[name] ?? name}
        </button>
      ))}
    </div>
  );
}

function presetNames(trans: Texts): Record<string, string> {
  return {
    hourly: trans.__('Hourly'),
    daily: trans.__('Daily'),
    weekdays: trans.__('Weekdays'),
    weekly: trans.__('Weekly'),
    monthly: trans.__('Monthly')
  };
}

/** What the schedule means, and the next runs. */
function Meaning({
  state
}: {
  readonly state: AskingState<ScheduleDraft, ScheduleView>;
}): React.JSX.Element {
  const trans = useTexts();
  const { preview, isStale, draft } = state;
  const isGood = preview !== null && !preview.problems.length;
  const isEmpty = draft.schedule.trim() === '';
  return (
    <div
      className="jp-nbflow-meaning"
      role="status"
      data-testid="nbflow-schedule-meaning"
      data-stale={isStale || undefined}
    >
      {isEmpty ? (
        <span className="jp-nbflow-muted">{trans.__('It runs only when somebody asks.')}</span>
      ) : isGood ? (
        <>
          <strong>
            <Icon name="clock" size={14} /> {preview.schedule}
          </strong>
          <ol className="jp-nbflow-plain" aria-label={trans.__('Next runs')}>
            {preview.next_runs.map(run => (
              <li key={run.run_after}>{run.local}</li>
            ))}
          </ol>
        </>
      ) : (
        <span className="jp-nbflow-muted">{trans.__('There is no such schedule yet.')}</span>
      )}
    </div>
  );
}

function Tick(props: {
  readonly label: string;
  readonly isOn: boolean;
  readonly onChange: (isOn: boolean) => void;
}): React.JSX.Element {
  return (
    <label className="jp-nbflow-tick">
      <input
        type="checkbox"
        checked={props.isOn}
        onChange={event => props.onChange(event.target.checked)}
      />
      {props.label}
    </label>
  );
}

/** What scheduled runs get, where it is not what the parameters cell says. */
function Params(props: {
  readonly params: Readonly<Record<string, unknown>>;
  readonly given: Readonly<Record<string, unknown>>;
  readonly onChange: (given: Readonly<Record<string, unknown>>) => void;
}): React.JSX.Element {
  const { params, given, onChange } = props;
  const trans = useTexts();
  const fields = React.useMemo(() => fieldsOf(params), [params]);
  const [drafts, setDrafts] = React.useState<Readonly<Record<string, Draft>>>({});
  const { errors } = readAll(fields, drafts, trans);
  const change = (name: string, draft: Draft): void => {
    const next = { ...drafts, [name]: draft };
    setDrafts(next);
    const { values, errors: wrong } = readAll(fields, next, trans);
    if (wrong[name] === undefined && name in values) {
      onChange({ ...given, [name]: values[name] });
    }
  };
  return (
    <details className="jp-nbflow-more-fields">
      <summary>{trans.__('Params of scheduled runs')}</summary>
      {fields.map(field => (
        <FormField
          key={field.name}
          field={field}
          draft={drafts[field.name] ?? field.initial}
          error={field.name in drafts ? errors[field.name] : undefined}
          onChange={draft => change(field.name, draft)}
        />
      ))}
    </details>
  );
}
