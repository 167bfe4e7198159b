/** The connection to the server: requests, and the feed that stops while nobody looks. */
import type { JupyterFrontEnd, JupyterFrontEndPlugin } from '@jupyterlab/application';
import { ISettingRegistry } from '@jupyterlab/settingregistry';

import { RestClient } from '../client';
import { Feed, pauseWhenHidden, type Stop } from '../feed';
import { INbflowClient, pluginId } from '../tokens';

const ID = pluginId('client');

export const clientPlugin: JupyterFrontEndPlugin<INbflowClient> = {
  id: ID,
  description: 'Talks to the nbflow extension of the server.',
  autoStart: true,
  optional: [ISettingRegistry],
  provides: INbflowClient,
  activate: (app: JupyterFrontEnd, registry: ISettingRegistry | null) => {
    const rest = new RestClient(app.serviceManager.serverSettings);
    const feed = new Feed({ connect: () => rest.openFeed() });
    let stop: Stop | null = pauseWhenHidden(feed);
    void registry?.load(ID).then(settings => {
      const read = (): void => {
        stop?.();
        feed.isForHiddenPages = settings.composite.refreshWhenHidden === true;
        stop = feed.isForHiddenPages ? null : pauseWhenHidden(feed);
      };
      settings.changed.connect(read);
      read();
    });
    return { rest, feed };
  }
};
