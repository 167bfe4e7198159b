/** Assets: which tasks make and use each, which DAGs wait for it, and the events of one. */
import * as React from 'react';

import type { ListingState } from '../../live/listing';
import { useTexts } from '../../text';
import type { AssetEventView, AssetTaskView, AssetView } from '../../wire';
import { Button, Instant, Loading, Notice } from '../controls';
import { Icon } from '../icons';
import { RowActions, Section } from './Section';

export interface AssetsProps {
  readonly listing: ListingState<readonly AssetView[]>;
  readonly now: number;
  /** The asset whose events are shown; null for none. */
  readonly chosen: string | null;
  /** The events of the chosen asset. */
  readonly events: ListingState<readonly AssetEventView[]> | null;
  readonly onChoose: (name: string | null) => void;
  readonly onEmit: (asset: AssetView) => void;
  readonly onOpenDag: (dagId: string, runId?: string, taskId?: string) => void;
  readonly onReload: () => void;
}

export function Assets(props: AssetsProps): React.JSX.Element {
  const { listing, onReload } = props;
  const trans = useTexts();
  return (
    <Section
      listing={listing}
      textOf={one => `${one.name} ${one.uri} ${one.group}`}
      searchLabel={trans.__('Search assets')}
      empty={{
        title: trans.__('No assets yet'),
        text: trans.__(
          'A task that names an asset in its outlets makes it; a DAG can be scheduled by it.'
        )
      }}
      add={null}
      onReload={onReload}
    >
      {found => (
        <table className="jp-nbflow-table" data-testid="nbflow-assets">
          <thead>
            <tr>
              <th scope="col">{trans.__('Asset')}</th>
              <th scope="col">{trans.__('Made by')}</th>
              <th scope="col" className="jp-mod-roomy">
                {trans.__('Used by')}
              </th>
              <th scope="col">{trans.__('Schedules')}</th>
              <th scope="col">{trans.__('Last made')}</th>
              <th scope="col">
                <span className="jp-nbflow-hidden">{trans.__('Actions')}</span>
              </th>
            </tr>
          </thead>
          <tbody>
            {found.map(asset => (
              <AssetRows key={`${asset.kind} ${asset.name}`} {...props} asset={asset} />
            ))}
          </tbody>
        </table>
      )}
    </Section>
  );
}

function AssetRows(props: AssetsProps & { readonly asset: AssetView }): React.JSX.Element {
  const { asset, now, chosen, events, onChoose, onEmit, onOpenDag } = props;
  const trans = useTexts();
  const isOpen = chosen === asset.name;
  return (
    <>
      <tr data-asset={asset.name} data-selected={isOpen || undefined}>
        <th scope="row">
          <button
            type="button"
            className="jp-nbflow-link jp-nbflow-fold"
            aria-expanded={isOpen}
            onClick={() => onChoose(isOpen ? null : asset.name)}
          >
            <Icon name="chevron" size={12} />
            {asset.name}
          </button>{' '}
          {asset.kind === 'alias' ? (
            <span className="jp-nbflow-tag">{trans.__('alias')}</span>
          ) : null}
          {asset.uri && asset.uri !== asset.name ? (
            <div className="jp-nbflow-muted jp-nbflow-asset-uri">{asset.uri}</div>
          ) : null}
        </th>
        <td>
          <Tasks tasks={asset.producers} onOpenDag={onOpenDag} />
        </td>
        <td className="jp-mod-roomy">
          <Tasks tasks={asset.consumers} onOpenDag={onOpenDag} />
        </td>
        <td>
          <Tasks
            tasks={asset.schedules.map(dag_id => ({ dag_id, task_id: '' }))}
            onOpenDag={onOpenDag}
          />
        </td>
        <td>
          <Instant at={asset.last_event} now={now} />
        </td>
        <RowActions name={asset.name}>
          {asset.kind === 'asset' ? (
            <Button label={trans.__('Emit…')} verb="emitAsset" onClick={() => onEmit(asset)} />
          ) : null}
        </RowActions>
      </tr>
      {isOpen && events !== null ? (
        <tr className="jp-nbflow-under">
          <td colSpan={6}>
            <Events events={events} now={now} onOpenDag={onOpenDag} />
          </td>
        </tr>
      ) : null}
    </>
  );
}

function Tasks({
  tasks,
  onOpenDag
}: {
  tasks: readonly AssetTaskView[];
  onOpenDag: AssetsProps['onOpenDag'];
}): React.JSX.Element {
  return tasks.length ? (
    <ul className="jp-nbflow-plain">
      {tasks.map(({ dag_id, task_id }) => (
        <li key={`${dag_id} ${task_id}`}>
          <button type="button" className="jp-nbflow-link" onClick={() => onOpenDag(dag_id)}>
            {task_id ? `${dag_id} · ${task_id}` : dag_id}
          </button>
        </li>
      ))}
    </ul>
  ) : (
    <span className="jp-nbflow-muted">–</span>
  );
}

function Events({
  events,
  now,
  onOpenDag
}: {
  events: ListingState<readonly AssetEventView[]>;
  now: number;
  onOpenDag: AssetsProps['onOpenDag'];
}): React.JSX.Element {
  const trans = useTexts();
  if (events.value === null) {
    return events.error === null ? (
      <Loading lines={2} />
    ) : (
      <Notice kind="error" title={events.error} />
    );
  }
  if (!events.value.length) {
    return <Notice kind="empty" title={trans.__('It has not been made yet')} />;
  }
  return (
    <ol className="jp-nbflow-events" aria-label={trans.__('Events')}>
      {events.value.map(event => (
        <li key={event.id}>
          <Instant at={event.at} now={now} />
          <Source event={event} onOpenDag={onOpenDag} />
          {Object.keys(event.extra).length ? <code>{JSON.stringify(event.extra)}</code> : null}
          {event.runs.map(run => (
            <button
              key={`${run.dag_id} ${run.run_id}`}
              type="button"
              className="jp-nbflow-link"
              title={run.run_id}
              onClick={() => onOpenDag(run.dag_id, run.run_id)}
            >
              {trans.__('brought about a run of %1', run.dag_id)}
            </button>
          ))}
        </li>
      ))}
    </ol>
  );
}

function Source({
  event,
  onOpenDag
}: {
  event: AssetEventView;
  onOpenDag: AssetsProps['onOpenDag'];
}): React.JSX.Element {
  const trans = useTexts();
  const { source_dag_id: dag, source_run_id: run, source_task_id: task } = event;
  return dag === null ? (
    <span>{trans.__('by %1', event.actor ?? trans.__('the API'))}</span>
  ) : (
    <button
      type="button"
      className="jp-nbflow-link"
      onClick={() => onOpenDag(dag, run ?? undefined, task ?? undefined)}
    >
      {trans.__('by %1', task === null ? dag : `${dag} · ${task}`)}
    </button>
  );
}
