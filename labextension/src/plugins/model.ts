/** The live list of DAGs that every screen shares. Fetched when JupyterLab has been restored, not before. */
import type { JupyterFrontEnd, JupyterFrontEndPlugin } from '@jupyterlab/application';
import { ISettingRegistry } from '@jupyterlab/settingregistry';
import { ITranslator, nullTranslator } from '@jupyterlab/translation';

import { DagListStore } from '../live/dag-list';
import { questionListing } from '../live/questions';
import { AT_FIRST, preferencesOf } from '../live/preferences';
import { Store } from '../live/store';
import { me as askWho } from '../rest/me';
import { INbflowClient, INbflowModel, pluginId } from '../tokens';
import type { Me } from '../wire';

const ID = pluginId('model');

export const modelPlugin: JupyterFrontEndPlugin<INbflowModel> = {
  id: ID,
  description: 'Keeps the list of DAGs, health and import errors live for every screen.',
  autoStart: true,
  requires: [INbflowClient],
  optional: [ITranslator, ISettingRegistry],
  provides: INbflowModel,
  activate: (
    app: JupyterFrontEnd,
    client: INbflowClient,
    translator: ITranslator | null,
    registry: ISettingRegistry | null
  ) => {
    const list = new DagListStore(client.rest, client.feed);
    const questions = questionListing(client.rest, client.feed);
    const me = new Store<Me | null>(null);
    const preferences = new Store(AT_FIRST);
    void registry?.load(ID).then(settings => {
      const read = (): void => preferences.set(preferencesOf(settings.composite));
      settings.changed.connect(read);
      read();
    });
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
    const texts = (translator ?? nullTranslator).load('nbflow');
    return { list, questions, me, preferences, texts };
  }
};
