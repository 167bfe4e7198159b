import { render, screen } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import * as React from 'react';
import { expect, test } from 'vitest';

import { ALL, AuditStore } from '../../live/audit';
import { T0 } from '../../testing/builders';
import type { AuditEntry, AuditList } from '../../wire';
import { Audit } from './Audit';
import { Settings } from './Settings';

function anEntry(cursor: number, more: Partial<AuditEntry> = {}): AuditEntry {
  return {
    cursor,
    at: T0,
    asked_at: T0,
    actor: 'ana',
    door: 'rest',
    verb: 'set_pool',
    dag_id: null,
    run_id: null,
    name: '',
    outcome: 'done',
    message: '',
    payload: { pool: 'gpu', slots: 4 },
    ...more
  };
}

test('older entries are added below those that are there', async () => {
  const asked: string[] = [];
  const pages: AuditList[] = [
    { entries: [anEntry(9)], next: '9' },
    { entries: [anEntry(4)], next: null }
  ];
  const client = {
    request: (path: string) => {
      asked.push(path);
      return Promise.resolve(pages[asked.length - 1]);
    }
  };
  const feed = { onChanges: () => () => undefined };
  const store = new AuditStore(client as never, feed);
  await store.load();
  await store.loadMore();

  expect(asked[1]).toContain('before=9');
  expect(store.value.entries?.map(one => one.cursor)).toEqual([9, 4]);
  expect(store.value.next).toBeNull();
});

test('what was asked for says who, by which door, about what, and how it ended', async () => {
  const opened: unknown[] = [];
  const entries = [
    anEntry(2, {
      verb: 'cancel',
      dag_id: 'sales',
      run_id: 'r1',
      outcome: 'refused',
      message: 'No.'
    }),
    anEntry(1)
  ];
  render(
    <Audit
      state={{ asked: ALL, entries, next: null, error: null, isForbidden: false }}
      now={Date.parse(T0)}
      onAsk={() => undefined}
      onMore={() => undefined}
      onReload={() => undefined}
      onOpenDag={(...args) => opened.push(args)}
    />
  );

  const [, refused, pool] = screen.getAllByRole('row').map(row => row.textContent);
  expect(refused).toContain('anarestCancelsales r1');
  expect(refused).toContain('Refused');
  expect(refused).toContain('No.');
  expect(pool).toContain('Set poolgpu');
  await userEvent.click(screen.getByRole('button', { name: /sales/ }));
  expect(opened).toEqual([['sales', 'r1']]);
});

test('a setting says what it is and where that comes from', () => {
  const value = [
    {
      name: 'slots',
      value: 4,
      origin: 'NBFLOW_SLOTS',
      is_default: false,
      description: 'Side by side.'
    }
  ];
  render(
    <Settings listing={{ value, error: null, isForbidden: false }} onReload={() => undefined} />
  );
  expect(screen.getByRole('row', { name: /slots 4 NBFLOW_SLOTS Side by side/ })).toBeDefined();
});
