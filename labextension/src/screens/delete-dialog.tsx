/** Asks whether a run is to be deleted; says what goes with it. */
import * as React from 'react';

import type { RestClient } from '../client';
import { runTitle } from '../format';
import { AskingStore } from '../live/asking';
import { DeleteForm } from '../panels/DeleteForm';
import type { Texts } from '../text';
import type { RunContents, RunView } from '../wire';
import { askWithPreview } from './asking-dialog';

/** What went, null when the run stays. */
export function askToDelete(
  rest: Pick<RestClient, 'runContents' | 'deleteRun'>,
  run: RunView,
  texts: Texts
): Promise<RunContents | null> {
  const { dag_id: dagId, run_id: runId } = run;
  const store: AskingStore<null, RunContents> = new AskingStore<null, RunContents>({
    draft: null,
    isSomething: () => true,
    send: async (_, dryRun) => {
      const contents = store.value.preview ?? (await rest.runContents(dagId, runId));
      if (!dryRun) {
        await rest.deleteRun(dagId, runId);
      }
      return contents;
    }
  });
  return askWithPreview(
    {
      title: texts.__('Delete this run?'),
      accept: texts.__('Delete run'),
      isWarning: true,
      store,
      form: ({ preview, problems }) => (
        <DeleteForm name={runTitle(run, Date.now())} contents={preview} problems={problems} />
      )
    },
    texts
  );
}
