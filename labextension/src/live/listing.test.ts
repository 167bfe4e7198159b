import { beforeEach, describe, expect, test, vi } from 'vitest';

import { ClientError } from '../client';
import { aChange, aTaskChange } from '../testing/builders';
import type { ChangeView } from '../wire';
import { Listing } from './listing';
import { questionCounts } from './questions';

beforeEach(() => {
  vi.useFakeTimers();
  return () => vi.useRealTimers();
});

function aFeed(): {
  onChanges: (listener: (changes: readonly ChangeView[]) => void) => () => void;
  say: (...changes: ChangeView[]) => void;
} {
  const listeners = new Set<(changes: readonly ChangeView[]) => void>();
  return {
    onChanges: listener => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    say: (...changes) => listeners.forEach(listener => listener(changes))
  };
}

describe('a listing', () => {
  test('is fetched when it is opened, and again once after changes that touch it', async () => {
    const feed = aFeed();
    let asked = 0;
    const listing = new Listing(
      () => Promise.resolve((asked += 1)),
      feed,
      ({ kind }) => kind === 'pool'
    );
    const close = listing.open();
    await vi.runAllTimersAsync();
    expect(listing.value.value).toBe(1);

    feed.say(aTaskChange('load', 'running'));
    feed.say(aChange('pool'), aChange('pool'));
    feed.say(aChange('pool'));
    await vi.runAllTimersAsync();
    expect(listing.value.value).toBe(2);

    close();
    feed.say(aChange('pool'));
    await vi.runAllTimersAsync();
    expect(asked).toBe(2);
  });

  test('keeps what it has when fetching fails, and says so', async () => {
    let error: Error | null = null;
    const listing = new Listing(
      () => (error === null ? Promise.resolve('first') : Promise.reject(error)),
      aFeed(),
      () => true
    );
    await listing.load();
    error = new ClientError('You may not.', 403);
    await listing.load();

    expect(listing.value).toEqual({ value: 'first', error: 'You may not.', isForbidden: true });
  });

  test('an answer that comes late does not replace a newer one', async () => {
    const answers: ((value: string) => void)[] = [];
    const listing = new Listing(
      () => new Promise<string>(resolve => answers.push(resolve)),
      aFeed(),
      () => true
    );
    const [older, newer] = [listing.load(), listing.load()];
    answers[1]?.('newer');
    await newer;
    answers[0]?.('older');
    await older;

    expect(listing.value.value).toBe('newer');
  });
});

test('questions are counted by DAG', () => {
  const ask = (dag_id: string): never => ({ dag_id }) as never;

  expect([...questionCounts([ask('a'), ask('b'), ask('a')])]).toEqual([
    ['a', 2],
    ['b', 1]
  ]);
  expect(questionCounts(null).size).toBe(0);
});
