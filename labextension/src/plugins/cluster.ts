/** The cluster in the main area, and the verb that changes how many workers there are. */
import {
  ILayoutRestorer,
  type JupyterFrontEnd,
  type JupyterFrontEndPlugin
} from '@jupyterlab/application';
import { ICommandPalette, Notification } from '@jupyterlab/apputils';
import type { CommandRegistry } from '@lumino/commands';

import { nbflowIcon } from '../icons';
import { CLUSTER_TABS } from '../panels/cluster/ClusterPage';
import { clusterDetail, scaleCluster } from '../rest/cluster';
import { ClusterWidget } from '../screens/cluster-widget';
import { askForSize } from '../screens/scale-dialog';
import { CommandIds, INbflowClient, INbflowModel, INbflowPages, pluginId } from '../tokens';
import { addCommands } from './allowed';
import { argsSchema, numberArg, textArg } from './args';
import { doing } from './doing';
import { OnePage } from './one-page';

export const clusterPlugin: JupyterFrontEndPlugin<void> = {
  id: pluginId('cluster'),
  description: 'Shows the cluster, and changes how many workers there are.',
  autoStart: true,
  requires: [INbflowClient, INbflowModel, INbflowPages],
  optional: [ILayoutRestorer, ICommandPalette],
  activate: (
    app: JupyterFrontEnd,
    client: INbflowClient,
    model: INbflowModel,
    pages: INbflowPages,
    restorer: ILayoutRestorer | null,
    palette: ICommandPalette | null
  ) => {
    const { commands } = app;
    const { texts } = model;
    const { rest } = client;
    const page = new OnePage(pages, {
      id: 'nbflow-cluster',
      command: CommandIds.openCluster,
      make: () => new ClusterWidget(client, model, commands),
      kept: content => content.tab,
      args: content => ({ tab: content.tab.value })
    });

    commands.addCommand(CommandIds.openCluster, {
      label: texts.__('Cluster'),
      caption: texts.__('The workers, how hard they work and on what'),
      icon: nbflowIcon,
      describedBy: { args: argsSchema({ tab: texts.__('workers, tasks or plots') }) },
      execute: args => {
        if (pages.openElsewhere(CommandIds.openCluster, args)) {
          return;
        }
        page.show(content => {
          const tab = CLUSTER_TABS.find(known => known === textArg(args, 'tab'));
          if (tab !== undefined) {
            content.tab.set(tab);
          }
        });
      }
    });
    const scale: CommandRegistry.ICommandOptions = {
      label: texts.__('Scale the Cluster…'),
      caption: texts.__('Have more workers or fewer, where the cluster can'),
      describedBy: {
        args: argsSchema(
          {},
          {
            minimum: {
              type: 'integer',
              description: texts.__('How many workers; asked for when left out')
            },
            maximum: {
              type: 'integer',
              description: texts.__('As many as the work needs, up to so many')
            }
          }
        )
      },
      execute: args =>
        doing(async () => {
          const minimum = numberArg(args, 'minimum');
          if (minimum === null) {
            const { scaling } = await clusterDetail(rest);
            await askForSize(rest, scaling, texts);
            return;
          }
          const told = await scaleCluster(rest, minimum, numberArg(args, 'maximum') ?? minimum);
          Notification.info(told.message, { autoClose: 5000 });
        })
    };
    addCommands(commands, model, { [CommandIds.scaleCluster]: scale });
    for (const command of [CommandIds.openCluster, CommandIds.scaleCluster]) {
      palette?.addItem({ command, category: 'nbflow' });
    }
    page.restore(restorer);
  }
};
