import { render, screen, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import * as React from 'react';
import { describe, expect, test } from 'vitest';

import { T0 } from '../../testing/builders';
import type { VersionView } from '../../wire';
import { readDiff } from './diff';
import { Versions, type VersionsProps, type VersionText } from './Versions';

const NOW = Date.parse(T0);
const DIFF = [
  '--- dags/sales.py (1)',
  '+++ dags/sales.py (2)',
  '@@ -3,3 +3,4 @@',
  ' with DAG("sales"):',
  '-    old()',
  '+    new()',
  '+    --- no sign()',
  '     last()',
  ''
].join('\n');

function aVersion(number: number, more: Partial<VersionView> = {}): VersionView {
  return {
    number,
    created_at: T0,
    is_current: false,
    runs: 0,
    task_count: 2,
    changes: [],
    ...more
  };
}

const THREE = [
  aVersion(3, { is_current: true, runs: 4, changes: ['Task new was added.'] }),
  aVersion(2),
  aVersion(1)
];

function got<T>(value: T | null, error: string | null = null) {
  return { value, error, isForbidden: false };
}

function show(more: Partial<VersionsProps> = {}): unknown[] {
  const done: unknown[] = [];
  render(
    <Versions
      listing={got(THREE)}
      chosen={{ shown: 3, against: 2 }}
      text={null}
      runVersion={null}
      now={NOW}
      onChoose={chosen => done.push(chosen)}
      onReload={() => done.push('reload')}
      {...more}
    />
  );
  return done;
}

function row(number: number): HTMLElement {
  return screen.getByRole('button', { name: new RegExp(`^Version ${number}`) });
}

describe('a diff', () => {
  test('its lines have their kinds, and their numbers before and after', () => {
    const { lines, added, removed } = readDiff(DIFF);

    expect(lines.map(({ kind, before, after }) => [kind, before, after])).toEqual([
      ['gap', null, null],
      ['same', 3, 3],
      ['removed', 4, null],
      ['added', null, 4],
      ['added', null, 5],
      ['same', 5, 6]
    ]);
    expect([added, removed]).toEqual([2, 1]);
  });

  test('a line that looks like the head of a file is a line', () => {
    const text = ['--- a', '+++ b', '@@ -1 +1 @@', '--- x', '+++ y', ''].join('\n');

    expect(
      readDiff(text)
        .lines.slice(1)
        .map(line => line.text)
    ).toEqual(['-- x', '++ y']);
  });
});

describe('the versions of a DAG', () => {
  test('each tells what it changed', () => {
    show({ runVersion: 2 });

    expect(row(3).textContent).toContain('current');
    expect(row(3).textContent).toContain('Task new was added.');
    expect(row(3).textContent).toContain('4 runs');
    expect(row(2).textContent).toContain('this run');
    expect(row(2).textContent).toContain('Only code changed');
    expect(row(1).textContent).toContain('The oldest there is');
  });

  test('a click shows what a version changed of the one before, the oldest its text', async () => {
    const done = show();

    await userEvent.click(row(2));
    await userEvent.click(row(1));

    expect(done).toEqual([
      { shown: 2, against: 1 },
      { shown: 1, against: null }
    ]);
  });

  test('a second one is chosen with shift, or from the list beside the first', async () => {
    const done = show();
    const user = userEvent.setup();

    await user.keyboard('{Shift>}');
    await user.click(row(1));
    await user.keyboard('{/Shift}');
    await user.selectOptions(screen.getByLabelText('compared with'), 'nothing: its text');

    expect(done).toEqual([
      { shown: 3, against: 1 },
      { shown: 3, against: null }
    ]);
  });

  test('arrow keys go from version to version, and Enter chooses', async () => {
    const done = show();
    row(3).focus();

    await userEvent.keyboard('{ArrowDown}{ArrowDown}{ArrowUp}{Enter}');

    expect(done).toEqual([{ shown: 2, against: 1 }]);
  });

  test('a difference has a sign on each line and counts them', () => {
    const text: VersionText = {
      dag_id: 'sales',
      old: 2,
      new: 3,
      changes: [{ kind: 'added', path: 'tasks.new', before: null, after: {}, text: 'new is new' }],
      files: [{ path: 'dags/sales.py', diff: DIFF }]
    };
    show({ text: got(text) });

    expect(screen.getByText('new is new').dataset.kind).toBe('added');
    expect(screen.getByTitle('2 lines added').textContent).toBe('+2');
    const added = screen.getByRole('row', { name: /new\(\)/ });
    expect(within(added).getByText('+')).toBeDefined();
    expect(added.dataset.kind).toBe('added');
  });

  test('versions that do not differ say so, and so does one without text', () => {
    show({ text: got<VersionText>({ dag_id: 'sales', old: 2, new: 3, changes: [], files: [] }) });
    expect(screen.getByText('They do not differ')).toBeDefined();

    show({
      text: got<VersionText>({ dag_id: 'sales', number: 3, tasks: [], params: {}, files: [] })
    });
    expect(screen.getByText('No text was kept of this version')).toBeDefined();
  });

  test('the text of one version is shown with its lines numbered', () => {
    const files = [{ path: 'dags/sales.py', text: 'first\nsecond\n' }];
    show({ text: got<VersionText>({ dag_id: 'sales', number: 3, tasks: [], params: {}, files }) });

    const text = screen.getByRole('region', { name: 'Text of dags/sales.py' });
    expect(text.textContent).toBe('1\n2first\nsecond');
  });

  test('it says when it is loading, when there are none, and when something went wrong', async () => {
    show({ listing: got<readonly VersionView[]>(null), chosen: null });
    expect(screen.getByRole('status', { name: 'Loading' })).toBeDefined();

    show({ listing: got<readonly VersionView[]>([]), chosen: null });
    expect(screen.getByText('No versions yet')).toBeDefined();

    const done = show({ listing: got<readonly VersionView[]>(null, 'The disk is full.') });
    expect(screen.getByRole('alert').textContent).toContain('The disk is full.');
    await userEvent.click(screen.getByRole('button', { name: 'Try again' }));
    expect(done).toEqual(['reload']);
  });
});
