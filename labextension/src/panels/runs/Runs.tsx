/** The runs of a DAG as a table with filters, and what can be done about those that are chosen, after a look at it. */
import * as React from 'react';

import { instant, runTitle } from '../../format';
import type { RunsState } from '../../live/runs';
import { useChoice, useChosenSet } from '../../live/view-state';
import { useTexts, type Texts } from '../../text';
import type { RunView } from '../../wire';
import { Button, Notice, StateBadge } from '../controls';
import { FindField } from '../FindField';
import { NoRuns, Pending } from '../grid/GridView';
import { RunFilters } from '../RunFilters';
import { RunTable } from '../RunTable';
import { LEAVE, meantBy, VERBS, type Verb } from './bulk';

export interface RunsProps {
  readonly state: RunsState;
  readonly runId: string | null;
  readonly now: number;
  readonly onChoose: (runId: string) => void;
  readonly onOlder: () => void;
  /** Show what differs between a run and an earlier one. */
  readonly onCompare: (runId: string, earlier: string) => void;
  readonly onReload: () => void;
  /** How many task instances of each run would run again; null where it cannot be cleared. */
  readonly preview: (runIds: readonly string[]) => Promise<ReadonlyMap<string, number | null>>;
  /** Ask for it, some runs with each request; resolves with those that were refused, and why. */
  readonly act: (
    verb: Verb,
    runIds: readonly string[],
    onAsked: (count: number) => void
  ) => Promise<readonly Refused[]>;
}

/** A run, and why something could not be asked for. */
export type Refused = readonly [runId: string, why: string];

export function Runs(props: RunsProps): React.JSX.Element {
  const { state, runId, now, onChoose, onOlder, onReload } = props;
  const [states, setStates] = useChosenSet('runs.states');
  const [type, setType] = useChoice('runs.type');
  const [search, setSearch] = useChoice('runs.search');
  const [since] = useChoice('runs.since');
  const [until] = useChoice('runs.until');
  const [chosen, setChosen] = React.useState<ReadonlySet<string>>(new Set());
  const trans = useTexts();
  const runs = state.runs ?? [];
  const isFiltered = states.size > 0 || [type, search, since, until].some(one => one !== '');
  const there = runs.filter(run => chosen.has(run.run_id));
  return (
    <div className="jp-nbflow-history" data-testid="nbflow-runs">
      <RunFilters
        {...{ states, type }}
        onStates={setStates}
        onType={setType}
        before={
          <FindField value={search} label={trans.__('Find in id or note')} onChange={setSearch} />
        }
      >
        <Dates now={now} />
      </RunFilters>
      {there.length ? (
        <Bulk {...props} runs={there} onDone={left => setChosen(new Set(left))} />
      ) : null}
      {state.runs === null ? (
        <Pending error={state.error} onReload={onReload} />
      ) : runs.length === 0 ? (
        <NoRuns isFiltered={isFiltered} />
      ) : (
        <div className="jp-nbflow-durations-body">
          <RunTable
            runs={runs}
            hasOlder={state.older !== null}
            current={runId}
            chosen={chosen}
            {...{ now, onChoose, onOlder }}
            onChosen={setChosen}
          />
        </div>
      )}
    </div>
  );
}

/** From which day to which, in the reader's zone. */
function Dates({ now }: { readonly now: number }): React.JSX.Element {
  const trans = useTexts();
  const [since, setSince] = useChoice('runs.since');
  const [until, setUntil] = useChoice('runs.until');
  const clear = (): void => {
    setSince('');
    setUntil('');
  };
  return (
    <>
      <input
        type="date"
        className="jp-nbflow-pick"
        aria-label={trans.__('From this day on')}
        value={dayOf(since)}
        onChange={event => setSince(instantOf(event.target.value, '00:00:00'))}
      />
      <span aria-hidden="true">–</span>
      <input
        type="date"
        className="jp-nbflow-pick"
        aria-label={trans.__('Until this day')}
        value={dayOf(until)}
        onChange={event => setUntil(instantOf(event.target.value, '23:59:59.999'))}
      />
      {since === '' && until === '' ? null : (
        <Button
          icon="close"
          look="icon"
          label={trans.__(
            'All dates, not only %1 to %2',
            since === '' ? '…' : instant(since, now),
            until === '' ? '…' : instant(until, now)
          )}
          onClick={clear}
        />
      )}
    </>
  );
}

function instantOf(day: string, time: string): string {
  return day === '' ? '' : new Date(`${day}T${time}`).toISOString();
}

function dayOf(at: string): string {
  if (at === '' || Number.isNaN(Date.parse(at))) {
    return '';
  }
  const date = new Date(at);
  const parts = [date.getFullYear(), date.getMonth() + 1, date.getDate()];
  return parts.map(part => String(part).padStart(2, '0')).join('-');
}

type BulkProps = RunsProps & {
  readonly runs: readonly RunView[];
  /** Those that stay chosen. */
  readonly onDone: (left: readonly string[]) => void;
};

function Bulk(props: BulkProps): React.JSX.Element {
  const { runs, now, act, onDone } = props;
  const trans = useTexts();
  const [verb, setVerb] = React.useState<Verb | null>(null);
  const [problems, setProblems] = React.useState<readonly Refused[]>([]);
  /** How many runs it has been asked for; null while nothing is asked. */
  const [asked, setAsked] = React.useState<number | null>(null);
  const isBusy = asked !== null;
  const confirm = async (): Promise<void> => {
    if (verb === null) {
      return;
    }
    setAsked(0);
    const meant = meantBy(verb, runs).map(run => run.run_id);
    const found = await act(verb, meant, setAsked);
    setAsked(null);
    setProblems(found);
    setVerb(null);
    // What was refused stays chosen: it is what is left to do.
    onDone(found.map(([runId]) => runId));
  };
  return (
    <div className="jp-nbflow-bulk" data-testid="nbflow-bulk">
      <div className="jp-nbflow-bulk-line">
        <strong>{trans._n('%1 run chosen', '%1 runs chosen', runs.length)}</strong>
        {VERBS.map(one => (
          <Button
            key={one}
            label={verbName(one, trans)}
            verb={LEAVE[one]}
            isDisabled={isBusy || meantBy(one, runs).length === 0}
            onClick={() => {
              setProblems([]);
              setVerb(one);
            }}
            testId={`nbflow-bulk-${one}`}
          />
        ))}
        <CompareTwo {...props} />
        <Button
          look="icon"
          icon="close"
          label={trans.__('Choose none')}
          onClick={() => onDone([])}
        />
      </div>
      {problems.length ? (
        <Notice
          kind="error"
          title={trans._n('%1 run was refused', '%1 runs were refused', problems.length)}
        >
          <ul className="jp-nbflow-bulk-refused">
            {problems.map(([runId, why]) => (
              <li key={runId}>
                <strong>{titleOf(runId, runs, now)}</strong> {why}
              </li>
            ))}
          </ul>
        </Notice>
      ) : null}
      {verb === null ? null : (
        <Preview
          {...props}
          key={verb}
          verb={verb}
          asked={asked}
          onConfirm={() => void confirm()}
          onBack={() => setVerb(null)}
        />
      )}
    </div>
  );
}

/** Two chosen runs can be laid side by side; the newest is listed first. */
function CompareTwo({ runs, onCompare }: BulkProps): React.JSX.Element | null {
  const trans = useTexts();
  const [newer, older, third] = runs;
  if (newer === undefined || older === undefined || third !== undefined) {
    return null;
  }
  return (
    <Button
      label={trans.__('Compare')}
      onClick={() => onCompare(newer.run_id, older.run_id)}
      testId="nbflow-compare-two"
    />
  );
}

type PreviewProps = BulkProps & {
  readonly verb: Verb;
  readonly asked: number | null;
  readonly onConfirm: () => void;
  readonly onBack: () => void;
};

/** What would happen to which run, before it does. */
function Preview(props: PreviewProps): React.JSX.Element {
  const { verb, runs, now, asked, preview, onConfirm, onBack } = props;
  const isBusy = asked !== null;
  const trans = useTexts();
  const meant = meantBy(verb, runs);
  const counts = useCounts(verb === 'clear' ? meant : [], preview);
  const others = runs.length - meant.length;
  return (
    <div className="jp-nbflow-bulk-preview" role="group" aria-label={verbName(verb, trans)}>
      <p>
        {sentence(verb, meant.length, trans)}
        {others ? ` ${trans.__('Of the chosen ones, %1 stay as they are.', others)}` : ''}
      </p>
      <ul>
        {meant.map(run => (
          <li key={run.run_id}>
            <StateBadge state={run.state} />
            <span>{runTitle(run, now)}</span>
            {verb === 'clear' ? (
              <span className="jp-nbflow-muted">{clearWords(counts.get(run.run_id), trans)}</span>
            ) : null}
          </li>
        ))}
      </ul>
      <div className="jp-nbflow-bulk-line">
        <Button
          look="primary"
          label={verbName(verb, trans)}
          isDisabled={isBusy}
          onClick={onConfirm}
          testId="nbflow-bulk-confirm"
        />
        <Button label={trans.__('Back')} isDisabled={isBusy} onClick={onBack} />
        {asked === null ? null : (
          <span className="jp-nbflow-muted" role="status">
            <progress value={asked} max={meant.length} aria-hidden="true" />{' '}
            {trans.__('Asked for %1 of %2', asked, meant.length)}
          </span>
        )}
      </div>
    </div>
  );
}

function titleOf(runId: string, runs: readonly RunView[], now: number): string {
  const run = runs.find(one => one.run_id === runId);
  return run === undefined ? runId : runTitle(run, now);
}

function useCounts(
  runs: readonly RunView[],
  preview: RunsProps['preview']
): ReadonlyMap<string, number | null> {
  const [counts, setCounts] = React.useState<ReadonlyMap<string, number | null>>(new Map());
  const names = runs.map(run => run.run_id).join('\n');
  React.useEffect(() => {
    let isOver = false;
    const ask = async (): Promise<void> => {
      const found = await preview(names === '' ? [] : names.split('\n'));
      if (!isOver) {
        setCounts(found);
      }
    };
    void ask();
    return () => {
      isOver = true;
    };
  }, [names, preview]);
  return counts;
}

function clearWords(count: number | null | undefined, trans: Texts): string {
  if (count === undefined) {
    return '…';
  }
  if (count === null) {
    return trans.__('cannot be cleared');
  }
  return count === 0
    ? trans.__('nothing failed: stays as it is')
    : trans._n('%1 task runs again', '%1 tasks run again', count);
}

function verbName(verb: Verb, trans: Texts): string {
  return {
    clear: trans.__('Clear'),
    cancel: trans.__('Cancel runs'),
    delete: trans.__('Delete'),
    success: trans.__('Mark success'),
    failed: trans.__('Mark failed')
  }[verb];
}

function sentence(verb: Verb, count: number, trans: Texts): string {
  return {
    clear: trans._n(
      'In %1 run, what failed and what depends on it runs again.',
      'In %1 runs, what failed and what depends on it runs again.',
      count
    ),
    cancel: trans._n('%1 run is ended.', '%1 runs are ended.', count),
    delete: trans._n(
      '%1 run is forgotten with its logs, notebooks and values. This cannot be undone.',
      '%1 runs are forgotten with their logs, notebooks and values. This cannot be undone.',
      count
    ),
    success: trans._n('%1 run counts as success.', '%1 runs count as success.', count),
    failed: trans._n('%1 run counts as failed.', '%1 runs count as failed.', count)
  }[verb];
}
