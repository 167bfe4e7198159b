import { expect, test } from 'vitest';

import { aRun } from '../testing/builders';
import type { RunList } from '../wire';
import { RunsStore } from './runs';

const ALL = Array.from({ length: 470 }, (_, place) => aRun(`r${470 - place}`));

/** A server with many runs, which gives 200 at once at most. */
function request(path: string): Promise<unknown> {
  const query = new URLSearchParams(path.slice(path.indexOf('?')));
  const from = Number(query.get('before') ?? 0);
  const to = from + Math.min(200, Number(query.get('limit')));
  const next = to < ALL.length ? String(to) : null;
  return Promise.resolve({ runs: ALL.slice(from, to), next, cursor: 0 } as unknown as RunList);
}

test('as many runs as are on the screen are fetched again, however many that are', async () => {
  const api = { request } as ConstructorParameters<typeof RunsStore>[0];
  const store = new RunsStore(api, { onChanges: () => () => undefined }, 'sales');
  await store.show({ states: [], type: '', search: '', since: '', until: '' });
  for (let page = 0; page < 6; page += 1) {
    await store.loadOlder();
  }
  expect(store.value.runs).toHaveLength(350);

  await store.reload();

  expect(store.value.runs).toHaveLength(350);
  expect(store.value.runs?.at(-1)?.run_id).toBe('r121');
});
