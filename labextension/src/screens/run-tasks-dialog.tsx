/** Asks which tasks are to run alone, and where; shows them before it is asked for. */
import * as React from 'react';

import type { RestClient } from '../client';
import { AskingStore } from '../live/asking';
import { RunTasksForm, type RunTasksDraft, type RunTasksPreview } from '../panels/RunTasksForm';
import type { Texts } from '../text';
import type { RunDetail } from '../wire';
import { askWithPreview } from './asking-dialog';

/** What was asked for, null for nothing. `name` is the task instance that one came from. */
export function askToRunTasks(
  rest: Pick<RestClient, 'runTasks' | 'rerun'>,
  { run, tasks }: Pick<RunDetail, 'run' | 'tasks'>,
  name: string | null,
  texts: Texts
): Promise<RunTasksPreview | null> {
  const { dag_id: dagId, run_id: runId } = run;
  const store = new AskingStore<RunTasksDraft, RunTasksPreview>({
    draft: { selection: name ?? '', where: 'here' },
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
      title: name === null ? texts.__('Run tasks') : texts.__('Run %1 alone', name),
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
