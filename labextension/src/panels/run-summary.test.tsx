import { render, screen } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import * as React from 'react';
import { expect, test } from 'vitest';

import { aRun, aRunDetail, T0 } from '../testing/builders';
import type { RunView } from '../wire';
import { RunSummary } from './RunSummary';

function show(more: Partial<RunView>): (string | null)[] {
  const chosen: (string | null)[] = [];
  const nothing = (): undefined => undefined;
  const detail = aRunDetail([], { run: aRun('second', { state: 'success', ...more }) });
  render(
    <RunSummary
      detail={detail}
      now={Date.parse(T0)}
      onChooseRun={runId => chosen.push(runId)}
      onOpenNotebook={null}
      {...{ onCancel: nothing, onNote: nothing, onRerun: nothing, onMore: nothing }}
      {...{ onClear: nothing, onCompare: nothing }}
    />
  );
  return chosen;
}

test('a run that goes on where another one failed leads to it, and says what was edited', async () => {
  const chosen = show({ rerun_of: 'first', edited: ['train', 'score'] });
  expect(screen.getByTestId('nbflow-run-origin').textContent).toBe('goes on from another run');
  expect(screen.getByText('edited: train, score')).toBeDefined();
  await userEvent.click(screen.getByRole('button', { name: 'another run' }));
  expect(chosen).toEqual(['first']);
});

test('a run like another one, without the cache, says both', () => {
  show({ rerun_of: 'first', no_cache: true });
  expect(screen.getByTestId('nbflow-run-origin').textContent).toBe('repeats another run');
  expect(screen.getByText('without the cache')).toBeDefined();
});

test('a run of its own says neither', () => {
  show({});
  expect(screen.queryByTestId('nbflow-run-origin')).toBeNull();
  expect(screen.queryByText('without the cache')).toBeNull();
});
