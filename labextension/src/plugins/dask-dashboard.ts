/** Dask's own dashboard in the main area, wherever it is for this browser; or the reason why it is not. */
import {
  ILayoutRestorer,
  type JupyterFrontEnd,
  type JupyterFrontEndPlugin
} from '@jupyterlab/application';
import {
  ICommandPalette,
  MainAreaWidget,
  showErrorMessage,
  WidgetTracker
} from '@jupyterlab/apputils';
import { IFrame } from '@jupyterlab/ui-components';

import { nbflowIcon } from '../icons';
import { dashboard } from '../rest/cluster';
import { addressOf } from '../screens/cluster-widget';
import { CommandIds, INbflowClient, INbflowModel, INbflowPages, pluginId } from '../tokens';
import { argsSchema } from './args';
import { doing } from './doing';

export const daskDashboardPlugin: JupyterFrontEndPlugin<void> = {
  id: pluginId('dask-dashboard'),
  description: 'Opens Dask’s dashboard.',
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
    const { texts } = model;
    const { rest } = client;
    const tracker = new WidgetTracker<MainAreaWidget<IFrame>>({ namespace: 'nbflow-dashboard' });

    const open = (url: string): MainAreaWidget<IFrame> => {
      const content = new IFrame({ sandbox: ['allow-scripts', 'allow-same-origin'] });
      content.url = url;
      content.node.querySelector('iframe')?.setAttribute('title', texts.__('Dask dashboard'));
      const widget = new MainAreaWidget({ content });
      widget.id = 'nbflow-dashboard';
      widget.title.icon = nbflowIcon;
      widget.title.label = texts.__('Dask dashboard');
      widget.toolbar.hide();
      void tracker.add(widget);
      pages.add(widget);
      pages.keep(widget, CommandIds.openDashboard, {});
      return widget;
    };

    app.commands.addCommand(CommandIds.openDashboard, {
      label: texts.__('Open Dask Dashboard'),
      caption: texts.__('Open the dashboard of the Dask cluster that runs the tasks'),
      describedBy: { args: argsSchema({}) },
      execute: () =>
        doing(async () => {
          const found = await dashboard(rest);
          if (!found.reachable) {
            await showErrorMessage(texts.__('Dask’s dashboard cannot be opened'), found.reason);
            return;
          }
          if (!pages.openElsewhere(CommandIds.openDashboard, {})) {
            const address = addressOf(found.url, rest.settings.baseUrl);
            pages.activate(tracker.currentWidget ?? open(address));
          }
        })
    });
    palette?.addItem({ command: CommandIds.openDashboard, category: 'nbflow' });
    void restorer?.restore(tracker, {
      command: CommandIds.openDashboard,
      name: () => 'dashboard'
    });
  }
};
