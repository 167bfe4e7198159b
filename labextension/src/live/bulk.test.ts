import { expect, test } from 'vitest';

import { askForAll } from './bulk';

const NAMES = ['a', 'b', 'c', 'd', 'e'];

async function outcome(
  ask: (some: readonly string[]) => Promise<readonly { done: boolean; message: string }[]>
): Promise<{ done: readonly string[]; failed: readonly unknown[]; counted: readonly number[] }> {
  const counted: number[] = [];
  const told = await askForAll(NAMES, 2, ask, String, count => counted.push(count));
  return { ...told, counted };
}

test('some go with each request, and it is told how far it has come', async () => {
  const asked: (readonly string[])[] = [];
  const told = await outcome(some => {
    asked.push(some);
    return Promise.resolve(some.map(() => ({ done: true, message: '' })));
  });

  expect(asked).toEqual([['a', 'b'], ['c', 'd'], ['e']]);
  expect(told).toEqual({ done: NAMES, failed: [], counted: [2, 4, 5] });
});

test('one that is refused says why, and holds up no other', async () => {
  const told = await outcome(some =>
    Promise.resolve(some.map(name => ({ done: name !== 'b', message: `${name} has ended.` })))
  );

  expect(told.done).toEqual(['a', 'c', 'd', 'e']);
  expect(told.failed).toEqual([['b', 'b has ended.']]);
});

test('a request that fails fails for those that it names', async () => {
  const told = await outcome(some =>
    some.includes('c')
      ? Promise.reject(new Error('gone'))
      : Promise.resolve(some.map(() => ({ done: true, message: '' })))
  );

  expect(told.done).toEqual(['a', 'b', 'e']);
  expect(told.failed).toEqual([
    ['c', 'Error: gone'],
    ['d', 'Error: gone']
  ]);
});
