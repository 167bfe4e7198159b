import { render, screen, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import * as React from 'react';
import { describe, expect, test } from 'vitest';

import type { ListingState } from '../../live/listing';
import { T0 } from '../../testing/builders';
import type { AssetView, ConnectionView, PoolView, VariableView } from '../../wire';
import { Assets } from './Assets';
import { Pools } from './Pools';
import { Connections, Variables } from './Secrets';

const NOW = Date.parse(T0);
const nothing = (): void => undefined;

function there<T>(...value: T[]): ListingState<readonly T[]> {
  return { value, error: null, isForbidden: false };
}

function aPool(name: string, more: Partial<PoolView> = {}): PoolView {
  return {
    name,
    slots: 4,
    description: '',
    include_deferred: false,
    exists: true,
    used: 0,
    running: 0,
    queued: 0,
    deferred: 0,
    waiting: 0,
    ...more
  };
}

function pools(listing: ListingState<readonly PoolView[]>): unknown[] {
  const done: unknown[] = [];
  render(
    <Pools
      listing={listing}
      onEdit={pool => done.push(['edit', pool?.name ?? null])}
      onDelete={pool => done.push(['delete', pool.name])}
      onReload={() => done.push(['reload'])}
    />
  );
  return done;
}

describe('pools', () => {
  test('each says how many of its slots are taken', () => {
    pools(there(aPool('wide', { slots: -1, used: 3 }), aPool('narrow', { used: 2, waiting: 5 })));

    expect(screen.getByText('3 taken, no limit')).toBeDefined();
    const meter = screen.getByRole('meter', { name: 'Slots of narrow' });
    expect(meter.textContent).toBe('2 of 4');
    expect(meter.getAttribute('aria-valuenow')).toBe('2');
  });

  test('one that tasks name and nobody made can be made', async () => {
    const done = pools(there(aPool('missing', { exists: false, waiting: 1 })));

    await userEvent.click(screen.getByRole('button', { name: 'Make it…' }));

    expect(done).toEqual([['edit', 'missing']]);
  });

  test('all but the default one can be deleted', () => {
    pools(there(aPool('default_pool'), aPool('narrow')));

    expect(screen.getByRole('button', { name: 'Delete narrow' })).toBeDefined();
    expect(screen.queryByRole('button', { name: 'Delete default_pool' })).toBeNull();
  });

  test('the search leaves those that fit', async () => {
    pools(there(aPool('narrow'), aPool('wide', { description: 'for the lake' })));
    const search = screen.getByRole('searchbox', { name: 'Search pools' });

    await userEvent.type(search, 'LAKE');
    expect(screen.getAllByRole('rowheader').map(one => one.textContent)).toEqual(['wide']);
    await userEvent.type(search, ' and more');
    expect(screen.getByText('Nothing fits')).toBeDefined();
  });

  test('until they are there, and where they may not be seen, it is said', () => {
    const { rerender } = render(<Shown value={null} error={null} isForbidden={false} />);
    expect(screen.getByRole('status', { name: 'Loading' })).toBeDefined();
    rerender(<Shown value={null} error="You may not." isForbidden />);
    expect(screen.getByText('You are not allowed to see this')).toBeDefined();
    expect(screen.queryByRole('button', { name: /New pool/ })).toBeNull();
    rerender(<Shown value={null} error="It is down." isForbidden={false} />);
    expect(screen.getByRole('alert').textContent).toContain('It is down.');
    rerender(<Shown value={[aPool('old')]} error="It is down." isForbidden={false} />);
    expect(screen.getByText('This may be out of date')).toBeDefined();
    expect(screen.getByText('old')).toBeDefined();
  });
});

function Shown(listing: ListingState<readonly PoolView[]>): React.JSX.Element {
  return <Pools listing={listing} onEdit={nothing} onDelete={nothing} onReload={nothing} />;
}

test('a secret variable shows that it is there, and no value', () => {
  const variable = (key: string, value: string, isSecret: boolean): VariableView => ({
    key,
    value,
    description: '',
    is_secret: isSecret,
    updated_at: T0
  });
  render(
    <Variables
      listing={there(variable('region', 'EU', false), variable('api_token', '***', true))}
      now={NOW}
      onEdit={nothing}
      onDelete={nothing}
      onReload={nothing}
    />
  );

  expect(screen.getByText('EU')).toBeDefined();
  expect(screen.queryByText('***')).toBeNull();
  expect(screen.getByText('kept secret')).toBeDefined();
});

test('a connection says where it leads, and that it has a password', async () => {
  const lake: ConnectionView = {
    conn_id: 'lake',
    conn_type: 'postgres',
    description: '',
    host: 'db.example.org',
    port: 5432,
    schema: 'sales',
    login: 'reader',
    password: '***',
    extra: {},
    updated_at: T0
  };
  const tested: string[] = [];
  render(
    <Connections
      listing={there(lake)}
      now={NOW}
      onEdit={nothing}
      onDelete={nothing}
      onTest={one => tested.push(one.conn_id)}
      onReload={nothing}
    />
  );

  expect(screen.getByText('db.example.org:5432/sales')).toBeDefined();
  expect(screen.queryByText('***')).toBeNull();
  await userEvent.click(screen.getByRole('button', { name: 'Test' }));
  expect(tested).toEqual(['lake']);
});

test('an asset leads to the tasks that make it, and its events to the runs they brought about', async () => {
  const orders: AssetView = {
    name: 'orders',
    kind: 'asset',
    uri: 's3://lake/orders',
    group: '',
    extra: {},
    last_event: T0,
    producers: [{ dag_id: 'load', task_id: 'write' }],
    consumers: [],
    schedules: ['report']
  };
  const event = {
    id: 1,
    asset: 'orders',
    uri: orders.uri,
    at: T0,
    extra: { rows: 3 },
    source_dag_id: null,
    source_run_id: null,
    source_task_id: null,
    source_map_index: -1,
    aliases: [],
    actor: 'ana',
    runs: [{ dag_id: 'report', run_id: 'r7', state: 'success' }]
  };
  const opened: unknown[] = [];
  render(
    <Assets
      listing={there(orders)}
      now={NOW}
      chosen="orders"
      events={there(event)}
      onChoose={nothing}
      onEmit={nothing}
      onOpenDag={(...args) => opened.push(args)}
      onReload={nothing}
    />
  );

  await userEvent.click(screen.getByRole('button', { name: 'load · write' }));
  const events = within(screen.getByRole('list', { name: 'Events' }));
  expect(events.getByText('by ana')).toBeDefined();
  expect(events.getByText('{"rows":3}')).toBeDefined();
  await userEvent.click(events.getByRole('button', { name: 'brought about a run of report' }));
  expect(opened).toEqual([['load'], ['report', 'r7']]);
});
