import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';

import { ClientError, type NewRunRequest } from '../client';
import { PLAIN } from '../text';
import type { RunPlan } from '../wire';
import { AskingStore } from './asking';
import { NewRunStore } from './new-run';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

/** Counts what it is asked for; answers with the words it is given, in the order that a test lets it. */
function asking(): {
  store: AskingStore<{ text: string }, string>;
  asked: [string, boolean][];
  answers: ((answer: string) => void)[];
} {
  const asked: [string, boolean][] = [];
  const answers: ((answer: string) => void)[] = [];
  const store = new AskingStore<{ text: string }, string>({
    draft: { text: 'a' },
    isSomething: preview => preview !== 'nothing',
    send: ({ text }, dryRun) => {
      if (text === '') {
        return null;
      }
      asked.push([text, dryRun]);
      return text === 'bad'
        ? Promise.reject(new Error('No task bad.'))
        : new Promise(resolve => answers.push(resolve));
    }
  });
  return { store, asked, answers };
}

describe('a dialog with a preview', () => {
  test('looks once for what is typed in a row', async () => {
    const { store, asked } = asking();
    store.change({ text: 'ab' }, 'typed');
    store.change({ text: 'abc' }, 'typed');
    await vi.runAllTimersAsync();
    expect(asked).toEqual([['abc', true]]);
  });

  test('an answer that comes too late is not shown', async () => {
    const { store, answers } = asking();
    store.change({ text: 'b' });
    store.change({ text: 'c' });
    answers[1]?.('of c');
    await vi.runAllTimersAsync();
    answers[0]?.('of b');
    await vi.runAllTimersAsync();
    expect(store.value.preview).toBe('of c');
    expect(store.isReady).toBe(true);
  });

  test('the last preview stays, as stale, until there is a newer one', async () => {
    const { store, answers } = asking();
    void store.look();
    answers[0]?.('of a');
    await vi.runAllTimersAsync();
    store.change({ text: 'b' });
    expect(store.value).toMatchObject({ preview: 'of a', isStale: true });
    expect(store.isReady).toBe(false);
  });

  test('nothing is sent before it was looked at, nor where there is nothing to do', async () => {
    const { store, asked, answers } = asking();
    expect(await store.submit()).toBe(false);
    void store.look();
    answers[0]?.('nothing');
    await vi.runAllTimersAsync();
    expect(await store.submit()).toBe(false);
    expect(asked).toEqual([['a', true]]);
  });

  test('what is beside the question leaves the preview as it is', async () => {
    const { store, asked, answers } = asking();
    void store.look();
    answers[0]?.('of a');
    await vi.runAllTimersAsync();
    store.change({ text: 'a note' }, 'beside');
    expect(store.isReady).toBe(true);
    const sent = store.submit();
    answers[1]?.('done');
    expect(await sent).toBe(true);
    expect(asked.at(-1)).toEqual(['a note', false]);
  });

  test('what the server says against it is told', async () => {
    const { store } = asking();
    store.change({ text: 'bad' });
    await vi.runAllTimersAsync();
    expect(store.value).toMatchObject({ preview: null, problems: ['No task bad.'] });
    store.change({ text: '' });
    expect(store.value).toMatchObject({ preview: null, problems: [] });
  });
});

const COUNT = { default: 3, schema: { type: 'integer', maximum: 9 } };
const PLAN: RunPlan = {
  dag_id: 'd',
  run_id: 'new',
  request_id: null,
  params: {},
  tasks: ['a'],
  rerun_of: 'r'
};

function newRun(refuse: (request: NewRunRequest) => string | null = () => null): {
  store: NewRunStore;
  asked: [NewRunRequest, boolean][];
} {
  const asked: [NewRunRequest, boolean][] = [];
  const store = new NewRunStore({
    kept: { count: COUNT, old: { default: 'x', schema: { type: 'string' } } },
    latest: { count: COUNT },
    had: { count: 5, old: 'y' },
    texts: PLAIN,
    send: (request, dryRun) => {
      asked.push([request, dryRun]);
      const why = refuse(request);
      return why === null ? Promise.resolve(PLAN) : Promise.reject(new ClientError(why, 400, []));
    }
  });
  return { store, asked };
}

describe('a run like another one', () => {
  test('begins with the params of that run', async () => {
    const { store, asked } = newRun();
    await store.look();
    expect(asked[0]?.[0]).toMatchObject({ params: { count: 5, old: 'y' }, latest: false });
  });

  test('with the latest version has the params of that', async () => {
    const { store, asked } = newRun();
    store.chooseVersion(true);
    await vi.runAllTimersAsync();
    expect(asked[0]?.[0]).toMatchObject({ params: { count: 5 }, latest: true });
  });

  test('what breaks the schema is said at its field before anything is asked', async () => {
    const { store, asked } = newRun();
    store.change('count', '12');
    await vi.runAllTimersAsync();
    expect(store.value.errors).toEqual({ count: 'It must be at most 9.' });
    expect(asked).toEqual([]);
  });

  test('what only the server knows is said at its field while the form is filled in', async () => {
    const { store } = newRun(({ params }) =>
      params.count === 6 ? "Param 'count' is 6, which is no prime." : null
    );
    store.change('count', '6');
    await vi.runAllTimersAsync();
    expect(store.value.errors.count).toContain('no prime');
    store.change('count', '7');
    await vi.runAllTimersAsync();
    expect(store.value).toMatchObject({ errors: {}, plan: PLAN });
    expect(await store.submit()).toBe(true);
    expect(store.done).toBe(PLAN);
  });
});
