/** The side panel with the list of DAGs. */
import {
  ILayoutRestorer,
  type JupyterFrontEnd,
  type JupyterFrontEndPlugin
} from '@jupyterlab/application';
import { ICommandPalette } from '@jupyterlab/apputils';

import { DagListPanel } from '../screens/dag-list-panel';
import { CommandIds, INbflowModel, pluginId } from '../tokens';
import { notebookPage, ready } from './pages';
import { askedOf, withQuery } from '../places';

export const panelPlugin: JupyterFrontEndPlugin<void> = {
  id: pluginId('panel'),
  description: 'Lists the DAGs in a side panel.',
  autoStart: true,
  requires: [INbflowModel],
  optional: [ILayoutRestorer, ICommandPalette],
  activate: (
    app: JupyterFrontEnd,
    model: INbflowModel,
    restorer: ILayoutRestorer | null,
    palette: ICommandPalette | null
  ) => {
    const { texts } = model;
    const panel = new DagListPanel(model, app.commands);
    app.shell.add(panel, 'left', { rank: 250, type: 'nbflow' });
    restorer?.add(panel, panel.id);
    app.commands.addCommand(CommandIds.openPanel, {
      label: texts.__('Show DAGs'),
      caption: texts.__('Show the list of DAGs in the side panel'),
      describedBy: { args: { type: 'object', properties: {} } },
      // Before the layout of last time is back, it would close the panel again.
      execute: () => app.restored.then(() => app.shell.activateById(panel.id))
    });
    palette?.addItem({ command: CommandIds.openPanel, category: 'nbflow' });
    const asked = askedOf(window.location.search);
    if (asked !== null) {
      void ready(app).then(() => {
        // In Notebook a page that was asked for is alone in its tab of the browser.
        if (notebookPage() === '') {
          app.shell.activateById(panel.id);
        }
        if (asked.once === true) {
          const { pathname, search, hash } = window.location;
          const address = pathname + withQuery(search, null) + hash;
          window.history.replaceState(window.history.state, '', address);
        }
        return app.commands.execute(asked.command, asked.args);
      });
    }
  }
};
