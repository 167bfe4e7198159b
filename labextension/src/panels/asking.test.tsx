import { render, screen, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import * as React from 'react';
import { describe, expect, test } from 'vitest';

import { ClientError } from '../client';
import { T0, at } from '../testing/builders';
import type { BackfillView, QuestionView } from '../wire';
import { Backfills, type BackfillsProps } from './Backfills';
import { QuestionForm } from './QuestionForm';

const NOW = Date.parse(T0);
const nothing = (): void => undefined;

function aQuestion(more: Partial<QuestionView> = {}): QuestionView {
  return {
    dag_id: 'release',
    run_id: 'r1',
    task_id: 'sign_off',
    map_index: -1,
    subject: 'Publish?',
    body: '',
    options: ['Approve', 'Reject'],
    defaults: null,
    multiple: false,
    params: {},
    assigned_users: [],
    since: T0,
    until: null,
    ...more
  };
}

describe('a question', () => {
  test('a click on an option answers, with what the form holds', async () => {
    const answers: unknown[] = [];
    const params = { copies: { default: 2, schema: { type: 'integer', minimum: 1 } } };
    render(
      <QuestionForm
        question={aQuestion({ params })}
        now={NOW}
        onAnswer={(...args) => Promise.resolve(answers.push(args))}
      />
    );
    const user = userEvent.setup();
    const copies = screen.getByLabelText('copies');

    await user.clear(copies);
    await user.type(copies, '0');
    await user.click(screen.getByRole('button', { name: 'Approve' }));
    expect(screen.getByRole('alert').textContent).toBe('It must be at least 1.');
    expect(answers).toEqual([]);

    await user.clear(copies);
    await user.type(copies, '3');
    await user.click(screen.getByRole('button', { name: 'Approve' }));
    expect(answers).toEqual([[['Approve'], { copies: 3 }]]);
    expect(screen.getByText('Answered')).toBeDefined();
  });

  test('several options are ticked, beginning with the default', async () => {
    const answers: unknown[] = [];
    const question = aQuestion({ multiple: true, options: ['site', 'mail'], defaults: ['mail'] });
    render(
      <QuestionForm
        question={question}
        now={NOW}
        onAnswer={chosen => Promise.resolve(answers.push(chosen))}
      />
    );

    await userEvent.click(screen.getByRole('checkbox', { name: 'site' }));
    await userEvent.click(screen.getByRole('button', { name: 'Answer' }));

    expect(answers).toEqual([['site', 'mail']]);
  });

  test('it tells until when it waits, what comes then, and whom it asks', () => {
    const until = at(3600);
    render(
      <QuestionForm
        question={aQuestion({ until, defaults: ['Reject'], assigned_users: ['ana'] })}
        now={NOW}
        onAnswer={() => Promise.resolve()}
      />
    );

    expect(document.body.textContent).toContain('then the answer is Reject.');
    expect(document.body.textContent).toContain('Asked of ana.');
  });

  test('what the server says against an answer is shown, and it can be answered again', async () => {
    render(
      <QuestionForm
        question={aQuestion()}
        now={NOW}
        onAnswer={() => Promise.reject(new ClientError('Somebody has answered already.', 409))}
      />
    );

    await userEvent.click(screen.getByRole('button', { name: 'Reject' }));

    expect(screen.getByRole('alert').textContent).toContain('Somebody has answered already.');
    const again = screen.getByRole('button', { name: 'Reject' });
    expect(again.hasAttribute('disabled')).toBe(false);
  });
});

function aBackfill(id: number, more: Partial<BackfillView> = {}): BackfillView {
  return {
    id,
    dag_id: 'sales',
    state: 'running',
    from_date: T0,
    to_date: at(86_400),
    reprocess: 'none',
    max_active_runs: 3,
    run_backwards: false,
    params: {},
    tasks: null,
    actor: 'ana',
    created_at: T0,
    ended_at: null,
    total: 4,
    waiting: 1,
    left: 1,
    counts: { success: 1, running: 1 },
    ...more
  };
}

describe('backfills', () => {
  function show(more: Partial<BackfillsProps>): unknown[] {
    const done: unknown[] = [];
    render(
      <Backfills
        listing={{ value: [aBackfill(7)], error: null, isForbidden: false }}
        chosen={null}
        dates={null}
        now={NOW}
        onChoose={id => done.push(['choose', id])}
        onNew={() => done.push(['new'])}
        onSet={(one, state) => done.push([one.id, state])}
        onChooseRun={runId => done.push(['run', runId])}
        onReload={nothing}
        {...more}
      />
    );
    return done;
  }

  test('one under way says how far it is, and can be paused and cancelled', async () => {
    const done = show({});

    expect(screen.getByRole('progressbar').getAttribute('aria-valuenow')).toBe('2');
    expect(screen.getByText('1 left as it was')).toBeDefined();
    await userEvent.click(screen.getByRole('button', { name: 'Pause' }));
    await userEvent.click(screen.getByRole('button', { name: 'Cancel backfill' }));
    expect(done).toEqual([
      [7, 'paused'],
      [7, 'cancelled']
    ]);
  });

  test('one that is paused goes on, one that is over does neither', async () => {
    const paused = aBackfill(1, { state: 'paused' });
    const over = aBackfill(2, { state: 'finished', ended_at: T0 });
    const done = show({ listing: { value: [paused, over], error: null, isForbidden: false } });

    await userEvent.click(screen.getByRole('button', { name: 'Go on' }));

    expect(done).toEqual([[1, 'running']]);
    expect(screen.queryByRole('button', { name: 'Pause' })).toBeNull();
    expect(screen.getAllByRole('button', { name: 'Cancel backfill' })).toHaveLength(1);
  });

  test('each date leads to its run, or says what is to happen to it', async () => {
    const date = {
      run_id: 'r2',
      logical_date: T0,
      data_interval_start: T0,
      data_interval_end: at(86_400),
      step: 'create',
      why: 'There is no run for this date.',
      keys: [],
      done: true,
      state: 'success'
    };
    const dates = [date, { ...date, run_id: 'r3', done: false, state: null }];
    const done = show({ chosen: 7, dates: { value: dates, error: null, isForbidden: false } });
    const list = within(screen.getByRole('list', { name: 'Dates' }));

    expect(list.getByText('new run')).toBeDefined();
    await userEvent.click(list.getByRole('button'));
    expect(done).toEqual([['run', 'r2']]);
  });
});
