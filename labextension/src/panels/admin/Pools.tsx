/** Pools: how many slots each has, who takes them, and how many wait. */
import * as React from 'react';

import type { ListingState } from '../../live/listing';
import { useTexts } from '../../text';
import type { PoolView } from '../../wire';
import { Button } from '../controls';
import { Icon } from '../icons';
import { RowActions, Section } from './Section';

export interface PoolsProps {
  readonly listing: ListingState<readonly PoolView[]>;
  /** Null makes a new one. */
  readonly onEdit: (pool: PoolView | null) => void;
  readonly onDelete: (pool: PoolView) => void;
  readonly onReload: () => void;
}

/** It is always there: tasks that name no pool are in it. */
const DEFAULT_POOL = 'default_pool';

export function Pools({ listing, onEdit, onDelete, onReload }: PoolsProps): React.JSX.Element {
  const trans = useTexts();
  return (
    <Section
      listing={listing}
      textOf={pool => `${pool.name} ${pool.description}`}
      searchLabel={trans.__('Search pools')}
      empty={{
        title: trans.__('No pools'),
        text: trans.__('A pool limits how many tasks run at once.')
      }}
      add={{ label: trans.__('New pool…'), verb: 'editPool', onAdd: () => onEdit(null) }}
      onReload={onReload}
    >
      {found => (
        <table className="jp-nbflow-table" data-testid="nbflow-pools">
          <thead>
            <tr>
              <th scope="col">{trans.__('Pool')}</th>
              <th scope="col">{trans.__('Slots')}</th>
              <th scope="col" className="jp-mod-number">
                {trans.__('Running')}
              </th>
              <th scope="col" className="jp-mod-number">
                {trans.__('Queued')}
              </th>
              <th scope="col" className="jp-mod-number">
                {trans.__('Deferred')}
              </th>
              <th scope="col" className="jp-mod-number">
                {trans.__('Waiting')}
              </th>
              <th scope="col" className="jp-mod-spare">
                {trans.__('Description')}
              </th>
              <th scope="col">
                <span className="jp-nbflow-hidden">{trans.__('Actions')}</span>
              </th>
            </tr>
          </thead>
          <tbody>
            {found.map(pool => (
              <tr key={pool.name} data-pool={pool.name}>
                <th scope="row">{pool.name}</th>
                <td>
                  <Slots pool={pool} />
                </td>
                <td className="jp-mod-number">{pool.running}</td>
                <td className="jp-mod-number">{pool.queued}</td>
                <td className="jp-mod-number">{pool.deferred}</td>
                <td className="jp-mod-number">{pool.waiting}</td>
                <td className="jp-mod-spare jp-nbflow-muted">{pool.description}</td>
                {pool.exists ? (
                  <RowActions
                    name={pool.name}
                    verb="editPool"
                    onEdit={() => onEdit(pool)}
                    onDelete={pool.name === DEFAULT_POOL ? undefined : () => onDelete(pool)}
                  />
                ) : (
                  <RowActions name={pool.name}>
                    <Button
                      label={trans.__('Make it…')}
                      verb="editPool"
                      onClick={() => onEdit(pool)}
                    />
                  </RowActions>
                )}
              </tr>
            ))}
          </tbody>
        </table>
      )}
    </Section>
  );
}

function Slots({ pool }: { pool: PoolView }): React.JSX.Element {
  const trans = useTexts();
  if (!pool.exists) {
    return (
      <span className="jp-nbflow-warned">
        <Icon name="warning" size={14} /> {trans.__('Tasks name it, and it is not there')}
      </span>
    );
  }
  if (pool.slots < 0) {
    return <>{trans.__('%1 taken, no limit', pool.used)}</>;
  }
  return (
    <span
      className="jp-nbflow-meter"
      role="meter"
      aria-label={trans.__('Slots of %1', pool.name)}
      aria-valuenow={pool.used}
      aria-valuemin={0}
      aria-valuemax={pool.slots}
      data-full={pool.used >= pool.slots || undefined}
    >
      <span className="jp-nbflow-meter-track" aria-hidden="true">
        <span style={{ width: `${Math.min(100, (100 * pool.used) / Math.max(1, pool.slots))}%` }} />
      </span>
      {trans.__('%1 of %2', pool.used, pool.slots)}
    </span>
  );
}
