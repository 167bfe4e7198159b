/** Does the same to many DAGs, after showing to which. */
import { Notification } from '@jupyterlab/apputils';
import * as React from 'react';

import { messageOf } from '../client';
import { AskingStore } from '../live/asking';
import { askForAll, bulkPlan, type BulkLine, type BulkVerb } from '../live/bulk';
import { BulkForm } from '../panels/home/BulkForm';
import { AT_ONCE, pauseDags, triggerDags } from '../rest/bulk';
import type { INbflowClient, INbflowModel } from '../tokens';
import type { BulkItem } from '../wire';
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
  const ask = (dagIds: readonly string[]): Promise<readonly BulkItem[]> =>
    verb === 'trigger'
      ? triggerDags(client.rest, dagIds)
      : pauseDags(client.rest, dagIds, verb === 'pause');
  const hit = lines.filter(line => line.isHit).map(line => line.dagId);
  const shown = Notification.emit(title, 'in-progress', { autoClose: false });
  const count = (asked: number): void => {
    const message = texts.__('%1: %2 of %3', title, asked, hit.length);
    Notification.update({ id: shown, message, progress: asked / hit.length });
  };
  const { done, failed } = await askForAll(hit, AT_ONCE, ask, messageOf, count);
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
