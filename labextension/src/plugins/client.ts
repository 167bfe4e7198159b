/** The connection to the server: requests, and the feed that stops while nobody looks. */
import type { JupyterFrontEnd, JupyterFrontEndPlugin } from '@jupyterlab/application';

import { RestClient } from '../client';
import { Feed, pauseWhenHidden } from '../feed';
import { INbflowClient, pluginId } from '../tokens';

export const clientPlugin: JupyterFrontEndPlugin<INbflowClient> = {
  id: pluginId('client'),
  description: 'Talks to the nbflow extension of the server.',
  autoStart: true,
  provides: INbflowClient,
  activate: (app: JupyterFrontEnd) => {
    const rest = new RestClient(app.serviceManager.serverSettings);
    const feed = new Feed({ connect: () => rest.openFeed() });
    pauseWhenHidden(feed);
    return { rest, feed };
  }
};
