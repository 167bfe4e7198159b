import { render, screen, within } from '@testing-library/react';
import * as React from 'react';
import { expect, test } from 'vitest';

import { aDagDetail, aRunDetail, at, T0 } from '../testing/builders';
import type { ScheduleView } from '../wire';
import { DagDetails } from './DagDetails';
import { Schedule } from './Schedule';
import { Rendered } from './task/TaskLists';

const NOW = Date.parse(T0);

function aSchedule(more: Partial<ScheduleView> = {}): ScheduleView {
  return {
    schedule: 'At 06:00 every day, Europe/Paris',
    timezone: 'Europe/Paris',
    text: 'The next run is due tomorrow.',
    next_runs: [],
    awaited_assets: null,
    problems: [],
    ...more
  };
}

function show(value: ScheduleView | null, error: string | null = null): void {
  render(<Schedule listing={{ value, error, isForbidden: false }} now={NOW} />);
}

test('a schedule is told in words, each next run in the zone of the schedule too', () => {
  const run = { run_after: at(60), logical_date: T0, data_interval_start: T0 };
  const next = { ...run, data_interval_end: at(60), local: 'Wednesday, 06:01:00 CET' };
  show(aSchedule({ next_runs: [next] }));

  expect(screen.getByText('At 06:00 every day, Europe/Paris')).toBeDefined();
  expect(screen.getByText('The next run is due tomorrow.')).toBeDefined();
  expect(screen.getByText('Wednesday, 06:01:00 CET')).toBeDefined();
});

test('of the assets that a schedule waits for, the missing ones stand out', () => {
  const orders = { name: 'orders', kind: 'asset' as const, updated_at: T0, missing: false };
  const prices = { ...orders, name: 'prices', updated_at: null, missing: true };
  const awaited = { expression: 'orders & prices', assets: [orders, prices], text: '' };
  show(aSchedule({ awaited_assets: awaited }));

  const items = within(screen.getByTestId('nbflow-schedule')).getAllByRole('listitem');
  expect(items.map(one => one.dataset.missing)).toEqual(['false', 'true']);
  expect(items[1]?.textContent).toBe('pricesmissing');
});

test('a schedule that cannot be fetched says why, and one that is being fetched that it is', () => {
  show(null, 'The disk is full.');
  expect(screen.getByRole('alert').textContent).toContain('The disk is full.');

  show(null);
  expect(screen.getByRole('status', { name: 'Loading' })).toBeDefined();
});

test('the deadlines of a run tell when they are and which were missed', () => {
  const deadlines = [
    { name: 'by seven', text: 'Done by 07:00.', due_at: at(7200), missed: false },
    { name: 'quick', text: 'Done within a minute.', due_at: at(60), missed: true }
  ];
  render(
    <DagDetails
      detail={aDagDetail('sales')}
      run={aRunDetail([], { deadlines })}
      schedule={null}
      now={NOW}
    />
  );

  const quick = screen.getByText('quick').closest('li');
  expect(quick?.dataset.missed).toBe('true');
  expect(quick?.textContent).toContain('missed');
  expect(screen.getByText('by seven').closest('li')?.dataset.missed).toBe('false');
});

test('rendered fields are shown as they come', () => {
  render(<Rendered fields={{ bash_command: 'echo EU', token: '***' }} />);

  expect(screen.getAllByRole('row').map(row => row.textContent)).toEqual([
    'FieldBecame',
    'bash_commandecho EU',
    'token***'
  ]);
});
