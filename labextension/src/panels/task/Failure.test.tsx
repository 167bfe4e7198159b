import { render, screen, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import * as React from 'react';
import { describe, expect, test } from 'vitest';

import type { LiveNotebook } from '../../notebook/fold';
import { notebookOf } from '../../notebook/fold';
import { T0, aTry } from '../../testing/builders';
import type { KernelView, TryView } from '../../wire';
import { Failure, hasFailure, RepairBar } from './Failure';

const KERNEL: KernelView = { host: 'here', pid: 7, started: 1, until: T0, here: true };

function failedTry(more: Partial<TryView> = {}): TryView {
  return aTry(1, { state: 'failed', ended_at: T0, has_notebook: true, cell: 2, ...more });
}

function bar(one: TryView | undefined): string[] {
  const asked: string[] = [];
  render(<RepairBar one={one} onRepair={verb => asked.push(verb)} />);
  return asked;
}

function executed(state: string): LiveNotebook {
  const cell = { cell_type: 'code', id: 'a', source: '1 / rows[2]', outputs: [] };
  return notebookOf({
    cells: [{ ...cell, execution_count: null, metadata: { nbflow: { state } } }],
    metadata: {},
    nbformat: 4,
    nbformat_minor: 5
  });
}

describe('what can be done about a failure', () => {
  test('a try whose kernel lives is debugged, and its kernel ended', async () => {
    const asked = bar(failedTry({ kernel: KERNEL }));
    await userEvent.click(screen.getByTestId('nbflow-debug'));
    await userEvent.click(screen.getByTestId('nbflow-end-kernel'));
    await userEvent.click(screen.getByTestId('nbflow-reconstruct'));
    expect(asked).toEqual(['debug', 'end-kernel', 'reconstruct']);
  });

  test('without its kernel it is reconstructed', () => {
    bar(failedTry());
    expect(screen.queryByTestId('nbflow-debug')).toBeNull();
    expect(screen.getByTestId('nbflow-reconstruct')).toBeTruthy();
  });

  test('of a kernel on another machine it says why it cannot be debugged here', () => {
    bar(failedTry({ kernel: { ...KERNEL, host: 'worker-3', here: false } }));
    expect(screen.queryByTestId('nbflow-debug')).toBeNull();
    expect(screen.getByTestId('nbflow-kernel-elsewhere').textContent).toMatch(/lives on worker-3/);
    expect(screen.getByTestId('nbflow-reconstruct')).toBeTruthy();
  });

  test('while it runs, or where it left no notebook, there is nothing to repair', () => {
    bar(undefined);
    bar(failedTry({ ended_at: null }));
    bar(failedTry({ has_notebook: false }));
    expect(screen.queryAllByRole('button')).toEqual([]);
  });
});

describe('a failure at a glance', () => {
  test('shows the cell, what it read and the traceback', () => {
    const one = failedTry({
      traceback: 'ZeroDivisionError: division by zero',
      names_read: { rows: '[4, 1, 0]' }
    });
    render(<Failure one={one} notebook={executed('failed')} />);
    const shown = within(screen.getByTestId('nbflow-failure'));
    expect(shown.getByText('Cell 2')).toBeTruthy();
    expect(shown.getByText('1 / rows[2]')).toBeTruthy();
    expect(shown.getByText('[4, 1, 0]')).toBeTruthy();
    expect(shown.getByText(/ZeroDivisionError/)).toBeTruthy();
  });

  test('leaves out what is not known', () => {
    render(<Failure one={failedTry()} notebook={null} />);
    expect(screen.getByTestId('nbflow-failure').textContent).toBe('');
  });

  test('is one of notebooks that failed', () => {
    expect(hasFailure(failedTry())).toBe(true);
    expect(hasFailure(failedTry({ has_notebook: false }))).toBe(false);
    expect(hasFailure(failedTry({ state: 'success' }))).toBe(false);
    expect(hasFailure(undefined)).toBe(false);
  });
});
