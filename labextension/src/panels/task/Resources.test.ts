import { expect, test } from 'vitest';

import { anInstance, at, aTry } from '../../testing/builders';
import { stretchesOf, workerName } from './Resources';

const INSTANCE = anInstance('t', 'success', { try_number: 2, scheduled_at: at(0) });

test('the time of a try is waiting for a slot, starting and running', () => {
  const one = aTry(2, { queued_at: at(3), started_at: at(4), ended_at: at(10) });

  expect(stretchesOf(one, INSTANCE, 0)).toEqual({ waited: 3, starting: 1, ran: 6 });
});

test('of a try before the last nobody knows how long it waited', () => {
  const one = aTry(1, { queued_at: at(-9), started_at: at(-8), ended_at: at(-7) });

  expect(stretchesOf(one, INSTANCE, 0)).toEqual({ waited: null, starting: 1, ran: 1 });
});

test('what runs counts up to now, what never began has not run', () => {
  const running = aTry(2, { queued_at: at(0), started_at: at(1), ended_at: null });
  const lost = aTry(2, { queued_at: at(0), started_at: null, ended_at: at(5) });

  expect(stretchesOf(running, INSTANCE, Date.parse(at(21))).ran).toBe(20);
  expect(stretchesOf(lost, INSTANCE, 0)).toMatchObject({ starting: 5, ran: null });
});

test('a worker is named by its address alone', () => {
  expect(workerName('tcp://127.0.0.1:42793')).toBe('127.0.0.1:42793');
  expect([workerName('inline'), workerName('')]).toEqual(['inline', '–']);
});
