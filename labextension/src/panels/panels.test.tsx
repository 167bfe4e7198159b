import { render, screen, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import * as React from 'react';
import { describe, expect, test } from 'vitest';

import { aDag, aDot, aRun, at, T0 } from '../testing/builders';
import type { DagView, Health, ImportErrorView } from '../wire';
import { DagList, type DagListProps } from './DagList';
import { RunStrip } from './RunStrip';
import { Why } from './task/TaskLists';

const NOW = Date.parse(T0);
const ALIVE: Health = {
  scheduler: { alive: true, holder: 's', hostname: 'h', last_heartbeat: T0, seconds_since: 1 },
  cluster: null,
  database: 'sqlite',
  import_errors: 0,
  running: 0,
  queued: 0,
  version: '1'
};
const DEAD: Health = {
  ...ALIVE,
  scheduler: { ...ALIVE.scheduler, alive: false, last_heartbeat: at(-90) }
};

function list(dags: DagView[] | null, more: Partial<DagListProps> = {}): { done: unknown[] } {
  const done: unknown[] = [];
  render(
    <DagList
      dags={dags}
      health={ALIVE}
      importErrors={[]}
      questions={new Map()}
      onQuestion={() => undefined}
      error={null}
      connection="open"
      now={NOW}
      onOpen={(...args) => done.push(['open', ...args])}
      onTrigger={dagId => done.push(['trigger', dagId])}
      onPause={(dagId, paused) => done.push(['pause', dagId, paused])}
      onReload={() => done.push(['reload'])}
      onStartScheduler={() => done.push(['start'])}
      readOnly={null}
      onOpenCluster={() => done.push(['cluster'])}
      onHome={() => done.push(['home'])}
      onOpenFile={file => done.push(['file', file])}
      {...more}
    />
  );
  return { done };
}

function names(): string[] {
  return screen.getAllByRole('listitem').map(row => row.dataset.dagId ?? '');
}

describe('the list of DAGs', () => {
  test('an empty one says what to do', () => {
    list([]);

    expect(screen.getByText('No DAGs yet')).toBeDefined();
    expect(screen.getByText('nbflow init')).toBeDefined();
  });

  test('until the first answer it shows that it is loading', () => {
    list(null);

    expect(screen.getByRole('status', { name: 'Loading' })).toBeDefined();
  });

  test('a server that does not answer is named, and can be asked again', async () => {
    const { done } = list(null, { error: 'The Jupyter server cannot be reached.' });

    expect(screen.getByRole('alert').textContent).toContain(
      'The Jupyter server cannot be reached.'
    );
    await userEvent.click(screen.getByRole('button', { name: 'Try again' }));
    expect(done).toEqual([['reload']]);
  });

  test('a dead scheduler is told with its last sign of life, and one can be started', async () => {
    const { done } = list([], { health: DEAD });

    expect(screen.getByRole('alert').textContent).toContain('Its last heartbeat came 2 min ago.');
    await userEvent.click(screen.getByRole('button', { name: 'Start a scheduler' }));
    expect(done).toEqual([['start']]);
  });

  test('it is searched by name, description, tag and owner', async () => {
    list([
      aDag('sales', { tags: ['daily'] }),
      aDag('weather', { description: 'Daily rain' }),
      aDag('x')
    ]);

    await userEvent.type(screen.getByRole('searchbox'), 'daily');

    expect(names()).toEqual(['sales', 'weather']);
  });

  test('only filters that would find something are offered', async () => {
    list([aDag('a', { last_runs: [aDot('r', 'failed')] }), aDag('b', { paused: true })]);
    const filters = within(screen.getByRole('group', { name: 'Show' }));

    expect(filters.getAllByRole('button').map(one => one.textContent)).toEqual([
      'All 2',
      'Failed 1',
      'Paused 1'
    ]);
    await userEvent.click(filters.getByRole('button', { name: /Failed/ }));
    expect(names()).toEqual(['a']);
  });

  test('a row opens, triggers and pauses its DAG', async () => {
    const { done } = list([aDag('sales', { last_runs: [aDot('r9')] })]);

    await userEvent.click(screen.getByRole('button', { name: /^Success.*sales/ }));
    await userEvent.click(screen.getByRole('button', { name: 'Trigger sales' }));
    await userEvent.click(screen.getByRole('switch', { name: /sales follows its schedule/ }));
    await userEvent.click(screen.getByRole('button', { name: /^Success · Manual/ }));

    expect(done).toEqual([
      ['open', 'sales'],
      ['trigger', 'sales'],
      ['pause', 'sales', true],
      ['open', 'sales', 'r9']
    ]);
  });

  test('arrow keys go from DAG to DAG', async () => {
    list([aDag('a'), aDag('b')]);
    const user = userEvent.setup();
    screen.getByRole('button', { name: /Never run a$/ }).focus();

    await user.keyboard('{ArrowDown}');

    expect(document.activeElement?.textContent).toContain('b');
  });

  test('when a DAG runs next is told, unless it is paused', () => {
    list([aDag('a', { next_run: at(7200) }), aDag('b', { paused: true })]);

    expect(screen.getByText('in 2 h')).toBeDefined();
    expect(screen.getByText('paused')).toBeDefined();
  });

  test('a broken file tells place, problem and fix', async () => {
    const problem = {
      code: 'NBF301',
      message: 'The minute field is 61.',
      fix: 'Write 0 to 59.',
      severity: 'error',
      file: 'broken.py',
      dag_id: null,
      task_id: null,
      cell: 2,
      line: 7
    };
    const error: ImportErrorView = { file: 'broken.py', seen_at: T0, problems: [problem] };
    const { done } = list([], { importErrors: [error] });

    await userEvent.click(screen.getByText('1 file has problems'));
    for (const text of ['cell 2, line 7', 'The minute field is 61.', 'Write 0 to 59.', 'NBF301']) {
      expect(screen.getByText(text)).toBeDefined();
    }
    await userEvent.click(screen.getByRole('button', { name: 'broken.py' }));
    expect(done).toEqual([['file', 'broken.py']]);
  });
});

test('runs stand in a row, the newest on the right, and arrow keys choose among them', async () => {
  const chosen: unknown[] = [];
  const runs = [
    aRun('new', { state: 'running' }),
    aRun('old', { state: 'failed', ended_at: at(3) })
  ];
  render(<RunStrip runs={runs} current="new" now={NOW} onChoose={id => chosen.push(id)} />);
  const bars = screen.getAllByRole('radio');

  expect(bars.map(bar => bar.dataset.runId)).toEqual([undefined, 'old', 'new']);
  expect(bars[1]?.getAttribute('aria-label')).toMatch(/^Failed · 3.0 s · Manual/);
  await userEvent.tab();
  await userEvent.keyboard('{ArrowLeft}{Home}');
  expect(chosen).toEqual(['old', null]);
});

test('a task that waits tells which conditions are met and which are not', () => {
  render(
    <Why
      conditions={[
        { name: 'run', met: true, text: 'The run has begun.', next_look: null },
        {
          name: 'pool',
          met: false,
          text: 'Pool small: 2 of 2 slots.',
          next_look: 'when a task ends'
        }
      ]}
    />
  );
  const [met, unmet] = screen.getAllByRole('listitem');

  expect(met?.textContent).toBe('Met:The run has begun.');
  expect(unmet?.textContent).toBe(
    'Not met:Pool small: 2 of 2 slots.Looked at again when a task ends'
  );
});
