import { render, screen, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import * as React from 'react';
import { expect, test, vi } from 'vitest';

import type { CacheState } from '../../live/cache';
import { PermissionsContext } from '../../live/permissions';
import { T0 } from '../../testing/builders';
import type { CacheDetail, CachedResult } from '../../wire';
import { Cache, type CacheProps } from './Cache';

const NOW = Date.parse(T0);

function aResult(taskId: string, more: Partial<CachedResult> = {}): CachedResult {
  return {
    key: `key of ${taskId}`,
    dag_id: 'sales',
    run_id: 'r1',
    task_id: taskId,
    map_index: -1,
    at: T0,
    values: 1,
    size: 2048,
    used_by: 0,
    ...more
  };
}

function aState(value: readonly CachedResult[] | null, more: Partial<CacheState> = {}): CacheState {
  return { value, error: null, isForbidden: false, search: '', more: false, ...more };
}

function shown(more: Partial<CacheProps> = {}): React.JSX.Element {
  const nothing = (): void => undefined;
  return (
    <Cache
      state={aState([aResult('load'), aResult('train', { used_by: 3 })])}
      canShowMore={false}
      now={NOW}
      shown={null}
      detail={{ value: null, error: null, isForbidden: false }}
      onSearch={nothing}
      onMore={nothing}
      onShow={nothing}
      onForget={() => Promise.resolve(true)}
      onForgetDag={nothing}
      onOpenRun={nothing}
      onReload={nothing}
      {...more}
    />
  );
}

test('each result says which run made it, how large it is, and how many use it', () => {
  render(shown());
  const train = screen.getByRole('row', { name: /train/ });

  expect(within(train).getByRole('button', { name: 'r1' })).toBeDefined();
  expect(train.textContent).toContain('sales');
  expect(train.textContent).toContain('by 3 runs');
});

test('those that are chosen are forgotten together, and none is chosen then', async () => {
  const onForget = vi.fn(() => Promise.resolve(true));
  render(shown({ onForget }));

  await userEvent.click(screen.getByRole('checkbox', { name: 'Choose all' }));
  expect(screen.getByText('2 results chosen')).toBeDefined();
  await userEvent.click(screen.getByRole('checkbox', { name: 'Choose load of run r1' }));
  await userEvent.click(screen.getByTestId('nbflow-cache-forget'));

  expect(onForget.mock.calls).toEqual([[[expect.objectContaining({ task_id: 'train' })]]]);
  expect(screen.queryByTestId('nbflow-cache-chosen')).toBeNull();
});

test('what the person who was asked has kept stays chosen', async () => {
  render(shown({ onForget: () => Promise.resolve(false) }));

  await userEvent.click(screen.getByRole('checkbox', { name: 'Choose all' }));
  await userEvent.click(screen.getByTestId('nbflow-cache-forget'));

  expect(screen.getByText('2 results chosen')).toBeDefined();
});

test("the search is the server's, so that it finds what is not listed", async () => {
  const onSearch = vi.fn();
  const { rerender } = render(shown({ onSearch }));
  await userEvent.type(screen.getByRole('searchbox'), 'x');
  expect(onSearch.mock.calls).toEqual([['x']]);

  rerender(shown({ state: aState([], { search: 'x' }) }));
  expect(screen.getByText('Nothing fits')).toBeDefined();
});

test('an empty cache says how results get there', () => {
  render(shown({ state: aState([]) }));
  expect(screen.getByText('No results are kept yet')).toBeDefined();
});

test('that there are others is said, and how to come to them', () => {
  const state = aState([aResult('load')], { more: true });
  const { rerender } = render(shown({ state, canShowMore: true }));
  expect(screen.getByRole('button', { name: 'Show more' })).toBeDefined();

  rerender(shown({ state, canShowMore: false }));
  expect(screen.getByText(/A search finds the others/)).toBeDefined();
});

test('the values of a result are shown below it', () => {
  const result = aResult('load');
  const value: CacheDetail = {
    result,
    values: [{ name: 'return_value', type: 'arrow', size: 10, preview: '3 rows' }],
    output_notebook: null,
    log: null
  };
  render(shown({ shown: result.key, detail: { value, error: null, isForbidden: false } }));
  expect(screen.getByTestId('nbflow-cache-values').textContent).toContain('3 rows');
});

test('who may not forget is told why', () => {
  render(
    <PermissionsContext.Provider
      value={verb => (verb === 'clearCache' ? 'You may only look.' : null)}
    >
      {shown()}
    </PermissionsContext.Provider>
  );
  const button = screen.getByRole('button', { name: /^Forget load/ });
  expect(button.hasAttribute('disabled')).toBe(true);
  expect(button.title).toContain('You may only look.');
});
