/** The tasks of a DAG or a run as a table: everything that the graph shows, for those who prefer to read. */
import * as React from 'react';

import { clock, instanceName, kindName, span, utc } from '../format';
import { useNow } from '../graph/useNow';
import { useTexts } from '../text';
import type { TaskInstanceView, TaskView } from '../wire';
import { StateBadge } from './controls';

export interface TaskTableProps {
  readonly tasks: readonly TaskView[];
  /** Null shows the definition. */
  readonly instances: readonly TaskInstanceView[] | null;
  readonly selected: { readonly taskId: string; readonly mapIndex: number } | null;
  readonly onOpen: (taskId: string, mapIndex: number) => void;
}

export function TaskTable(props: TaskTableProps): React.JSX.Element {
  return props.instances === null ? (
    <Definitions {...props} />
  ) : (
    <Instances {...props} instances={props.instances} />
  );
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

function Instances({
  tasks,
  instances,
  onOpen,
  selected
}: TaskTableProps & { instances: readonly TaskInstanceView[] }): React.JSX.Element {
  const trans = useTexts();
  const now = useNow(instances.some(one => one.state === 'running'));
  const upstream = new Map(tasks.map(task => [task.task_id, task.upstream]));
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
        {instances.map(one => (
          <InstanceRow
            key={`${one.task_id}[${one.map_index}]`}
            instance={one}
            upstream={upstream.get(one.task_id) ?? NONE}
            isSelected={selected?.taskId === one.task_id && selected.mapIndex === one.map_index}
            now={one.state === 'running' ? now : 0}
            onOpen={onOpen}
          />
        ))}
      </tbody>
    </table>
  );
}

const NONE: readonly string[] = [];

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
        {started_at === null ? (
          '–'
        ) : (
          <time dateTime={started_at} title={utc(started_at)}>
            {clock(started_at)}
          </time>
        )}
      </td>
      <td className="jp-mod-number">
        {ended_at === null && now === 0 ? '–' : span(started_at, ended_at, now)}
      </td>
      <td className="jp-mod-number">{try_number || '–'}</td>
    </tr>
  );
});
