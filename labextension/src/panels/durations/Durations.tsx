/** How long the runs of a DAG and its tasks take: one by one, what is usual, what is slow and gets slower. */
import * as React from 'react';

import { duration, runTitle, stateName } from '../../format';
import type { ListingState } from '../../live/listing';
import { useChoice, useChosenSet } from '../../live/view-state';
import { useTexts } from '../../text';
import type { DurationsView, Spread, TimedRun, TimedTask } from '../../wire';
import { FindField } from '../FindField';
import { NoRuns, Pending } from '../grid/GridView';
import { RunFilters } from '../RunFilters';
import { lineOf, pointsOf, slower, sorted, type Order } from './chart';

export interface DurationsProps {
  readonly listing: ListingState<DurationsView>;
  readonly runId: string | null;
  readonly now: number;
  readonly onChooseRun: (runId: string) => void;
  readonly onChooseTask: (taskId: string) => void;
  readonly onReload: () => void;
}

export const LIMITS = ['25', '50', '100', '200'];

export function Durations(props: DurationsProps): React.JSX.Element {
  const { value, error } = props.listing;
  const trans = useTexts();
  const [states, setStates] = useChosenSet('durations.states');
  const [type, setType] = useChoice('durations.type');
  const [limit, setLimit] = useChoice('durations.limit', '50');
  const [search, setSearch] = useChoice('durations.tasks');
  return (
    <div className="jp-nbflow-history jp-nbflow-durations" data-testid="nbflow-durations">
      <RunFilters
        {...{ states, type }}
        onStates={setStates}
        onType={setType}
        before={<FindField value={search} label={trans.__('Find a task')} onChange={setSearch} />}
      >
        <select
          className="jp-nbflow-pick"
          value={limit}
          aria-label={trans.__('How many runs')}
          onChange={event => setLimit(event.target.value)}
        >
          {LIMITS.map(one => (
            <option key={one} value={one}>
              {trans.__('Last %1 runs', one)}
            </option>
          ))}
        </select>
      </RunFilters>
      {value === null ? (
        <Pending error={error} onReload={props.onReload} />
      ) : value.runs.length === 0 ? (
        <NoRuns isFiltered={states.size > 0 || type !== ''} />
      ) : (
        <div className="jp-nbflow-durations-body">
          <Runs {...props} value={value} />
          <Tasks {...props} value={value} search={search} />
        </div>
      )}
    </div>
  );
}

type Shown = DurationsProps & { readonly value: DurationsView };

function Runs({ value, runId, now, onChooseRun }: Shown): React.JSX.Element {
  const trans = useTexts();
  const { runs, spread } = value;
  const longest = Math.max(0.001, spread.p95 ?? 0, ...runs.map(run => run.seconds ?? 0));
  return (
    <>
      <SpreadLine spread={spread} />
      <div className="jp-nbflow-times" role="group" aria-label={trans.__('Durations of runs')}>
        <Level seconds={spread.median} longest={longest} name={trans.__('median')} isLower />
        <Level seconds={spread.p95} longest={longest} name={trans.__('p95')} />
        {runs.map(run => (
          <button
            key={run.run_id}
            type="button"
            className="jp-nbflow-time"
            data-run-id={run.run_id}
            data-state={run.state}
            aria-current={run.run_id === runId || undefined}
            aria-label={runLabel(run)}
            title={runLabel(run)}
            onClick={() => onChooseRun(run.run_id)}
          >
            <span style={{ height: `${((run.seconds ?? 0) / longest) * 100}%` }} />
          </button>
        ))}
      </div>
    </>
  );

  function runLabel(run: TimedRun): string {
    const waited = run.waited === null ? '' : trans.__('waited %1', duration(run.waited));
    const took = run.seconds === null ? '' : duration(run.seconds);
    const parts = [runTitle(run, now), stateName(run.state, trans), took, waited];
    return parts.filter(part => part !== '').join(' · ');
  }
}

function Level(props: {
  readonly seconds: number | null;
  readonly longest: number;
  readonly name: string;
  /** Its name stands below the line. */
  readonly isLower?: boolean;
}): React.JSX.Element | null {
  const { seconds, longest, name, isLower = false } = props;
  return seconds === null ? null : (
    <div
      className="jp-nbflow-level"
      aria-hidden="true"
      data-lower={isLower || undefined}
      style={{ bottom: `${(seconds / longest) * 100}%` }}
    >
      <span>{`${name} ${duration(seconds)}`}</span>
    </div>
  );
}

function SpreadLine({ spread }: { readonly spread: Spread }): React.JSX.Element {
  const trans = useTexts();
  const facts: [string, React.ReactNode][] = [
    [trans.__('Median'), time(spread.median)],
    [trans.__('95th percentile'), time(spread.p95)],
    [trans.__('Longest'), time(spread.longest)],
    [trans.__('Trend'), <Trend key="trend" trend={spread.trend} />],
    [trans.__('Succeeded'), String(spread.successes)],
    [trans.__('Failed'), String(spread.failures)]
  ];
  return (
    <dl className="jp-nbflow-figures">
      {facts.map(([name, value]) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  );
}

function Tasks(props: Shown & { readonly search: string }): React.JSX.Element {
  const { value, search, onChooseTask } = props;
  const trans = useTexts();
  const [chosen, setOrder] = useChoice('durations.order', 'median');
  const order = ORDERS.find(one => one === chosen) ?? 'median';
  const heads: [Order, string][] = [
    ['name', trans.__('Task')],
    ['median', trans.__('Median')],
    ['p95', trans.__('p95')],
    ['trend', trans.__('Trend')],
    ['failures', trans.__('Failed')]
  ];
  const wanted = search.trim().toLowerCase();
  const tasks = sorted(value.tasks, order).filter(one =>
    one.task_id.toLowerCase().includes(wanted)
  );
  return (
    <table className="jp-nbflow-table">
      <thead>
        <tr>
          {heads.map(([id, name]) => (
            <th
              key={id}
              scope="col"
              className={id === 'name' ? undefined : 'jp-mod-number'}
              aria-sort={id === order ? (id === 'name' ? 'ascending' : 'descending') : undefined}
            >
              <button type="button" className="jp-nbflow-sort" onClick={() => setOrder(id)}>
                {name}
                <span aria-hidden="true">{id === order ? (id === 'name' ? ' ↑' : ' ↓') : ''}</span>
              </button>
            </th>
          ))}
          <th scope="col">{trans.__('In the last runs, oldest first')}</th>
        </tr>
      </thead>
      <tbody>
        {tasks.map(task => (
          <TaskRow key={task.task_id} task={task} onChoose={() => onChooseTask(task.task_id)} />
        ))}
      </tbody>
    </table>
  );
}

const ORDERS: readonly Order[] = ['name', 'median', 'p95', 'trend', 'failures'];

function TaskRow({
  task,
  onChoose
}: {
  readonly task: TimedTask;
  readonly onChoose: () => void;
}): React.JSX.Element {
  const { spread } = task;
  return (
    <tr data-task-id={task.task_id}>
      <th scope="row">
        <button type="button" className="jp-nbflow-link" onClick={onChoose}>
          {task.display_name || task.task_id}
        </button>
        {task.mapped ? <span className="jp-nbflow-grid-mapped"> [ ]</span> : null}
      </th>
      <td className="jp-mod-number">{time(spread.median)}</td>
      <td className="jp-mod-number">{time(spread.p95)}</td>
      <td className="jp-mod-number">
        <Trend trend={spread.trend} />
      </td>
      <td className="jp-mod-number">
        {spread.failures ? <span data-state="failed">{spread.failures}</span> : '–'}
      </td>
      <td>
        <Line task={task} />
      </td>
    </tr>
  );
}

const WIDTH = 260;
const HEIGHT = 22;

/** The durations of a task as a line, with a cross at each failure. */
function Line({ task }: { readonly task: TimedTask }): React.JSX.Element {
  const trans = useTexts();
  const points = pointsOf(task.seconds, WIDTH, HEIGHT);
  const label = trans._n('%1 failure', '%1 failures', task.failed.length);
  return (
    <svg
      className="jp-nbflow-sparkline"
      width={WIDTH + 8}
      height={HEIGHT + 8}
      viewBox={`-4 -4 ${WIDTH + 8} ${HEIGHT + 8}`}
      role="img"
      aria-label={trans.__('Durations of %1, with %2', task.task_id, label)}
    >
      <path d={lineOf(points)} fill="none" />
      {task.failed.map(place => {
        const { x, y } = points[place] ?? { x: (place * WIDTH) / task.seconds.length, y: HEIGHT };
        return <path key={place} data-state="failed" d={`M${x - 3} ${y - 3}l6 6m0-6l-6 6`} />;
      })}
    </svg>
  );
}

function Trend({ trend }: { readonly trend: number | null }): React.JSX.Element {
  const trans = useTexts();
  const percent = slower(trend);
  if (percent === null || Math.abs(percent) < 5) {
    return <span className="jp-nbflow-muted">{percent === null ? '–' : trans.__('steady')}</span>;
  }
  const words =
    percent > 0 ? trans.__('%1 % slower', percent) : trans.__('%1 % faster', Math.abs(percent));
  return (
    <span className="jp-nbflow-trend" data-slower={percent > 0 || undefined}>
      {words}
    </span>
  );
}

function time(seconds: number | null): string {
  return seconds === null ? '–' : duration(seconds);
}
