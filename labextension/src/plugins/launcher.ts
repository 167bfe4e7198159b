/** A card in the launcher that leads to the DAGs. */
import type { JupyterFrontEnd, JupyterFrontEndPlugin } from '@jupyterlab/application';
import { ILauncher } from '@jupyterlab/launcher';

import { nbflowIcon } from '../icons';
import { CommandIds, INbflowModel, pluginId } from '../tokens';

export const launcherPlugin: JupyterFrontEndPlugin<void> = {
  id: pluginId('launcher'),
  description: 'Puts nbflow into the launcher.',
  autoStart: true,
  requires: [INbflowModel],
  optional: [ILauncher],
  activate: (app: JupyterFrontEnd, model: INbflowModel, launcher: ILauncher | null) => {
    if (launcher === null) {
      return;
    }
    const command = 'nbflow:launch';
    app.commands.addCommand(command, {
      label: model.texts.__('DAGs'),
      caption: model.texts.__('Schedule notebooks and watch them run'),
      icon: nbflowIcon,
      describedBy: { args: { type: 'object', properties: {} } },
      execute: () => app.commands.execute(CommandIds.openPanel)
    });
    launcher.add({ command, category: 'nbflow', rank: 1 });
  }
};
