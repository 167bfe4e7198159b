/** The administration in the main area: one page, opened by command, from the palette and from the launcher. */
import {
  ILayoutRestorer,
  type JupyterFrontEnd,
  type JupyterFrontEndPlugin
} from '@jupyterlab/application';
import { ICommandPalette, MainAreaWidget, WidgetTracker } from '@jupyterlab/apputils';
import { ILauncher } from '@jupyterlab/launcher';

import { nbflowIcon } from '../icons';
import { ADMIN_TABS } from '../panels/admin/AdminPage';
import { AdminWidget } from '../screens/admin-widget';
import { CommandIds, INbflowClient, INbflowModel, pluginId } from '../tokens';
import { argsSchema, textArg } from './args';

export const adminPlugin: JupyterFrontEndPlugin<void> = {
  id: pluginId('administration'),
  description: 'Shows pools, variables, connections, assets and files with problems.',
  autoStart: true,
  requires: [INbflowClient, INbflowModel],
  optional: [ILayoutRestorer, ICommandPalette, ILauncher],
  activate: (
    app: JupyterFrontEnd,
    client: INbflowClient,
    model: INbflowModel,
    restorer: ILayoutRestorer | null,
    palette: ICommandPalette | null,
    launcher: ILauncher | null
  ) => {
    const { commands, shell } = app;
    const { texts } = model;
    const tracker = new WidgetTracker<MainAreaWidget<AdminWidget>>({ namespace: 'nbflow-admin' });

    const open = (): MainAreaWidget<AdminWidget> => {
      const content = new AdminWidget(client, model, commands);
      const widget = new MainAreaWidget({ content });
      widget.id = 'nbflow-administration';
      widget.toolbar.hide();
      void tracker.add(widget);
      shell.add(widget, 'main', { type: 'nbflow' });
      content.tab.subscribe(() => void tracker.save(widget));
      return widget;
    };

    commands.addCommand(CommandIds.openAdmin, {
      label: texts.__('Administration'),
      caption: texts.__('Pools, variables, connections, assets and files with problems'),
      icon: nbflowIcon,
      describedBy: {
        args: argsSchema({
          tab: texts.__('Which table to show'),
          asset: texts.__('The asset whose events to show')
        })
      },
      execute: args => {
        const widget = tracker.currentWidget ?? open();
        const asked = textArg(args, 'tab');
        const tab = ADMIN_TABS.find(known => known === asked);
        if (tab !== undefined) {
          widget.content.tab.set(tab);
        }
        const asset = textArg(args, 'asset');
        if (asset !== null) {
          widget.content.asset.set(asset);
        }
        shell.activateById(widget.id);
      }
    });
    palette?.addItem({ command: CommandIds.openAdmin, category: 'nbflow' });
    launcher?.add({ command: CommandIds.openAdmin, category: 'nbflow', rank: 2 });
    void restorer?.restore(tracker, {
      command: CommandIds.openAdmin,
      args: widget => ({ tab: widget.content.tab.value }),
      name: () => 'administration'
    });
  }
};
