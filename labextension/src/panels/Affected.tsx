/** What would happen to which task instances, run by run and DAG by DAG, before a person confirms it. */
import * as React from 'react';

import { instanceName, runTitle, stateName } from '../format';
import { StateIcon } from '../graph/StateIcon';
import { useTexts, type Texts } from '../text';
import type { AffectedRun, ClearPreview } from '../wire';
import { Loading, Notice } from './controls';
import { Icon } from './icons';

export interface AffectedProps {
  /** Null while it is being asked. */
  readonly preview: ClearPreview | null;
  /** Whether it is that of an earlier draft. */
  readonly isStale: boolean;
  readonly problems: readonly string[];
  /** What it says of so many task instances: `3 task instances run again`. */
  readonly headline: (count: number, trans: Texts) => string;
  /** What it says where there is none. */
  readonly nothing: string;
  /** What the draft still lacks, in place of a preview. */
  readonly lacks?: string | null;
  readonly now: number;
}

/** More than these are counted, not listed. */
const MOST_KEYS = 200;
const MOST_RUNS = 100;
/** With more runs than these their tasks are folded away at first. */
const MOST_OPEN = 4;

export function Affected(props: AffectedProps): React.JSX.Element {
  const { preview, isStale, problems, headline, nothing, lacks = null, now } = props;
  const trans = useTexts();
  if (lacks !== null) {
    return <p className="jp-nbflow-hint">{lacks}</p>;
  }
  if (problems.length) {
    return <Problems problems={problems} />;
  }
  if (preview === null) {
    return <Loading lines={3} />;
  }
  if (!preview.runs.length) {
    return <Notice kind="empty" title={nothing} />;
  }
  return (
    <div
      className="jp-nbflow-affected"
      data-testid="nbflow-affected"
      data-stale={isStale || undefined}
    >
      <p className="jp-nbflow-affected-head" role="status">
        {headline(preview.keys.length, trans)}
        <Where preview={preview} />
      </p>
      <div className="jp-nbflow-affected-box">
        {preview.runs.length > 1 ? (
          <Runs runs={preview.runs} now={now} />
        ) : (
          preview.runs.map(run => <Tasks key={run.run_id} run={run} />)
        )}
      </div>
    </div>
  );
}

export function Problems({
  problems
}: {
  readonly problems: readonly string[];
}): React.JSX.Element {
  return (
    <div className="jp-nbflow-problems">
      {problems.map(problem => (
        <Notice key={problem} kind="error" title={problem} />
      ))}
    </div>
  );
}

/** ` in 4 runs of 2 DAGs`, where it is more than one. */
function Where({ preview }: { readonly preview: ClearPreview }): React.JSX.Element | null {
  const trans = useTexts();
  const runs = preview.runs.length;
  const dags = new Set(preview.runs.map(run => run.dag_id)).size;
  if (runs < 2) {
    return null;
  }
  return (
    <span className="jp-nbflow-muted">
      {' '}
      {dags > 1 ? trans.__('in %1 runs of %2 DAGs', runs, dags) : trans.__('in %1 runs', runs)}
    </span>
  );
}

function Runs({
  runs,
  now
}: {
  readonly runs: readonly AffectedRun[];
  readonly now: number;
}): React.JSX.Element {
  const trans = useTexts();
  const shown = [...runs].sort(newestFirst).slice(0, MOST_RUNS);
  // The DAG that is cleared comes before those its markers lead to.
  const dags = [...new Set(runs.map(run => run.dag_id))];
  return (
    <>
      {dags.map(dagId => (
        <section key={dagId} aria-label={dagId} data-dag-id={dagId}>
          {dags.length > 1 ? (
            <h4 className="jp-nbflow-affected-dag">
              <Icon name="graph" size={13} /> {dagId}
            </h4>
          ) : null}
          {shown
            .filter(run => run.dag_id === dagId)
            .map(run => (
              <RunRow key={run.run_id} run={run} now={now} isOpen={runs.length <= MOST_OPEN} />
            ))}
        </section>
      ))}
      {runs.length > MOST_RUNS ? (
        <p className="jp-nbflow-muted">{trans.__('and %1 more runs', runs.length - MOST_RUNS)}</p>
      ) : null}
    </>
  );
}

function newestFirst(a: AffectedRun, b: AffectedRun): number {
  const at = (run: AffectedRun): string => run.logical_date ?? run.created_at ?? '';
  return at(b).localeCompare(at(a));
}

function RunRow({
  run,
  now,
  isOpen
}: {
  readonly run: AffectedRun;
  readonly now: number;
  readonly isOpen: boolean;
}): React.JSX.Element {
  const trans = useTexts();
  return (
    <details className="jp-nbflow-affected-run" open={isOpen} data-run-id={run.run_id}>
      <summary title={run.run_id}>
        <Icon name="chevron" size={12} />
        <StateIcon state={run.state} size={13} label={stateName(run.state, trans)} />
        <span className="jp-nbflow-ellipsis">{runTitle(run, now)}</span>
        <span className="jp-nbflow-spring" />
        <span className="jp-nbflow-faint">
          {trans._n('%1 task', '%1 tasks', run.keys.length + run.added.length)}
        </span>
      </summary>
      <Tasks run={run} />
    </details>
  );
}

function Tasks({ run }: { readonly run: AffectedRun }): React.JSX.Element {
  const trans = useTexts();
  const { keys, before, after, added, removed, released } = run;
  const names = released.map(([task, index]) => instanceName(task, index));
  return (
    <ul className="jp-nbflow-affected-tasks">
      {keys.slice(0, MOST_KEYS).map(([task, index], place) => {
        const name = instanceName(task, index);
        return (
          <li key={name} data-task={name}>
            <StateIcon state={before[place] ?? 'none'} size={13} />
            <span className="jp-nbflow-ellipsis">{name}</span>
            <span className="jp-nbflow-spring" />
            <Step before={before[place] ?? 'none'} after={after[place] ?? null} />
          </li>
        );
      })}
      {keys.length > MOST_KEYS ? (
        <li className="jp-nbflow-muted">{trans.__('and %1 more', keys.length - MOST_KEYS)}</li>
      ) : null}
      <Others label={trans.__('new in the latest version')} names={added} />
      <Others label={trans.__('gone in the latest version')} names={removed} />
      <Others label={trans.__('can go on then')} names={names} />
    </ul>
  );
}

/** The state it is in, and the one it gets where it is not simply to run. */
function Step({
  before,
  after
}: {
  readonly before: string;
  readonly after: string | null;
}): React.JSX.Element {
  const trans = useTexts();
  return (
    <span className="jp-nbflow-affected-step">
      <span className="jp-nbflow-muted">{stateName(before, trans)}</span>
      {after === null ? null : (
        <>
          <span aria-hidden="true" className="jp-nbflow-faint">
            →
          </span>
          <span className="jp-nbflow-hidden">{trans.__('becomes')}</span>
          <StateIcon state={after} size={13} />
          {stateName(after, trans)}
        </>
      )}
    </span>
  );
}

function Others({
  label,
  names
}: {
  readonly label: string;
  readonly names: readonly string[];
}): React.JSX.Element {
  return (
    <>
      {names.slice(0, MOST_KEYS).map(name => (
        <li key={`${label} ${name}`} data-other={name}>
          <span className="jp-nbflow-affected-dot" aria-hidden="true" />
          <span className="jp-nbflow-ellipsis">{name}</span>
          <span className="jp-nbflow-spring" />
          <span className="jp-nbflow-muted">{label}</span>
        </li>
      ))}
    </>
  );
}
