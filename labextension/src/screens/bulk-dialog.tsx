/** Does the same to many DAGs, after showing to which. */
import { Notification } from '@jupyterlab/apputils';
import * as React from 'react';

import { messageOf } from '../client';
import { AskingStore } from '../live/asking';
import { bulkPlan, doBulk, type BulkLine, type BulkVerb } from '../live/bulk';
import { BulkForm } from '../panels/home/BulkForm';
import type { INbflowClient, INbflowModel } from '../tokens';
import { askWithPreview } from './asking-dialog';

type None = Readonly<Record<string, never>>;

export async function askForBulk(
  verb: BulkVerb,
  dagIds: readonly string[],
  client: INbflowClient,
  model: INbflowModel
): Promise<void> {
  const { texts, list } = model;
  const store = new AskingStore<None, readonly BulkLine[]>({
    draft: {},
    isSomething: lines => lines.some(line => line.isHit),
    send: () => Promise.resolve(bulkPlan(verb, list.value.dags ?? [], dagIds))
  });
  const titles: Readonly<Record<BulkVerb, readonly [string, string]>> = {
    pause: [texts.__('Pause DAGs'), texts.__('Pause')],
    unpause: [texts.__('Unpause DAGs'), texts.__('Unpause')],
    trigger: [texts.__('Trigger DAGs'), texts.__('Trigger')]
  };
  const [title, accept] = titles[verb];
  const lines = await askWithPreview(
    {
      title,
      accept,
      store,
      focus: '.jp-mod-accept',
      form: ({ preview }) => <BulkForm verb={verb} lines={preview ?? []} />
    },
    texts
  );
  if (lines === null) {
    return;
  }
  const act = (dagId: string): Promise<unknown> =>
    verb === 'trigger'
      ? client.rest.trigger(dagId, { params: {} })
      : list.setPaused(dagId, verb === 'pause');
  const shown = Notification.emit(title, 'in-progress', { autoClose: false });
  const total = lines.filter(line => line.isHit).length;
  let asked = 0;
  const counted = (dagId: string): Promise<unknown> => {
    asked += 1;
    const message = texts.__('%1: %2 of %3', title, asked, total);
    Notification.update({ id: shown, message, progress: asked / total });
    return act(dagId);
  };
  const { done, failed } = await doBulk(lines, counted, messageOf);
  Notification.dismiss(shown);
  if (failed.length) {
    const reasons = failed.map(([dagId, why]) => `${dagId}: ${why}`).join('\n');
    Notification.error(
      `${texts.__('%1 of %2 could not be done.', failed.length, failed.length + done.length)}\n${reasons}`,
      { autoClose: false }
    );
  } else {
    Notification.success(texts._n('Done for %1 DAG.', 'Done for %1 DAGs.', done.length), {
      autoClose: 3000
    });
  }
}
