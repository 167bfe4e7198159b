/** The side panel with the list of DAGs. */
import {
  ILayoutRestorer,
  type JupyterFrontEnd,
  type JupyterFrontEndPlugin
} from '@jupyterlab/application';
import { ICommandPalette } from '@jupyterlab/apputils';

import { DagListPanel } from '../screens/dag-list-panel';
import { CommandIds, INbflowModel, pluginId } from '../tokens';
import { placeOf } from '../urls';

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
    const asked = placeOf(window.location.search);
    if (asked !== null) {
      void app.restored.then(() => {
        app.shell.activateById(panel.id);
        if (asked.filters !== undefined) {
          return app.commands.execute(CommandIds.openHome, { filters: asked.filters });
        }
        return asked.dag_id === undefined ? null : app.commands.execute(CommandIds.openDag, asked);
      });
    }
  }
};
