import { render, screen, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import * as React from 'react';
import { expect, test, vi } from 'vitest';

import { aRun, T0 } from '../../testing/builders';
import { Runs, type Refused, type RunsProps } from './Runs';

const MANY = Array.from({ length: 20 }, (_, n) => aRun(`r${n}`, { state: 'failed' }));

function shown(more: Partial<RunsProps> = {}): React.JSX.Element {
  const nothing = (): void => undefined;
  return (
    <Runs
      state={{ runs: MANY, older: null, error: null }}
      runId={null}
      now={Date.parse(T0)}
      onChoose={nothing}
      onOlder={nothing}
      onCompare={nothing}
      onReload={nothing}
      preview={runIds => Promise.resolve(new Map(runIds.map(name => [name, 2])))}
      act={() => Promise.resolve([])}
      {...more}
    />
  );
}

async function chooseAll(): Promise<void> {
  await userEvent.click(screen.getByRole('checkbox', { name: 'Choose all of these runs' }));
}

async function choose(place: number): Promise<void> {
  const boxes = screen.getAllByRole('checkbox', { name: /^Choose run/ });
  await userEvent.click(boxes[place] ?? screen.getByText('no such run'));
}

test('what would happen to each of 20 runs is asked for once, and all of them are named', async () => {
  const preview = vi.fn((runIds: readonly string[]) =>
    Promise.resolve(new Map(runIds.map(name => [name, 2])))
  );
  render(shown({ preview }));
  await chooseAll();
  await userEvent.click(screen.getByTestId('nbflow-bulk-clear'));

  expect(await screen.findAllByText('2 tasks run again')).toHaveLength(20);
  expect(preview).toHaveBeenCalledOnce();
});

test('two that are chosen can be compared, the newer with the older', async () => {
  const onCompare = vi.fn();
  render(shown({ onCompare }));
  await choose(3);
  expect(screen.queryByRole('button', { name: 'Compare' })).toBeNull();
  await choose(1);
  await userEvent.click(screen.getByRole('button', { name: 'Compare' }));
  expect(onCompare).toHaveBeenCalledWith('r1', 'r3');

  await choose(2);
  expect(screen.queryByRole('button', { name: 'Compare' })).toBeNull();
});

test('what was refused says why, and is all that stays chosen', async () => {
  const refused: readonly Refused[] = [['r7', 'It has gone.']];
  render(shown({ act: () => Promise.resolve(refused) }));
  await chooseAll();
  await userEvent.click(screen.getByTestId('nbflow-bulk-delete'));
  await userEvent.click(screen.getByTestId('nbflow-bulk-confirm'));

  const alert = await screen.findByRole('alert');
  expect(within(alert).getByText('1 run was refused')).toBeDefined();
  expect(alert.textContent).toContain('It has gone.');
  expect(screen.getByText('1 run chosen')).toBeDefined();
});

test('once all of it is asked for, none stays chosen', async () => {
  render(shown());
  await chooseAll();
  await userEvent.click(screen.getByTestId('nbflow-bulk-delete'));
  await userEvent.click(screen.getByTestId('nbflow-bulk-confirm'));

  expect(screen.queryByTestId('nbflow-bulk')).toBeNull();
});
