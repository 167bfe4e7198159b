import { beforeEach, describe, expect, test, vi } from 'vitest';

import { Feed, pauseWhenHidden, type FeedState, type Follower } from './feed';
import { aChange } from './testing/builders';
import { sockets, type TestSocket } from './testing/sockets';

const ATTEMPT = {
  dag_id: 'sales',
  run_id: 'r1',
  task_id: 'a',
  map_index: -1,
  try_number: 1,
  offset: 0,
  log_offset: 0
};

const NOBODY: Follower = {
  onCells: () => undefined,
  onLog: () => undefined,
  onRefused: () => undefined
};

beforeEach(() => {
  vi.useFakeTimers();
  return () => vi.useRealTimers();
});

function aFeed(): { feed: Feed; made: TestSocket[]; last: () => TestSocket } {
  const { connect, made } = sockets();
  const feed = new Feed({
    connect,
    soon: deliver => void setTimeout(deliver, 10),
    backoff: n => 100 * (n + 1)
  });
  const last = (): TestSocket => {
    const socket = made.at(-1);
    if (socket === undefined) {
      throw new Error('nothing has connected');
    }
    return socket;
  };
  return { feed, made, last };
}

describe('changes', () => {
  test('it asks from the cursor of the first snapshot', () => {
    const { feed, last } = aFeed();

    feed.start(7);
    feed.start(99);
    last().open();

    expect(last().received).toEqual([{ op: 'from', cursor: 7 }]);
  });

  test('what arrives within a frame is told together', () => {
    const { feed, last } = aFeed();
    const told: number[] = [];
    feed.onChanges(changes => told.push(changes.length));
    feed.start(0);
    last().open();

    last().say({ op: 'changes', cursor: 1, changes: [aChange('task')] });
    last().say({ op: 'changes', cursor: 3, changes: [aChange('task'), aChange('run')] });
    expect(told).toEqual([]);
    vi.advanceTimersByTime(10);

    expect(told).toEqual([3]);
  });

  test('after a lost connection it goes on where it was', () => {
    const { feed, made, last } = aFeed();
    feed.start(0);
    last().open();
    last().say({ op: 'changes', cursor: 5, changes: [aChange('task')] });
    last().drop();
    vi.advanceTimersByTime(100);
    last().open();

    expect(made).toHaveLength(2);
    expect(last().received).toEqual([{ op: 'from', cursor: 5 }]);
  });

  test('it waits longer each time, and not at all after it has worked', () => {
    const { feed, made, last } = aFeed();
    feed.start(0);
    last().drop();
    vi.advanceTimersByTime(100);
    last().drop();
    vi.advanceTimersByTime(100);
    expect(made).toHaveLength(2);
    vi.advanceTimersByTime(100);
    expect(made).toHaveLength(3);

    last().open();
    last().drop();
    vi.advanceTimersByTime(100);
    expect(made).toHaveLength(4);
  });

  test('it says how it is', () => {
    const { feed, last } = aFeed();
    const states: FeedState[] = [];
    feed.onState(state => states.push(state));
    feed.start(0);
    last().open();
    last().drop();
    feed.pause();

    expect(states).toEqual(['connecting', 'open', 'waiting', 'paused']);
  });

  test('who no longer listens is not told', () => {
    const { feed, last } = aFeed();
    let told = 0;
    const stop = feed.onHealth(() => (told += 1));
    feed.start(0);
    last().open();
    stop();
    last().say({ op: 'health', health: {} });
    vi.advanceTimersByTime(10);

    expect(told).toBe(0);
  });
});

describe('attempts', () => {
  test('cells and log go to who follows, until they stop', () => {
    const { feed, last } = aFeed();
    const got: unknown[] = [];
    feed.start(0);
    last().open();
    const stop = feed.follow(ATTEMPT, {
      onCells: (events, complete) => got.push([events, complete]),
      onLog: (text, complete) => got.push([text, complete]),
      onRefused: message => got.push(message)
    });
    const id = last().received[1]?.id;
    last().say({ op: 'cells', id, events: [{ event: 'x' }], next_offset: 20, complete: false });
    last().say({ op: 'log', id, text: 'hello', next_offset: 5, complete: true });
    last().say({ op: 'error', id, message: 'Try 1 is not kept any more.' });
    vi.advanceTimersByTime(10);
    stop();

    expect(got).toEqual([
      [[{ event: 'x' }], false],
      ['hello', true],
      'Try 1 is not kept any more.'
    ]);
    expect(last().received.slice(1)).toEqual([
      { op: 'follow', id, ...ATTEMPT },
      { op: 'unfollow', id }
    ]);
  });

  test('after a lost connection they are followed from where they were', () => {
    const { feed, last } = aFeed();
    feed.start(0);
    last().open();
    feed.follow(ATTEMPT, NOBODY);
    const id = last().received[1]?.id;
    last().say({ op: 'cells', id, events: [], next_offset: 20, complete: false });
    last().say({ op: 'log', id, text: 'hello', next_offset: 5, complete: false });
    vi.advanceTimersByTime(10);
    last().drop();
    vi.advanceTimersByTime(100);
    last().open();

    expect(last().received[1]).toEqual({ op: 'follow', id, ...ATTEMPT, offset: 20, log_offset: 5 });
  });

  test('one that is asked for before the connection stands is followed when it does', () => {
    const { feed, last } = aFeed();
    feed.start(0);
    feed.follow(ATTEMPT, NOBODY);
    last().open();

    expect(last().received.map(message => message.op)).toEqual(['from', 'follow']);
  });
});

describe('a connection that dies without a word', () => {
  test('is given up when nobody answers, and the next goes on from the cursor', () => {
    const { feed, made, last } = aFeed();
    feed.start(0);
    last().open();
    last().say({ op: 'changes', cursor: 5, changes: [aChange('task')] });
    last().isDead = true;

    vi.advanceTimersByTime(31_000);
    expect([made.length, made[0]?.isClosed]).toEqual([2, true]);
    last().open();
    expect(last().received).toEqual([{ op: 'from', cursor: 5 }]);
    made[0]?.drop(); // The browser tells of it much later.

    expect([feed.state, made.length]).toEqual(['open', 2]);
  });

  test('is found out soon after the network or the reader is back', () => {
    const { feed, made, last } = aFeed();
    const stop = pauseWhenHidden(feed);
    feed.start(0);
    last().open();
    last().isDead = true;

    window.dispatchEvent(new Event('online'));
    vi.advanceTimersByTime(11_000);

    expect(made.length).toBe(2);
    stop();
  });

  test('is no connection to wait for: one that does not open is tried again', () => {
    const { feed, made, last } = aFeed();
    feed.start(0);

    vi.advanceTimersByTime(11_000);
    expect(made.length).toBe(2);
    last().open();

    expect(feed.state).toBe('open');
  });

  test('is no quiet one: who answers is left alone, and who is hidden is not asked', () => {
    const { feed, made, last } = aFeed();
    feed.start(0);
    last().open();
    vi.advanceTimersByTime(600_000);
    expect([feed.state, made.length]).toEqual(['open', 1]);

    feed.pause();
    vi.advanceTimersByTime(600_000);

    expect([feed.state, made.length]).toEqual(['paused', 1]);
  });
});

describe('hidden pages', () => {
  function hide(hidden: boolean): void {
    vi.spyOn(document, 'hidden', 'get').mockReturnValue(hidden);
    document.dispatchEvent(new Event('visibilitychange'));
  }

  test('a page hidden for long is left alone until it is seen again', () => {
    const { feed, made, last } = aFeed();
    const stop = pauseWhenHidden(feed);
    feed.start(3);
    last().open();

    hide(true);
    vi.advanceTimersByTime(60_000);
    expect([feed.state, last().isClosed]).toEqual(['paused', true]);

    hide(false);
    last().open();
    expect([feed.state, made.length]).toEqual(['open', 2]);
    expect(last().received).toEqual([{ op: 'from', cursor: 3 }]);
    stop();
  });

  test('a short look elsewhere changes nothing', () => {
    const { feed, made, last } = aFeed();
    const stop = pauseWhenHidden(feed);
    feed.start(3);
    last().open();

    hide(true);
    vi.advanceTimersByTime(5000);
    hide(false);
    vi.advanceTimersByTime(60_000);

    expect([feed.state, made.length]).toEqual(['open', 1]);
    stop();
  });
});
