import { expect, test } from 'vitest';

import { grown, linesIn, NO_LOG, textOf, type GrowingLog } from './blocks';

const MANY = Array.from({ length: 5_000 }, (_, number) => `line ${number + 1}\n`);

function after(...texts: readonly string[]): GrowingLog {
  return texts.reduce((log, text) => grown(log, text, false), NO_LOG);
}

test('a log says the same in whichever pieces it comes', () => {
  const whole = MANY.join('');
  const once = after(whole);
  const bitten = after(...(whole.match(/[^]{1,777}/g) ?? []));

  expect(textOf(bitten)).toBe(whole);
  expect(linesIn(bitten)).toEqual(linesIn(once));
  expect(linesIn(bitten).map(line => `${line.text}\n`)).toEqual(MANY);
});

test('what came before stays as it is, so that only what is new is drawn', () => {
  const before = after(...MANY);
  const now = grown(before, 'more\n', true);

  expect(now.isComplete).toBe(true);
  expect(before.blocks.length).toBeGreaterThan(1);
  before.blocks.slice(0, -1).forEach((block, place) => expect(now.blocks[place]).toBe(block));
});

test('of too much the oldest is let go; lines and blocks keep their numbers', () => {
  const log = after(...Array.from({ length: 300 }, () => `${'x'.repeat(9_999)}\n`));
  const [first] = log.blocks;

  expect(log.isCut).toBe(true);
  expect(textOf(log).length).toBeLessThanOrEqual(2_000_000);
  expect(first?.number).toBeGreaterThan(0);
  expect(linesIn(log).at(-1)?.number).toBe(300);
});

test('a line without an end is broken, so that it can be let go too', () => {
  const log = after(...Array.from({ length: 300 }, () => 'x'.repeat(10_000)));

  expect(log.isCut).toBe(true);
  expect(Math.max(...log.blocks.map(block => block.text.length))).toBeLessThan(100_000);
});

test('a traceback goes on into the next block', () => {
  const stack = Array.from({ length: 2_000 }, (_, n) => `  File "etl.py", line ${n}, in step\n`);
  const log = after(
    'Traceback (most recent call last):\n',
    ...stack,
    'ValueError: no rows\n',
    'on\n'
  );

  expect(log.blocks.length).toBeGreaterThan(1);
  expect(
    linesIn(log)
      .filter(line => line.level !== 'error')
      .map(line => line.text)
  ).toEqual(['on']);
});
