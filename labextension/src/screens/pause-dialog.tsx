/** Asks how a DAG is to be paused while runs of it are under way. */
import * as React from 'react';

import { AskingStore } from '../live/asking';
import { PauseForm, type PauseDraft } from '../panels/PauseForm';
import type { Texts } from '../text';
import type { RunView } from '../wire';
import { askWithPreview } from './asking-dialog';

/** Whether runs under way are held; null when nobody wants to pause any more. */
export async function askToPause(
  dagId: string,
  runs: readonly RunView[],
  texts: Texts
): Promise<boolean | null> {
  const store = new AskingStore<PauseDraft, PauseDraft>({
    draft: { how: 'drain' },
    isSomething: () => true,
    send: draft => Promise.resolve(draft)
  });
  const chosen = await askWithPreview(
    {
      title: texts.__('Pause %1', dagId),
      accept: texts.__('Pause'),
      store,
      form: ({ draft }) => (
        <PauseForm
          draft={draft}
          runs={runs}
          now={Date.now()}
          onChange={change => store.change(change)}
        />
      )
    },
    texts
  );
  return chosen === null ? null : chosen.how === 'hold';
}
