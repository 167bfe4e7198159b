/** The workers, and on which tasks each of them works. */
import * as React from 'react';

import { bytes, fromNow, runIdTitle } from '../../format';
import type { Sample } from '../../live/cluster';
import { useTexts } from '../../text';
import type { ClusterDetail, ClusterTask, ClusterWorker } from '../../wire';
import { Notice, StateBadge } from '../controls';
import { Sparkline } from './Sparkline';

export interface OpenTask {
  readonly onOpenTask: (task: ClusterTask) => void;
}

interface WorkersProps extends OpenTask {
  readonly detail: ClusterDetail;
  readonly history: readonly Sample[];
  readonly span: number;
}

export function Workers({ detail, history, span, onOpenTask }: WorkersProps): React.JSX.Element {
  const trans = useTexts();
  const { tasks, kind, running, queued } = detail;
  const isWhole = running + queued <= tasks.length;
  const workers = [...detail.workers].sort((one, other) =>
    one.name.localeCompare(other.name, undefined, { numeric: true })
  );
  const hasResources = workers.some(worker => Object.keys(worker.resources).length > 0);
  if (!workers.length) {
    return (
      <Notice kind="empty" title={trans.__('No workers')}>
        <p>{trans.__('Tasks wait until one comes.')}</p>
      </Notice>
    );
  }
  return (
    <table className="jp-nbflow-table" data-testid="nbflow-workers">
      <thead>
        <tr>
          <th scope="col">{trans.__('Worker')}</th>
          <th scope="col">{trans.__('Slots')}</th>
          <th scope="col">{trans.__('Processor')}</th>
          <th scope="col">{trans.__('Memory')}</th>
          <th scope="col">{trans.__('Kernels')}</th>
          {hasResources ? (
            <th scope="col" className="jp-mod-roomy">
              {trans.__('Resources')}
            </th>
          ) : null}
          <th scope="col" className="jp-mod-spare">
            {trans.__('Running now')}
          </th>
        </tr>
      </thead>
      <tbody>
        {workers.map(worker => (
          <WorkerRow
            key={worker.address || worker.name}
            worker={worker}
            tasks={tasks.filter(task => isOn(task, worker, kind))}
            {...{ isWhole, history, span, hasResources, onOpenTask }}
          />
        ))}
      </tbody>
    </table>
  );
}

/** The inline executor has one worker, which has a name and no address. */
function isOn(task: ClusterTask, worker: ClusterWorker, kind: string): boolean {
  return (
    task.state === 'running' &&
    (kind === 'inline' || task.worker === worker.address || task.worker === worker.name)
  );
}

interface WorkerRowProps extends OpenTask {
  readonly worker: ClusterWorker;
  readonly tasks: readonly ClusterTask[];
  /** Whether the tasks are all that run, not the oldest of many. */
  readonly isWhole: boolean;
  readonly hasResources: boolean;
  readonly history: readonly Sample[];
  readonly span: number;
}

function WorkerRow({
  worker,
  tasks,
  isWhole,
  history,
  span,
  hasResources,
  onOpenTask
}: WorkerRowProps): React.JSX.Element {
  const trans = useTexts();
  const id = worker.address || worker.name;
  const points = (pick: 'cpu' | 'memory'): { at: number; value: number }[] =>
    history.flatMap(({ at, byWorker }) => {
      const told = byWorker[id];
      return told === undefined ? [] : [{ at, value: told[pick] }];
    });
  const cpu = worker.cpu === null ? '–' : trans.__('%1 %', Math.round(worker.cpu));
  const memory = worker.memory === null ? '–' : bytes(worker.memory);
  const minutes = Math.round(span / 60_000);
  return (
    <tr data-worker={id}>
      <th scope="row">
        {worker.name || worker.address}
        <div className="jp-nbflow-worker-place jp-nbflow-muted">
          {[worker.host, worker.pid === null ? '' : trans.__('pid %1', worker.pid)]
            .filter(Boolean)
            .join(' · ')}
        </div>
      </th>
      <td>
        {/* What a worker tells of itself comes a heartbeat later than what began or ended on it. */}
        <SlotDots
          name={worker.name || id}
          used={isWhole ? tasks.length : Math.max(worker.running, tasks.length)}
          slots={worker.slots}
        />
      </td>
      <td className="jp-nbflow-measured">
        {cpu}
        <Sparkline
          points={points('cpu')}
          top={100}
          span={span}
          label={trans.__('Processor of %1 in the last %2 min, now %3', worker.name, minutes, cpu)}
        />
      </td>
      <td className="jp-nbflow-measured">
        {memory}
        <Sparkline
          points={points('memory')}
          top={worker.memory_total ?? 0}
          span={span}
          label={trans.__('Memory of %1 in the last %2 min, now %3', worker.name, minutes, memory)}
        />
      </td>
      <td>
        <Kernels worker={worker} />
      </td>
      {hasResources ? (
        <td className="jp-mod-roomy">
          {Object.entries(worker.resources).map(([name, amount]) => (
            <span key={name} className="jp-nbflow-tag">
              {resourceName(name, amount)}
            </span>
          ))}
        </td>
      ) : null}
      <td className="jp-mod-spare">
        <TaskLinks tasks={tasks} onOpenTask={onOpenTask} />
      </td>
    </tr>
  );
}

function Kernels({ worker }: { readonly worker: ClusterWorker }): React.JSX.Element {
  const trans = useTexts();
  const { kernels_ready: ready, kernels_busy: busy, kernels_kept: kept } = worker;
  return (
    <>
      {ready === null ? '–' : trans.__('%1 busy, %2 ready', busy ?? 0, ready)}
      {kept ? (
        <div
          className="jp-nbflow-muted"
          title={trans.__('Kernels of failed tasks, kept to be looked into with Debug')}
        >
          {trans._n('%1 kept', '%1 kept', kept)}
        </div>
      ) : null}
    </>
  );
}

/** A queue a worker serves is a resource in Dask. */
function resourceName(name: string, amount: number): string {
  const queue = name.startsWith('queue-') ? name.slice('queue-'.length) : null;
  return queue ?? `${name} ${amount}`;
}

const MOST_DOTS = 16;

function SlotDots({
  name,
  used,
  slots
}: {
  readonly name: string;
  readonly used: number;
  readonly slots: number;
}): React.JSX.Element {
  const trans = useTexts();
  return (
    <span
      className="jp-nbflow-slots"
      role="meter"
      aria-label={trans.__('Slots of %1', name)}
      aria-valuenow={used}
      aria-valuemin={0}
      aria-valuemax={slots}
    >
      {slots <= MOST_DOTS ? (
        <span className="jp-nbflow-slot-dots" aria-hidden="true">
          {Array.from({ length: slots }, (_, place) => (
            <i key={place} data-taken={place < used || undefined} />
          ))}
        </span>
      ) : null}
      {trans.__('%1 of %2', used, slots)}
    </span>
  );
}

const MOST_LINKS = 6;

function TaskLinks({
  tasks,
  onOpenTask
}: OpenTask & { readonly tasks: readonly ClusterTask[] }): React.JSX.Element {
  const trans = useTexts();
  if (!tasks.length) {
    return <span className="jp-nbflow-muted">{trans.__('nothing')}</span>;
  }
  return (
    <ul className="jp-nbflow-task-links">
      {tasks.slice(0, MOST_LINKS).map(task => (
        <li key={keyOf(task)}>
          <button type="button" className="jp-nbflow-link" onClick={() => onOpenTask(task)}>
            {nameOf(task)}
          </button>
        </li>
      ))}
      {tasks.length > MOST_LINKS ? (
        <li className="jp-nbflow-muted">{trans.__('and %1 more', tasks.length - MOST_LINKS)}</li>
      ) : null}
    </ul>
  );
}

function keyOf({ dag_id, run_id, task_id, map_index }: ClusterTask): string {
  return [dag_id, run_id, task_id, map_index].join('/');
}

function nameOf({
  dag_id: dagId,
  task_id: taskId,
  map_index: index,
  map_name: name
}: ClusterTask): string {
  const which = name || (index < 0 ? '' : String(index));
  return `${dagId} · ${taskId}${which === '' ? '' : ` [${which}]`}`;
}

interface TasksProps extends OpenTask {
  readonly detail: ClusterDetail;
  readonly now: number;
}

/** What the executor has, the oldest first. */
export function Tasks({ detail, now, onOpenTask }: TasksProps): React.JSX.Element {
  const trans = useTexts();
  const { tasks, workers, running, queued, kind } = detail;
  if (!tasks.length) {
    return (
      <Notice kind="empty" title={trans.__('Nothing is running')}>
        <p>{trans.__('Tasks appear here from the moment they are handed to the executor.')}</p>
      </Notice>
    );
  }
  const worker = (task: ClusterTask): string =>
    workers.find(one => isOn(task, one, kind))?.name ?? task.worker;
  return (
    <>
      <table className="jp-nbflow-table" data-testid="nbflow-cluster-tasks">
        <thead>
          <tr>
            <th scope="col">{trans.__('Task')}</th>
            <th scope="col">{trans.__('State')}</th>
            <th scope="col">{trans.__('Worker')}</th>
            <th scope="col">{trans.__('Since')}</th>
            <th scope="col" className="jp-mod-spare">
              {trans.__('Run')}
            </th>
          </tr>
        </thead>
        <tbody>
          {tasks.map(task => (
            <tr key={keyOf(task)} data-task-id={task.task_id}>
              <th scope="row">
                <button type="button" className="jp-nbflow-link" onClick={() => onOpenTask(task)}>
                  {nameOf(task)}
                </button>
              </th>
              <td>
                <StateBadge state={task.state} />
              </td>
              <td>{worker(task) || <span className="jp-nbflow-muted">–</span>}</td>
              <td>{task.since === null ? '–' : fromNow(task.since, now, trans)}</td>
              <td className="jp-mod-spare jp-nbflow-muted" title={task.run_id}>
                {runIdTitle(task.run_id, now, trans)}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
      {running + queued > tasks.length ? (
        <p className="jp-nbflow-view-bar jp-nbflow-muted">
          {trans.__('The %1 oldest of %2.', tasks.length, running + queued)}
        </p>
      ) : null}
    </>
  );
}
