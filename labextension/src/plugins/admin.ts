/** The administration in the main area: one page, opened by command, from the palette and from the launcher. */
import {
  ILayoutRestorer,
  type JupyterFrontEnd,
  type JupyterFrontEndPlugin
} from '@jupyterlab/application';
import { ICommandPalette } from '@jupyterlab/apputils';
import { ILauncher } from '@jupyterlab/launcher';

import { nbflowIcon } from '../icons';
import { ADMIN_TABS } from '../panels/admin/AdminPage';
import { AdminWidget } from '../screens/admin-widget';
import { CommandIds, INbflowClient, INbflowModel, INbflowPages, pluginId } from '../tokens';
import { argsSchema, textArg } from './args';
import { OnePage } from './one-page';

export const adminPlugin: JupyterFrontEndPlugin<void> = {
  id: pluginId('administration'),
  description: 'Shows pools, variables, connections, assets, the cache and files with problems.',
  autoStart: true,
  requires: [INbflowClient, INbflowModel, INbflowPages],
  optional: [ILayoutRestorer, ICommandPalette, ILauncher],
  activate: (
    app: JupyterFrontEnd,
    client: INbflowClient,
    model: INbflowModel,
    pages: INbflowPages,
    restorer: ILayoutRestorer | null,
    palette: ICommandPalette | null,
    launcher: ILauncher | null
  ) => {
    const { commands } = app;
    const { texts } = model;
    const page = new OnePage(pages, {
      id: 'nbflow-administration',
      command: CommandIds.openAdmin,
      make: () => new AdminWidget(client, model, commands),
      kept: content => content.tab,
      args: content => ({ tab: content.tab.value })
    });

    commands.addCommand(CommandIds.openAdmin, {
      label: texts.__('Administration'),
      caption: texts.__('Pools, variables, connections, assets, the cache and files with problems'),
      icon: nbflowIcon,
      describedBy: {
        args: argsSchema({
          tab: texts.__('Which table to show'),
          asset: texts.__('The asset whose events to show')
        })
      },
      execute: args => {
        if (pages.openElsewhere(CommandIds.openAdmin, args)) {
          return;
        }
        page.show(content => {
          const asked = textArg(args, 'tab');
          const tab = ADMIN_TABS.find(known => known === asked);
          if (tab !== undefined) {
            content.tab.set(tab);
          }
          const asset = textArg(args, 'asset');
          if (asset !== null) {
            content.asset.set(asset);
          }
        });
      }
    });
    palette?.addItem({ command: CommandIds.openAdmin, category: 'nbflow' });
    launcher?.add({ command: CommandIds.openAdmin, category: 'nbflow', rank: 2 });
    page.restore(restorer);
  }
};
