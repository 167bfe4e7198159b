/**
 * What the server would let this person do, so that nothing is offered that would be refused: the one table of
 * what each verb needs, which commands and buttons ask. The server has the last word.
 */
import * as React from 'react';

import type { Texts } from '../text';
import type { CommandIds } from '../tokens';
import type { Me } from '../wire';

export type Resource = 'dags' | 'runs' | 'pools' | 'secrets' | 'assets' | 'cluster' | 'cache';
export type Action = 'read' | 'write' | 'execute';

export type CommandName = keyof typeof CommandIds;

/** What a person can do: the commands, and what buttons do without one. */
export type Verb =
  | CommandName
  | 'answerQuestion'
  | 'newBackfill'
  | 'setBackfill'
  | 'editPool'
  | 'editSecret'
  | 'testConnection'
  | 'emitAsset'
  | 'clearCache';

type Need = readonly [Resource, Action] | null;

const RUN: Need = ['runs', 'execute'];
const CHANGE_RUN: Need = ['runs', 'write'];
const CHANGE_DAG: Need = ['dags', 'write'];
const CLUSTER: Need = ['cluster', 'execute'];

/** What the authoriser of the server is asked for each; null for what only looks, or asks Jupyter itself. */
export const NEEDS: Readonly<Record<Verb, Need>> = {
  openHome: null,
  newDag: null,
  openPanel: null,
  openDag: null,
  openAnother: null,
  openAdmin: null,
  openCluster: null,
  openDashboard: null,
  scaleCluster: CLUSTER,
  trigger: RUN,
  triggerWith: RUN,
  pause: CHANGE_DAG,
  unpause: CHANGE_DAG,
  cancel: CHANGE_RUN,
  clear: RUN,
  clearRuns: RUN,
  mark: CHANGE_RUN,
  rerun: RUN,
  runTasks: RUN,
  note: CHANGE_RUN,
  deleteRun: CHANGE_RUN,
  answer: null,
  openNotebook: null,
  debug: RUN,
  reconstruct: RUN,
  endKernel: RUN,
  resume: RUN,
  promote: CHANGE_DAG,
  compare: null,
  exportRun: null,
  openFile: null,
  notebookDag: null,
  openNotebookDag: null,
  runNotebook: RUN,
  runNotebookWith: RUN,
  runCells: RUN,
  showCell: null,
  scheduleNotebook: CHANGE_DAG,
  removeNotebook: CHANGE_DAG,
  lintNotebook: null,
  runFile: RUN,
  openFileDag: null,
  scheduleFile: CHANGE_DAG,
  lintFile: null,
  startScheduler: CLUSTER,
  refresh: null,
  answerQuestion: RUN,
  newBackfill: RUN,
  setBackfill: CHANGE_RUN,
  editPool: ['pools', 'write'],
  editSecret: ['secrets', 'write'],
  testConnection: ['secrets', 'execute'],
  emitAsset: ['assets', 'execute'],
  clearCache: ['cache', 'write']
};

/** Why this person may not; null if they may, or as long as nobody has told: then the server decides. */
export function whyNot(me: Me | null, verb: Verb, texts: Texts): string | null {
  const need = NEEDS[verb];
  if (me === null || need === null || me.allowed[need[0]]?.includes(need[1]) !== false) {
    return null;
  }
  return need[1] === 'execute'
    ? texts.__(
        'You may look, but not run anything: the administrator of this server can grant it to %1.',
        me.name
      )
    : texts.__(
        'You may look, but not change anything: the administrator of this server can grant it to %1.',
        me.name
      );
}

/** Why the person who looks may not do something; null if they may. Without a page around it everything may be. */
export const PermissionsContext = React.createContext<(verb: Verb) => string | null>(() => null);

/** The same for one button, which may be for nothing that needs leave. */
export function useWhyNot(verb: Verb | undefined): string | null {
  const ask = React.useContext(PermissionsContext);
  return verb === undefined ? null : ask(verb);
}
