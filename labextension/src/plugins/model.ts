/** The live list of DAGs that every screen shares. Fetched when JupyterLab has been restored, not before. */
import type { JupyterFrontEnd, JupyterFrontEndPlugin } from '@jupyterlab/application';
import { ITranslator, nullTranslator } from '@jupyterlab/translation';

import { DagListStore } from '../live/dag-list';
import { questionListing } from '../live/questions';
import { Store } from '../live/store';
import { me as askWho } from '../rest/me';
import { INbflowClient, INbflowModel, pluginId } from '../tokens';
import type { Me } from '../wire';

export const modelPlugin: JupyterFrontEndPlugin<INbflowModel> = {
  id: pluginId('model'),
  description: 'Keeps the list of DAGs, health and import errors live for every screen.',
  autoStart: true,
  requires: [INbflowClient],
  optional: [ITranslator],
  provides: INbflowModel,
  activate: (app: JupyterFrontEnd, client: INbflowClient, translator: ITranslator | null) => {
    const list = new DagListStore(client.rest, client.feed);
    const questions = questionListing(client.rest, client.feed);
    const me = new Store<Me | null>(null);
    void app.restored.then(() => {
      questions.open();
      // Where it cannot be told, nothing is hidden: the server refuses what may not be.
      void askWho(client.rest).then(
        told => {
          me.set(told);
          app.commands.notifyCommandChanged();
        },
        () => undefined
      );
      return list.reload();
    });
    return { list, questions, me, texts: (translator ?? nullTranslator).load('nbflow') };
  }
};
