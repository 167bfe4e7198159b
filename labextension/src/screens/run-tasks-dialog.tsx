/** Asks which tasks are to run alone, and where; shows them before it is asked for. */
import * as React from 'react';

import type { RestClient } from '../client';
import { AskingStore } from '../live/asking';
import { RunTasksForm, type RunTasksDraft, type RunTasksPreview } from '../panels/RunTasksForm';
import type { Texts } from '../text';
import type { RunDetail } from '../wire';
import { askWithPreview } from './asking-dialog';

/** What was asked for, null for nothing. `from` is the task instance that one came from, alone or with all after it. */
export function askToRunTasks(
  rest: Pick<RestClient, 'runTasks' | 'rerun'>,
  { run, tasks }: Pick<RunDetail, 'run' | 'tasks'>,
  from: { readonly name: string; readonly isWithRest: boolean } | null,
  texts: Texts
): Promise<RunTasksPreview | null> {
  const { dag_id: dagId, run_id: runId } = run;
  const store = new AskingStore<RunTasksDraft, RunTasksPreview>({
    draft: {
      selection: from === null ? '' : `${from.name}${from.isWithRest ? '+' : ''}`,
      where: 'here'
    },
    isSomething: ({ where, found }) =>
      where === 'here' ? found.keys.length > 0 : found.tasks.length > 0,
    send: (draft, dryRun) => (draft.selection.trim() === '' ? null : send(draft, dryRun))
  });
  const send = async (
    { selection, where }: RunTasksDraft,
    dryRun: boolean
  ): Promise<RunTasksPreview> =>
    where === 'here'
      ? { where, found: await rest.runTasks(dagId, runId, [selection], dryRun) }
      : { where, found: await rest.rerun(dagId, runId, { tasks: [selection] }, dryRun) };
  return askWithPreview(
    {
      title: titleOf(from, texts),
      accept: texts.__('Run'),
      store,
      form: state => (
        <RunTasksForm
          {...state}
          tasks={tasks}
          now={Date.now()}
          onChange={(change, how) => store.change(change, how)}
        />
      )
    },
    texts
  );
}

function titleOf(
  from: { readonly name: string; readonly isWithRest: boolean } | null,
  texts: Texts
): string {
  if (from === null) {
    return texts.__('Run tasks');
  }
  return from.isWithRest ? texts.__('Run from %1', from.name) : texts.__('Run %1 alone', from.name);
}
