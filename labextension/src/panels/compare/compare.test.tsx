import { render, screen, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import * as React from 'react';
import { describe, expect, test, vi } from 'vitest';

import { aRun, at, T0 } from '../../testing/builders';
import type { RunDiff, RunView, TaskChange } from '../../wire';
import { RunComparison, type RunComparisonProps } from './RunComparison';

const NOW = Date.parse(T0);

function aTask(taskId: string, more: Partial<TaskChange> = {}): TaskChange {
  return {
    task_id: taskId,
    map_index: -1,
    kind: 'same',
    before_state: 'success',
    after_state: 'success',
    before_seconds: 1,
    after_seconds: 1,
    before_tries: 1,
    after_tries: 1,
    pace: '',
    message: '',
    ...more
  };
}

function aDiff(more: Partial<RunDiff> = {}): RunDiff {
  return {
    before: aRun('older'),
    after: aRun('newer', { state: 'failed' }),
    before_seconds: 4,
    after_seconds: 9,
    params: [],
    version_changes: [],
    tasks: [aTask('load')],
    cells: [],
    left_out: 0,
    notes: [],
    ...more
  };
}

function show(value: RunDiff | null, more: Partial<RunComparisonProps> = {}): void {
  render(
    <RunComparison
      diff={{ value, error: null, isForbidden: false }}
      runs={[aRun('newer'), aRun('older')]}
      runId="newer"
      other={null}
      taskId={null}
      now={NOW}
      onCompareWith={vi.fn()}
      onOpenTask={vi.fn()}
      onAllTasks={vi.fn()}
      onReload={vi.fn()}
      {...more}
    />
  );
}

describe('two runs compared', () => {
  test('that show the same say so', () => {
    show(aDiff());
    expect(screen.getByText('They show the same')).toBeDefined();
    expect(screen.queryByRole('region', { name: 'Tasks' })).toBeNull();
  });

  test('are named by what made them and when, those of one minute by their second too', () => {
    const made = (second: number, more: Partial<RunView> = {}): RunView =>
      aRun(`manual__2026-03-04T05:00:0${second}+00:00`, { created_at: at(second), ...more });
    show(aDiff(), { runs: [made(1), made(2), aRun('nightly', { state: 'failed' })] });
    const names = screen.getAllByRole('option').map(one => one.textContent);
    expect(names[1]).toMatch(/^Manual, .*:01\) · Running$/);
    expect(names[2]).toMatch(/^Manual, .*:02\) · Running$/);
    expect(names[3]).toBe('nightly · Failed');
  });

  test('tell which tasks ended otherwise and which took longer, and open them', async () => {
    const onOpenTask = vi.fn();
    const tasks = [
      aTask('load'),
      aTask('train', { kind: 'changed', after_state: 'failed', message: 'ValueError: no rows' }),
      aTask('report', { pace: 'slower', after_seconds: 90 })
    ];
    show(aDiff({ tasks }), { onOpenTask });
    const rows = within(screen.getByRole('region', { name: 'Tasks' })).getAllByRole('row');
    expect(rows.slice(1).map(row => row.dataset.task)).toEqual(['train', 'report']);
    expect(rows[1]?.textContent).toContain('ValueError: no rows');
    expect(rows[2]?.textContent).toContain('1 m 30 s');
    expect(rows[2]?.textContent).toContain('slower');
    await userEvent.click(screen.getByRole('button', { name: 'train' }));
    expect(onOpenTask).toHaveBeenCalledWith('train');
  });

  test('tell params, also those that only one of them has', () => {
    show(
      aDiff({
        params: [
          { name: 'region', kind: 'changed', before: 'EU', after: 'US' },
          { name: 'limit', kind: 'added', before: null, after: 5 }
        ]
      })
    );
    const rows = within(screen.getByRole('region', { name: 'Params' })).getAllByRole('row');
    expect(rows[1]?.textContent).toBe('region"EU""US"');
    expect(rows[2]?.textContent).toBe('limitnot there5');
  });

  test('show what cells print otherwise, line by line, and pictures in words', () => {
    const diff = '--- before\n+++ after\n@@ -1,1 +1,1 @@\n-rows 5\n+rows 7';
    const cell = {
      kind: 'changed',
      task_id: 'load',
      map_index: -1,
      cell: 3,
      cell_id: 'c3',
      source: '',
      outputs: [
        { what: 'stdout', diff },
        { what: 'image/png', diff: 'Another picture.' }
      ]
    } as const;
    show(aDiff({ cells: [{ ...cell, outputs: [...cell.outputs] }], left_out: 2 }));
    const section = screen.getByRole('region', { name: 'Cells and logs' });
    expect(within(section).getByRole('heading', { name: /Cell 3/ }).textContent).toContain('load');
    expect(within(section).getByText('rows 7').closest('tr')?.dataset.kind).toBe('added');
    expect(within(section).getByText('Another picture.')).toBeDefined();
    expect(screen.getByText('and 2 more cells that differ')).toBeDefined();
  });

  test('may be another pair', async () => {
    const onCompareWith = vi.fn();
    show(aDiff(), { onCompareWith });
    const choices = screen.getByRole('combobox', { name: 'Compared with' });
    expect(within(choices).getAllByRole('option')).toHaveLength(2);
    await userEvent.selectOptions(choices, 'older');
    expect(onCompareWith).toHaveBeenCalledWith('older');
  });

  test('may be about one task, which is shown even if nothing differs', async () => {
    const onAllTasks = vi.fn();
    show(aDiff(), { taskId: 'load', onAllTasks });
    const rows = within(screen.getByRole('region', { name: 'Tasks' })).getAllByRole('row');
    expect(rows.slice(1).map(row => row.dataset.task)).toEqual(['load']);
    expect(screen.getByText('They show the same')).toBeDefined();
    await userEvent.click(screen.getByRole('button', { name: 'All tasks' }));
    expect(onAllTasks).toHaveBeenCalled();
  });

  test('say why there is nothing to compare with', () => {
    const error = 'No run succeeded before. Name the run to compare it with.';
    show(null, { diff: { value: null, error, isForbidden: false } });
    expect(screen.getByText(error)).toBeDefined();
  });
});
