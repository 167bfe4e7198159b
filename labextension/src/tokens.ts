/** What the plugins of nbflow offer each other, and other extensions. */
import type { DocumentRegistry } from '@jupyterlab/docregistry';
import { Token } from '@lumino/coreutils';
import type { Widget } from '@lumino/widgets';

import type { RestClient } from './client';
import type { Feed } from './feed';
import type { DagListStore } from './live/dag-list';
import type { Listing } from './live/listing';
import type { Preferences } from './live/preferences';
import type { Store } from './live/store';
import type { Texts } from './text';
import type { Me, QuestionView } from './wire';

/** The server of nbflow: questions and requests by REST, changes by the feed. */
export interface INbflowClient {
  readonly rest: RestClient;
  readonly feed: Feed;
}

export const INbflowClient = new Token<INbflowClient>(
  'nbflow-labextension:INbflowClient',
  'The server of nbflow: questions and requests by REST, changes by a websocket.'
);

/** What every screen of nbflow shares: the live list of DAGs with health and import errors, and the texts. */
export interface INbflowModel {
  readonly list: DagListStore;
  /** What tasks ask people, the oldest first. */
  readonly questions: Listing<readonly QuestionView[]>;
  /** Who looks, and what they may do; null until the server has told. */
  readonly me: Store<Me | null>;
  /** What they have set in JupyterLab's settings. */
  readonly preferences: Store<Preferences>;
  readonly texts: Texts;
}

export const INbflowModel = new Token<INbflowModel>(
  'nbflow-labextension:INbflowModel',
  'The live list of DAGs with health and import errors.'
);

/**
 * Where pages of nbflow are shown: in the main area of JupyterLab, as tabs of Notebook's tree view, and for
 * Notebook's other pages, which hold one document each, in another tab of the browser.
 */
export interface INbflowPages {
  /** Whether the page belongs elsewhere; then another tab of the browser is opened for it. */
  openElsewhere(command: string, args: Readonly<Record<string, unknown>>): boolean;
  /** The same for what is done in an open notebook, which Notebook shows in a tab of the browser. */
  openNotebook(path: string, command: string): boolean;
  add(page: Widget, options?: DocumentRegistry.IOpenOptions): void;
  activate(page: Widget): void;
  /** Remember over a reload what a page shows, where no layout does: call it when that changes. */
  keep(page: Widget, command: string, args: Readonly<Record<string, unknown>>): void;
  /** The address that shows a page to whoever may see it. */
  addressOf(command: string, args: Readonly<Record<string, unknown>>): string;
}

export const INbflowPages = new Token<INbflowPages>(
  'nbflow-labextension:INbflowPages',
  'Where pages of nbflow are shown, in JupyterLab and in Notebook.'
);

/** The ids of the plugins begin with the name of the package. */
export function pluginId(name: string): string {
  return `nbflow-labextension:${name}`;
}

export const CommandIds = {
  openHome: 'nbflow:open-home',
  newDag: 'nbflow:new-dag',
  openPanel: 'nbflow:open-panel',
  openDag: 'nbflow:open-dag',
  openAnother: 'nbflow:open-another-page',
  openAdmin: 'nbflow:open-administration',
  openCluster: 'nbflow:open-cluster',
  openDashboard: 'nbflow:open-dask-dashboard',
  scaleCluster: 'nbflow:scale-cluster',
  trigger: 'nbflow:trigger',
  triggerWith: 'nbflow:trigger-with',
  pause: 'nbflow:pause',
  unpause: 'nbflow:unpause',
  cancel: 'nbflow:cancel',
  clear: 'nbflow:clear',
  clearRuns: 'nbflow:clear-runs',
  mark: 'nbflow:mark',
  rerun: 'nbflow:rerun',
  runTasks: 'nbflow:run-tasks',
  note: 'nbflow:note',
  deleteRun: 'nbflow:delete-run',
  answer: 'nbflow:answer',
  openNotebook: 'nbflow:open-notebook',
  debug: 'nbflow:debug',
  reconstruct: 'nbflow:reconstruct',
  endKernel: 'nbflow:end-kernel',
  resume: 'nbflow:resume',
  promote: 'nbflow:promote',
  compare: 'nbflow:compare-runs',
  exportRun: 'nbflow:export-run',
  openFile: 'nbflow:open-file',
  notebookDag: 'nbflow:notebook-dag',
  openNotebookDag: 'nbflow:open-dag-of-notebook',
  runNotebook: 'nbflow:run-notebook',
  runNotebookWith: 'nbflow:run-notebook-with',
  runCells: 'nbflow:run-cells',
  showCell: 'nbflow:show-cell',
  scheduleNotebook: 'nbflow:schedule-notebook',
  removeNotebook: 'nbflow:remove-notebook',
  lintNotebook: 'nbflow:lint-notebook',
  runFile: 'nbflow:run-file',
  openFileDag: 'nbflow:open-dag-of-file',
  scheduleFile: 'nbflow:schedule-file',
  lintFile: 'nbflow:lint-file',
  startScheduler: 'nbflow:start-scheduler',
  refresh: 'nbflow:refresh'
} as const;
