/** Asks what a run, or a task instance of it, is to count as; shows what each becomes before it is asked for. */
import * as React from 'react';

import type { RestClient } from '../client';
import { firstMark, markRequest, type MarkDraft } from '../form/clear';
import { AskingStore } from '../live/asking';
import { MarkForm } from '../panels/MarkForm';
import type { Texts } from '../text';
import type { ClearPreview, RunView } from '../wire';
import { askWithPreview } from './asking-dialog';

export interface Marked {
  readonly run: Pick<RunView, 'dag_id' | 'run_id'>;
  /** The task instance; null for the run. */
  readonly name: string | null;
  /** The state it is in. */
  readonly state: string;
}

/** What was asked for, null for nothing. */
export function askToMark(
  rest: Pick<RestClient, 'mark'>,
  { run, name, state }: Marked,
  texts: Texts
): Promise<ClearPreview | null> {
  const store = new AskingStore<MarkDraft, ClearPreview>({
    draft: firstMark(name, state),
    // Of a run whose tasks have all ended only the run itself is marked.
    isSomething: preview => name === null || preview.runs.length > 0,
    send: (draft, dryRun) => rest.mark(run.dag_id, run.run_id, markRequest(draft), dryRun)
  });
  return askWithPreview(
    {
      title: name === null ? texts.__('Mark this run') : texts.__('Mark %1', name),
      accept: texts.__('Mark'),
      store,
      form: shown => (
        <MarkForm
          {...shown}
          name={name}
          now={Date.now()}
          onChange={change => store.change(change)}
        />
      )
    },
    texts
  );
}
