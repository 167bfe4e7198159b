/** Two runs of a DAG side by side: what was changed, how tasks ended, and which cells show something else. */
import * as React from 'react';

import { clock, duration, instanceName, runIdTitle, stateName } from '../../format';
import type { ListingState } from '../../live/listing';
import { useTexts, type Texts } from '../../text';
import type { CellChange, ParamChange, RunDiff, RunView, TaskChange } from '../../wire';
import { Button, Loading, Notice, StateBadge } from '../controls';
import { useElementId } from '../ids';
import { DiffOfFile } from '../versions/FileText';

export interface RunComparisonProps {
  readonly diff: ListingState<RunDiff>;
  /** The runs to choose from, newest first. */
  readonly runs: readonly RunView[];
  /** The run looked at, and the one it is compared with; null for the last success before it. */
  readonly runId: string;
  readonly other: string | null;
  /** The one task that is compared; null for all. */
  readonly taskId: string | null;
  readonly now: number;
  readonly onCompareWith: (runId: string | null) => void;
  readonly onOpenTask: (taskId: string) => void;
  readonly onAllTasks: () => void;
  readonly onReload: () => void;
}

export function RunComparison(props: RunComparisonProps): React.JSX.Element {
  const { value, error } = props.diff;
  const trans = useTexts();
  return (
    <div className="jp-nbflow jp-nbflow-comparison" data-testid="nbflow-comparison">
      <Choice {...props} />
      {value !== null ? (
        <Difference {...props} value={value} />
      ) : error === null ? (
        <Loading lines={8} />
      ) : (
        <Notice
          kind="error"
          title={trans.__('There is nothing to compare with')}
          action={<Button icon="refresh" label={trans.__('Try again')} onClick={props.onReload} />}
        >
          <p>{error}</p>
        </Notice>
      )}
    </div>
  );
}

function Choice(props: RunComparisonProps): React.JSX.Element {
  const { runs, runId, other, taskId, now, onCompareWith, onAllTasks } = props;
  const trans = useTexts();
  const id = useElementId();
  return (
    <div className="jp-nbflow-comparison-choice">
      {taskId === null ? null : (
        <>
          <strong>{trans.__('Task %1', taskId)}</strong>
          <Button label={trans.__('All tasks')} onClick={onAllTasks} testId="nbflow-all-tasks" />
        </>
      )}
      <label htmlFor={id} className="jp-nbflow-muted">
        {trans.__('Compared with')}
      </label>
      <select
        id={id}
        className="jp-nbflow-pick"
        value={other ?? ''}
        onChange={event => onCompareWith(event.target.value || null)}
      >
        <option value="">
          {taskId === null
            ? trans.__('the last success before')
            : trans.__('the last success of the task')}
        </option>
        {runs
          .filter(run => run.run_id !== runId)
          .map(run => (
            <option key={run.run_id} value={run.run_id}>
              {nameOf(run, runs, now, trans)} · {stateName(run.state, trans)}
            </option>
          ))}
      </select>
    </div>
  );
}

/** A run as somebody calls it; one of several of the same minute with the second it was asked for. */
function nameOf(run: RunView, among: readonly RunView[], now: number, trans: Texts): string {
  const name = (one: RunView): string => runIdTitle(one.run_id, now, trans);
  const isShared = among.some(one => one.run_id !== run.run_id && name(one) === name(run));
  return isShared && run.created_at !== null
    ? `${name(run)} (${clock(run.created_at)})`
    : name(run);
}

function Difference(props: RunComparisonProps & { value: RunDiff }): React.JSX.Element {
  const { value, taskId, onOpenTask } = props;
  const trans = useTexts();
  const isChanged = (one: TaskChange): boolean => one.kind !== 'same' || one.pace !== '';
  const tasks = value.tasks.filter(one => taskId !== null || isChanged(one));
  const isSame =
    !tasks.some(isChanged) &&
    !value.cells.length &&
    !value.params.length &&
    !value.version_changes.length;
  return (
    <>
      <Sides value={value} now={props.now} />
      {isSame ? (
        <Notice kind="empty" title={trans.__('They show the same')}>
          <p>{trans.__('No param, state, code or output differs.')}</p>
        </Notice>
      ) : null}
      <Section title={trans.__('What was changed')} of={value.version_changes.length}>
        <ul className="jp-nbflow-changes">
          {value.version_changes.map(change => (
            <li key={change}>{change}</li>
          ))}
        </ul>
      </Section>
      <Section title={trans.__('Params')} of={value.params.length}>
        <Params params={value.params} />
      </Section>
      <Section title={trans.__('Tasks')} of={tasks.length}>
        <Tasks tasks={tasks} onOpenTask={onOpenTask} />
      </Section>
      <Section title={trans.__('Cells and logs')} of={value.cells.length}>
        {value.cells.map(cell => (
          <Cell key={`${cell.task_id} ${cell.map_index} ${cell.cell_id}`} cell={cell} />
        ))}
      </Section>
      {value.left_out > 0 ? (
        <p className="jp-nbflow-muted">
          {trans._n(
            'and %1 more cell that differs',
            'and %1 more cells that differ',
            value.left_out
          )}
        </p>
      ) : null}
      {value.notes.map(note => (
        <p key={note} className="jp-nbflow-muted">
          {note}
        </p>
      ))}
    </>
  );
}

function Sides({ value, now }: { value: RunDiff; now: number }): React.JSX.Element {
  const trans = useTexts();
  const sides: [string, RunView, number | null][] = [
    [trans.__('Before'), value.before, value.before_seconds],
    [trans.__('This run'), value.after, value.after_seconds]
  ];
  return (
    <dl className="jp-nbflow-comparison-sides">
      {sides.map(([name, run, seconds]) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd>
            <StateBadge state={run.state} more={seconds === null ? undefined : duration(seconds)} />
            <span className="jp-nbflow-ellipsis" title={run.run_id}>
              {nameOf(run, [value.before, value.after], now, trans)}
            </span>
            <span className="jp-nbflow-muted">{trans.__('version %1', run.version)}</span>
          </dd>
        </div>
      ))}
    </dl>
  );
}

function Section(props: {
  readonly title: string;
  /** How much there is in it; a section of nothing is not shown. */
  readonly of: number;
  readonly children: React.ReactNode;
}): React.JSX.Element | null {
  const id = useElementId();
  return props.of === 0 ? null : (
    <section aria-labelledby={id}>
      <h2 id={id}>{props.title}</h2>
      {props.children}
    </section>
  );
}

function Params({ params }: { params: readonly ParamChange[] }): React.JSX.Element {
  const trans = useTexts();
  const text = (value: unknown): string => JSON.stringify(value);
  return (
    <table className="jp-nbflow-comparison-table">
      <thead>
        <tr>
          <th scope="col">{trans.__('Param')}</th>
          <th scope="col">{trans.__('Before')}</th>
          <th scope="col">{trans.__('This run')}</th>
        </tr>
      </thead>
      <tbody>
        {params.map(({ name, kind, before, after }) => (
          <tr key={name}>
            <th scope="row">{name}</th>
            <td>{kind === 'added' ? <Nothing /> : <code>{text(before)}</code>}</td>
            <td>{kind === 'removed' ? <Nothing /> : <code>{text(after)}</code>}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function Nothing(): React.JSX.Element {
  const trans = useTexts();
  return <span className="jp-nbflow-muted">{trans.__('not there')}</span>;
}

function Tasks(props: {
  readonly tasks: readonly TaskChange[];
  readonly onOpenTask: (taskId: string) => void;
}): React.JSX.Element {
  const trans = useTexts();
  return (
    <table className="jp-nbflow-comparison-table">
      <thead>
        <tr>
          <th scope="col">{trans.__('Task')}</th>
          <th scope="col">{trans.__('Before')}</th>
          <th scope="col">{trans.__('This run')}</th>
          <th scope="col">{trans.__('Why')}</th>
        </tr>
      </thead>
      <tbody>
        {props.tasks.map(one => (
          <tr key={`${one.task_id} ${one.map_index}`} data-task={one.task_id}>
            <th scope="row">
              <button
                type="button"
                className="jp-nbflow-link"
                onClick={() => props.onOpenTask(one.task_id)}
              >
                {instanceName(one.task_id, one.map_index)}
              </button>
            </th>
            <td>
              <Ended state={one.before_state} seconds={one.before_seconds} />
            </td>
            <td>
              <Ended state={one.after_state} seconds={one.after_seconds} />
            </td>
            <td>{one.kind === 'changed' ? one.message : paceName(one.pace, trans)}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function Ended(props: { state: string | null; seconds: number | null }): React.JSX.Element {
  const { state, seconds } = props;
  return state === null ? (
    <Nothing />
  ) : (
    <StateBadge state={state} more={seconds === null ? undefined : duration(seconds)} />
  );
}

function paceName(pace: TaskChange['pace'], trans: Texts): string {
  return { slower: trans.__('slower'), faster: trans.__('faster'), '': '' }[pace];
}

function Cell({ cell }: { cell: CellChange }): React.JSX.Element {
  const trans = useTexts();
  const place = cell.cell === null ? trans.__('Log') : trans.__('Cell %1', cell.cell);
  const kinds = { added: trans.__('new'), removed: trans.__('gone'), changed: '' };
  return (
    <div className="jp-nbflow-comparison-cell" data-cell={cell.cell_id}>
      <h3>
        {place}
        {cell.task_id ? (
          <span className="jp-nbflow-tag">{instanceName(cell.task_id, cell.map_index)}</span>
        ) : null}
        {kinds[cell.kind] ? <span className="jp-nbflow-tag">{kinds[cell.kind]}</span> : null}
      </h3>
      {cell.source ? <DiffOfFile file={{ path: trans.__('code'), diff: cell.source }} /> : null}
      {cell.outputs.map(({ what, diff }, number) =>
        diff.startsWith('---') ? (
          <DiffOfFile key={number} file={{ path: what, diff }} />
        ) : (
          <p key={number} className="jp-nbflow-comparison-words">
            {diff}
          </p>
        )
      )}
    </div>
  );
}
