/** Home as a tab of Notebook's tree view, beside the files and what is running. */
import type { JupyterFrontEnd, JupyterFrontEndPlugin } from '@jupyterlab/application';

import { CommandIds, INbflowModel, pluginId } from '../tokens';
import { notebookPage, ready } from './pages';

export const treeTabPlugin: JupyterFrontEndPlugin<void> = {
  id: pluginId('tree-tab'),
  description: 'Keeps Home as a tab of the tree view of Jupyter Notebook.',
  autoStart: true,
  requires: [INbflowModel],
  activate: (app: JupyterFrontEnd) => {
    if (notebookPage() === 'tree') {
      void ready(app).then(() => app.commands.execute(CommandIds.openHome, { behind: true }));
    }
  }
};
