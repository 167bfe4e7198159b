/** What nbflow has to show and to do, as a menu of the menu bar. */
import type { JupyterFrontEnd, JupyterFrontEndPlugin } from '@jupyterlab/application';
import { IMainMenu } from '@jupyterlab/mainmenu';
import { RankedMenu } from '@jupyterlab/ui-components';

import { CommandIds, INbflowModel, pluginId } from '../tokens';

const GROUPS: readonly (readonly string[])[] = [
  [CommandIds.openHome, CommandIds.openPanel, CommandIds.openCluster, CommandIds.openAdmin],
  [CommandIds.trigger, CommandIds.pause, CommandIds.unpause, CommandIds.clearRuns],
  [CommandIds.answer],
  [CommandIds.scaleCluster, CommandIds.openDashboard, CommandIds.startScheduler]
];
/** Before Settings and Help. */
const RANK = 90;

export const menuPlugin: JupyterFrontEndPlugin<void> = {
  id: pluginId('menu'),
  description: 'Adds a menu of nbflow to the menu bar.',
  autoStart: true,
  requires: [INbflowModel],
  optional: [IMainMenu],
  activate: (app: JupyterFrontEnd, model: INbflowModel, mainMenu: IMainMenu | null) => {
    if (mainMenu === null) {
      return;
    }
    const menu = new RankedMenu({ commands: app.commands, rank: RANK });
    menu.id = 'jp-mainmenu-nbflow';
    // A name, which is the same in every language.
    menu.title.label = 'nbflow';
    menu.title.caption = model.texts.__('Scheduled notebooks');
    GROUPS.forEach((commands, rank) => {
      menu.addGroup(
        commands.map(command => ({ command })),
        rank
      );
    });
    mainMenu.addMenu(menu, true, { rank: RANK });
  }
};
