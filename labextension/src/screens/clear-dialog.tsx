/** Asks which task instances are to run again, of a run or of many; shows all of them before it is asked for. */
import * as React from 'react';

import type { RestClient } from '../client';
import {
  clearRequest,
  clearRunsRequest,
  firstDraft,
  FIRST_RUNS,
  type ClearDraft,
  type ClearRunsDraft
} from '../form/clear';
import { AskingStore } from '../live/asking';
import { ClearForm } from '../panels/ClearForm';
import type { Texts } from '../text';
import type { ClearPreview, DagDetail, RunDetail } from '../wire';
import { askWithPreview } from './asking-dialog';

const isSomething = (preview: ClearPreview): boolean => preview.runs.length > 0;

/** What was asked for, null for nothing. `name` is a task instance; null means the run as a whole. */
export function askToClear(
  rest: Pick<RestClient, 'clear'>,
  { run, tasks }: Pick<RunDetail, 'run' | 'tasks'>,
  name: string | null,
  texts: Texts
): Promise<ClearPreview | null> {
  const store = new AskingStore<ClearDraft, ClearPreview>({
    draft: firstDraft(name),
    isSomething,
    send: (draft, dryRun) => {
      const request = clearRequest(draft);
      return request === null ? null : rest.clear(run.dag_id, run.run_id, request, dryRun);
    }
  });
  return askWithPreview(
    {
      title: name === null ? texts.__('Run again') : texts.__('Run %1 again', name),
      accept: texts.__('Run again'),
      store,
      form: state => (
        <ClearForm
          {...state}
          of={name === null ? 'run' : 'task'}
          name={name}
          tasks={tasks}
          now={Date.now()}
          onChange={(change, how) => store.change(change, how)}
        />
      )
    },
    texts
  );
}

/** The same for runs of a DAG, chosen by their states and days. */
export function askToClearRuns(
  rest: Pick<RestClient, 'clearRuns'>,
  { dag, tasks }: Pick<DagDetail, 'dag' | 'tasks'>,
  texts: Texts
): Promise<ClearPreview | null> {
  const store = new AskingStore<ClearRunsDraft, ClearPreview>({
    draft: FIRST_RUNS,
    isSomething,
    send: (draft, dryRun) => {
      const request = clearRunsRequest(draft);
      return request === null ? null : rest.clearRuns(dag.dag_id, request, dryRun);
    }
  });
  return askWithPreview(
    {
      title: texts.__('Clear runs of %1', dag.dag_id),
      accept: texts.__('Run again'),
      store,
      form: state => (
        <ClearForm
          {...state}
          of="runs"
          tasks={tasks}
          now={Date.now()}
          onChange={(change, how) => store.change(change, how)}
        />
      ),
      focus: '.jp-nbflow-chip'
    },
    texts
  );
}
