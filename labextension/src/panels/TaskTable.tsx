/** The tasks of a DAG or a run as a table: everything that the graph shows, for those who prefer to read. */
import * as React from 'react';

import { clock, instanceName, kindName, span, utc } from '../format';
import { useNow } from '../graph/useNow';
import { countedTasks, totalOf } from '../mapped';
import { byUrgency, isFinished } from '../states';
import { useTexts } from '../text';
import type { MappedView, RunDetail, TaskInstanceView, TaskView } from '../wire';
import { Counts, StateBadge } from './controls';

export interface TaskTableProps {
  readonly tasks: readonly TaskView[];
  /** Null shows the definition. */
  readonly run: Pick<RunDetail, 'instances' | 'mapped'> | null;
  readonly selected: { readonly taskId: string; readonly mapIndex: number } | null;
  readonly onOpen: (taskId: string, mapIndex: number) => void;
}

export function TaskTable(props: TaskTableProps): React.JSX.Element {
  return props.run === null ? <Definitions {...props} /> : <Instances {...props} run={props.run} />;
}

function Definitions({ tasks, onOpen, selected }: TaskTableProps): React.JSX.Element {
  const trans = useTexts();
  return (
    <table className="jp-nbflow-table">
      <thead>
        <tr>
          <th scope="col">{trans.__('Task')}</th>
          <th scope="col">{trans.__('Kind')}</th>
          <th scope="col">{trans.__('After')}</th>
          <th scope="col">{trans.__('Trigger rule')}</th>
          <th scope="col" className="jp-mod-number">
            {trans.__('Retries')}
          </th>
          <th scope="col">{trans.__('Pool')}</th>
        </tr>
      </thead>
      <tbody>
        {tasks.map(task => (
          <tr
            key={task.task_id}
            data-task-id={task.task_id}
            data-selected={selected?.taskId === task.task_id || undefined}
          >
            <th scope="row">
              <button
                type="button"
                className="jp-nbflow-link"
                onClick={() => onOpen(task.task_id, -1)}
              >
                {task.display_name || task.task_id}
              </button>
            </th>
            <td>{kindName(task)}</td>
            <td>{task.upstream.join(', ') || '–'}</td>
            <td>{task.trigger_rule}</td>
            <td className="jp-mod-number">{task.retries}</td>
            <td>{task.pool}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

/** The instances task by task, in the order of the DAG; tasks with very many of them as one row each. */
function Instances({
  tasks,
  run,
  onOpen,
  selected
}: TaskTableProps & { run: Pick<RunDetail, 'instances' | 'mapped'> }): React.JSX.Element {
  const trans = useTexts();
  const { instances, mapped } = run;
  const counted = countedTasks(mapped);
  const now = useNow(instances.some(one => one.state === 'running') || counted.size > 0);
  const upstream = new Map(tasks.map(task => [task.task_id, task.upstream]));
  const rows = rowsOf(tasks, instances, counted);
  return (
    <table className="jp-nbflow-table">
      <thead>
        <tr>
          <th scope="col">{trans.__('Task')}</th>
          <th scope="col">{trans.__('State')}</th>
          <th scope="col" className="jp-mod-roomy">
            {trans.__('After')}
          </th>
          <th scope="col" className="jp-mod-spare">
            {trans.__('Started')}
          </th>
          <th scope="col" className="jp-mod-number">
            {trans.__('Duration')}
          </th>
          <th scope="col" className="jp-mod-number">
            {trans.__('Try')}
          </th>
        </tr>
      </thead>
      <tbody>
        {rows.map(row =>
          'listed' in row ? (
            <CountedRow
              key={row.task_id}
              {...row}
              upstream={upstream.get(row.task_id) ?? NONE}
              isSelected={selected?.taskId === row.task_id}
              now={now}
              onOpen={onOpen}
            />
          ) : (
            <InstanceRow
              key={`${row.task_id}[${row.map_index}]`}
              instance={row}
              upstream={upstream.get(row.task_id) ?? NONE}
              isSelected={selected?.taskId === row.task_id && selected.mapIndex === row.map_index}
              now={row.state === 'running' ? now : 0}
              onOpen={onOpen}
            />
          )
        )}
      </tbody>
    </table>
  );
}

const NONE: readonly string[] = [];

type CountedTask = MappedView & { readonly task_id: string };

/** Counted tasks take their places among the instances, which come in the order of the DAG's layers. */
function rowsOf(
  tasks: readonly TaskView[],
  instances: readonly TaskInstanceView[],
  counted: ReadonlyMap<string, MappedView>
): (TaskInstanceView | CountedTask)[] {
  if (!counted.size) {
    return [...instances];
  }
  const layers = new Map(tasks.map(task => [task.task_id, task.layer]));
  const rows: (TaskInstanceView | CountedTask)[] = [
    ...instances,
    ...[...counted].map(([task_id, task]) => ({ ...task, task_id }))
  ];
  return rows.sort((a, b) => (layers.get(a.task_id) ?? 0) - (layers.get(b.task_id) ?? 0));
}

/** A mapped task with very many instances: how many are in which state. */
function CountedRow({
  task_id,
  counts,
  started_at,
  ended_at,
  upstream,
  isSelected,
  now,
  onOpen
}: CountedTask & {
  upstream: readonly string[];
  isSelected: boolean;
  now: number;
  onOpen: TaskTableProps['onOpen'];
}): React.JSX.Element {
  const trans = useTexts();
  const total = totalOf({ counts });
  const isOver = Object.keys(counts).every(isFinished);
  return (
    <tr data-task-id={task_id} data-selected={isSelected || undefined}>
      <th scope="row">
        <button type="button" className="jp-nbflow-link" onClick={() => onOpen(task_id, -1)}>
          {task_id}
        </button>{' '}
        <span className="jp-nbflow-tag">{trans.__('%1 instances', total.toLocaleString())}</span>
      </th>
      <td>
        <Counts counts={byUrgency(counts)} />
      </td>
      <td className="jp-mod-roomy">{upstream.join(', ') || '–'}</td>
      <td className="jp-mod-spare">
        <Clock at={started_at} />
      </td>
      <td className="jp-mod-number">
        {started_at === null ? '–' : span(started_at, isOver ? ended_at : null, now)}
      </td>
      <td className="jp-mod-number">–</td>
    </tr>
  );
}

function Clock({ at }: { at: string | null }): React.JSX.Element {
  return at === null ? (
    <>–</>
  ) : (
    <time dateTime={at} title={utc(at)}>
      {clock(at)}
    </time>
  );
}

const InstanceRow = React.memo(function InstanceRow({
  instance,
  upstream,
  isSelected,
  now,
  onOpen
}: {
  instance: TaskInstanceView;
  upstream: readonly string[];
  isSelected: boolean;
  now: number;
  onOpen: TaskTableProps['onOpen'];
}): React.JSX.Element {
  const trans = useTexts();
  const { task_id, map_index, state, message, started_at, ended_at, try_number } = instance;
  return (
    <tr data-task-id={task_id} data-state={state} data-selected={isSelected || undefined}>
      <th scope="row">
        <button type="button" className="jp-nbflow-link" onClick={() => onOpen(task_id, map_index)}>
          {instanceName(task_id, map_index)}
        </button>
      </th>
      <td>
        <StateBadge
          state={state}
          more={instance.reason === 'cached' ? trans.__('from the cache') : undefined}
        />
        {message ? (
          <div className="jp-nbflow-muted jp-nbflow-cell-message" title={message}>
            {message}
          </div>
        ) : null}
      </td>
      <td className="jp-mod-roomy">{upstream.join(', ') || '–'}</td>
      <td className="jp-mod-spare">
        <Clock at={started_at} />
      </td>
      <td className="jp-mod-number">
        {ended_at === null && now === 0 ? '–' : span(started_at, ended_at, now)}
      </td>
      <td className="jp-mod-number">{try_number || '–'}</td>
    </tr>
  );
});
