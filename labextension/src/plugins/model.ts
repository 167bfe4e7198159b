/** The live list of DAGs that every screen shares. Fetched when JupyterLab has been restored, not before. */
import type { JupyterFrontEnd, JupyterFrontEndPlugin } from '@jupyterlab/application';
import { ITranslator, nullTranslator } from '@jupyterlab/translation';

import { DagListStore } from '../live/dag-list';
import { questionListing } from '../live/questions';
import { INbflowClient, INbflowModel, pluginId } from '../tokens';

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
    void app.restored.then(() => {
      questions.open();
      return list.reload();
    });
    return { list, questions, texts: (translator ?? nullTranslator).load('nbflow') };
  }
};
