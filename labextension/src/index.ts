/**
 * The list of plugins that JupyterLab loads, and nothing else: each plugin lives in its own file
 * under plugins/ and can be disabled by a user on its own.
 */
import type { JupyterFrontEndPlugin } from '@jupyterlab/application';

import { adminPlugin } from './plugins/admin';
import { clientPlugin } from './plugins/client';
import { clusterPlugin } from './plugins/cluster';
import { commandsPlugin } from './plugins/commands';
import { comparePlugin } from './plugins/compare';
import { daskDashboardPlugin } from './plugins/dask-dashboard';
import { dagPagePlugin } from './plugins/dag-page';
import { filesPlugin } from './plugins/files';
import { homePlugin } from './plugins/home';
import { launcherPlugin } from './plugins/launcher';
import { menuPlugin } from './plugins/menu';
import { modelPlugin } from './plugins/model';
import { notebookPlugin } from './plugins/notebook';
import { notebookFilesPlugin } from './plugins/notebook-files';
import { notificationsPlugin } from './plugins/notifications';
import { pagesPlugin } from './plugins/pages';
import { panelPlugin } from './plugins/panel';
import { repairPlugin } from './plugins/repair';
import { standInPlugin } from './plugins/stand-in';
import { statusBarPlugin } from './plugins/status-bar';
import { treeTabPlugin } from './plugins/tree-tab';

const plugins: JupyterFrontEndPlugin<unknown>[] = [
  clientPlugin,
  modelPlugin,
  pagesPlugin,
  treeTabPlugin,
  panelPlugin,
  homePlugin,
  dagPagePlugin,
  adminPlugin,
  clusterPlugin,
  daskDashboardPlugin,
  commandsPlugin,
  comparePlugin,
  filesPlugin,
  notebookPlugin,
  notebookFilesPlugin,
  repairPlugin,
  standInPlugin,
  launcherPlugin,
  menuPlugin,
  statusBarPlugin,
  notificationsPlugin
];

export default plugins;
export { INbflowClient, INbflowModel, INbflowPages } from './tokens';
