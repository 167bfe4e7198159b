import { render, screen, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import * as React from 'react';
import { describe, expect, test } from 'vitest';

import { firstDraft, firstMark, FIRST_RUNS } from '../form/clear';
import { fieldsOf } from '../form/model';
import { T0, aRun, aTask, affected } from '../testing/builders';
import type { ClearPreview } from '../wire';
import { ClearForm, type ClearFormProps } from './ClearForm';
import { DeleteForm } from './DeleteForm';
import { MarkForm, type MarkFormProps } from './MarkForm';
import { PauseForm } from './PauseForm';
import { RunTasksForm, type RunTasksFormProps } from './RunTasksForm';
import { TriggerForm, type TriggerFormProps } from './TriggerForm';

const NOW = Date.parse(T0);

function preview(...runs: ClearPreview['runs']): ClearPreview {
  return { keys: runs.flatMap(run => run.keys), runs, dry_run: true, request_id: null };
}

/** What each line of the preview says. */
function lines(): (string | null)[] {
  const found = screen.getByTestId('nbflow-affected').querySelectorAll('li');
  return [...found].map(one => one.textContent);
}

describe('the trigger form', () => {
  const fields = fieldsOf({
    region: { schema: { enum: ['EU', 'US'] }, default: 'EU' },
    days: { schema: { type: 'integer', title: 'How many days' }, default: 7 },
    tables: { schema: { type: 'array', items: { type: 'string' } }, default: ['orders'] }
  });

  function form(more: Partial<TriggerFormProps> = {}): unknown[] {
    const changed: unknown[] = [];
    const state = {
      drafts: {},
      errors: {},
      problems: [],
      logicalDate: '',
      note: '',
      selection: '',
      noCache: false
    };
    render(
      <TriggerForm
        {...state}
        {...{ fields, tasks: [aTask('load')], isLatest: true, isStale: false, isBusy: false }}
        plan={null}
        isPaused={false}
        repeated={null}
        onChange={(name, draft) => changed.push([name, draft])}
        onChoose={change => changed.push(change)}
        onChooseVersion={isLatest => changed.push(isLatest)}
        {...more}
      />
    );
    return changed;
  }

  test('each param has its field, filled with the default', async () => {
    const changed = form();

    expect(screen.getByLabelText('region')).toHaveProperty('value', '"EU"');
    expect(screen.getByLabelText(/How many days/)).toHaveProperty('value', '7');
    expect(screen.getByLabelText('tables')).toHaveProperty('value', 'orders');
    await userEvent.selectOptions(screen.getByLabelText('region'), 'US');
    expect(changed).toEqual([['region', '"US"']]);
  });

  test('the cache can be done without', async () => {
    const changed = form();
    await userEvent.click(screen.getByText('Advanced'));
    await userEvent.click(screen.getByLabelText('Execute everything all the same'));
    expect(changed).toEqual([{ noCache: true }]);
  });

  test('an error stands at its field, for screen readers too', () => {
    form({ errors: { days: 'It must be at least 1.' } });
    const field = screen.getByLabelText(/How many days/);

    expect(field.getAttribute('aria-invalid')).toBe('true');
    const description = document.getElementById(field.getAttribute('aria-describedby') ?? '');
    expect(description?.textContent).toBe('It must be at least 1.');
  });

  test('what the server refuses is told above', () => {
    form({ problems: ['The store does not answer.'] });

    expect(screen.getByRole('alert').textContent).toContain('The store does not answer.');
  });

  test('params stand under the headings of their sections, and offer what they suggest', () => {
    const region = { type: 'string', section: 'Where', examples: ['EU', 'US'] };
    form({
      fields: fieldsOf({
        region: { default: 'EU', schema: region },
        top: { default: 3, schema: { type: 'integer' } },
        city: { default: '', schema: { type: 'string', section: 'Where' } }
      })
    });

    const where = within(screen.getByRole('group', { name: 'Where' }));
    expect(where.getByLabelText('city')).toBeDefined();
    expect(where.queryByLabelText('top')).toBeNull();
    const list = where.getByLabelText('region').getAttribute('list') ?? '';
    const offered = document.getElementById(list)?.querySelectorAll('option') ?? [];
    expect([...offered].map(one => one.value)).toEqual(['EU', 'US']);
  });

  test('of a run that is repeated it says what changes, and asks for the version', async () => {
    const changes = [{ name: 'days', before: '7', after: '9' }];
    const changed = form({ isLatest: false, repeated: { version: 2, latest: 5, changes } });

    const said = screen.getByTestId('nbflow-changes');
    expect(within(said).getByRole('listitem').textContent).toBe('days7→becomes9');
    await userEvent.click(screen.getByLabelText('5, the latest'));
    expect(changed).toEqual([true]);
  });
});

describe('clearing', () => {
  function form(more: Partial<ClearFormProps> = {}): unknown[] {
    const changed: unknown[] = [];
    render(
      <ClearForm
        of="task"
        name="load"
        draft={firstDraft('load')}
        preview={preview(
          affected('r1', [
            ['load', -1, 'failed'],
            ['report', 2, 'success']
          ])
        )}
        isStale={false}
        problems={[]}
        tasks={[aTask('load', [], { tags: ['slow'] }), aTask('report')]}
        now={NOW}
        onChange={change => changed.push(change)}
        {...more}
      />
    );
    return changed;
  }

  test('what would run again is listed first, with the state it is in', () => {
    form();

    expect(screen.getByRole('status').textContent).toBe('2 task instances run again');
    expect(lines()).toEqual(['loadFailed', 'report[2]Success']);
  });

  test('a task begins with what depends on it, and can have more', async () => {
    const changed = form();
    expect(screen.getByLabelText(/downstream/)).toHaveProperty('checked', true);

    await userEvent.click(screen.getByLabelText(/upstream/));
    await userEvent.click(screen.getByLabelText(/other DAGs/));
    await userEvent.click(screen.getByLabelText('Latest'));
    expect(changed).toEqual([{ upstream: true }, { recursive: true }, { latest: true }]);
  });

  test('of a mapped task one instance is meant, or all', async () => {
    const changed = form({ name: 'load[3]', draft: firstDraft('load[3]') });

    await userEvent.click(screen.getByLabelText('All of load'));
    expect(changed).toEqual([{ selection: 'load' }]);
  });

  test('a run begins with what failed; everything can be narrowed', async () => {
    const changed = form({ of: 'run', draft: firstDraft(null) });
    expect(screen.queryByLabelText('What failed')).toBeNull();

    await userEvent.click(screen.getByLabelText('Everything'));
    expect(changed).toEqual([{ scope: 'all' }]);
  });

  test('a selection offers the words there are, and asks for some', () => {
    form({ of: 'run', draft: { ...firstDraft(null), scope: 'selection' }, preview: null });

    const list = screen.getByLabelText('Selection of tasks').getAttribute('list') ?? '';
    const words = document.getElementById(list)?.querySelectorAll('option') ?? [];
    expect([...words].map(one => one.value)).toContain('tag:slow');
    expect(screen.getByText('Say which tasks are meant.')).toBeDefined();
  });

  test('of many runs those of some states and days are meant', async () => {
    const changed = form({ of: 'runs', draft: FIRST_RUNS });
    expect(screen.getByRole('button', { name: 'Failed' }).ariaPressed).toBe('true');

    await userEvent.click(screen.getByRole('button', { name: 'Cancelled' }));
    expect(changed).toEqual([{ states: ['failed', 'cancelled'] }]);
  });

  test('many runs stand below their DAGs, each with its tasks', () => {
    const other = affected('c1', [['load', -1, 'success']], { dag_id: 'child' });
    form({ preview: preview(affected('r1', [['load', -1, 'failed']]), other) });

    expect(screen.getByRole('status').textContent).toBe(
      '2 task instances run again in 2 runs of 2 DAGs'
    );
    const child = screen.getByRole('region', { name: 'child' });
    expect(within(child).getByRole('listitem').textContent).toBe('loadSuccess');
  });

  test('what the latest version brings and takes is told', () => {
    const run = affected('r1', [], { added: ['new'], removed: ['old'] });
    form({ preview: preview(run) });

    expect(lines()).toEqual(['newnew in the latest version', 'oldgone in the latest version']);
  });

  test('nothing to do is said, and so is what is wrong', () => {
    form({ preview: preview() });
    expect(screen.getByText('Nothing would run again')).toBeDefined();

    form({ preview: null, problems: ["Selection 'x': there is no task 'x'."] });
    expect(screen.getByText(/there is no task/)).toBeDefined();
  });
});

describe('marking', () => {
  function form(more: Partial<MarkFormProps> = {}): unknown[] {
    const changed: unknown[] = [];
    const run = affected('r1', [['load', -1, 'failed']], {
      after: ['success'],
      released: [['report', -1]]
    });
    render(
      <MarkForm
        name="load"
        draft={firstMark('load', 'failed')}
        preview={preview(run)}
        isStale={false}
        problems={[]}
        now={NOW}
        onChange={change => changed.push(change)}
        {...more}
      />
    );
    return changed;
  }

  test('each task says what it was and becomes, and who goes on', () => {
    form();
    expect(lines()).toEqual(['loadFailed→becomesSuccess', 'reportcan go on then']);
  });

  test('a task can be skipped, with those around it and in other runs', async () => {
    const changed = form();
    await userEvent.click(screen.getByLabelText('Skipped'));
    await userEvent.click(screen.getByLabelText('In later runs'));
    expect(changed).toEqual([{ state: 'skipped' }, { future: true }]);
  });

  test('a run cannot be skipped, and takes nothing with it', () => {
    form({ name: null, draft: firstMark(null, 'failed') });
    expect(screen.queryByLabelText('Skipped')).toBeNull();
    expect(screen.queryByLabelText('In later runs')).toBeNull();
  });
});

describe('running tasks alone', () => {
  const props: Omit<RunTasksFormProps, 'preview'> = {
    draft: { selection: 'load', where: 'new' },
    isStale: false,
    problems: [],
    tasks: [aTask('load')],
    now: NOW,
    onChange: () => undefined
  };

  test('in a new run says which tasks that has', () => {
    const found = {
      ...{ dag_id: 'sales', run_id: 'new', request_id: null, params: {}, rerun_of: 'r1' },
      tasks: ['prepare', 'load']
    };
    render(<RunTasksForm {...props} preview={{ where: 'new', found }} />);
    expect(screen.getByRole('status').textContent).toBe('The new run has 2 tasks');
  });

  test('a preview of the other place is not shown', () => {
    const found = preview(affected('r1', [['load', -1, 'failed']]));
    render(<RunTasksForm {...props} preview={{ where: 'here', found }} />);
    expect(screen.queryByRole('listitem')).toBeNull();
  });
});

test('pausing says what goes on, or what is held', () => {
  const runs = [aRun('r1', { counts: { running: 2, none: 3, success: 1 } })];
  const props = { runs, now: NOW, onChange: (): void => undefined };
  const { rerender } = render(<PauseForm {...props} draft={{ how: 'drain' }} />);
  expect(screen.getByRole('status').textContent).toBe('1 run goes on to its end');

  rerender(<PauseForm {...props} draft={{ how: 'hold' }} />);
  expect(screen.getByRole('status').textContent).toBe('2 running tasks end, 3 that wait are held');
});

test('deleting says what goes, and is silent about what there is none of', () => {
  const none = { dag_id: 'sales', run_id: 'r1', state: 'success', notebooks: 0, notes: 0 };
  const contents = { ...none, instances: 3, tries: 4, logs: 1, values: 2 };
  render(<DeleteForm name="Mar 4" contents={contents} problems={[]} />);
  expect(screen.getAllByRole('listitem').map(one => one.textContent.trim())).toEqual([
    '3 task instances',
    '4 tries',
    '1 log',
    '2 values'
  ]);
});
