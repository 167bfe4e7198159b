/**
 * What the address of the page can ask for, and the address that asks for it:
 * - `nbflow=open`: the list of DAGs, as `nbflow standalone` does.
 * - `nbflow=DAG/RUN/TASK/MAP_INDEX` or the beginning of it: a page of a DAG, as notifications do. No RUN is the
 *   newest one. With `nbflow-view=grid` one of its tabs, with `nbflow-new=1` a run that has just been asked for.
 * - `nbflow=~NAME/...`: what stands under this name below.
 * A link only ever shows something, or opens a form: what is done is for the person to say.
 */
import { CommandIds } from './tokens';

export type Args = Readonly<Record<string, string | number | boolean>>;

/** A command of ours, with its arguments. */
export interface Asked {
  readonly command: string;
  readonly args: Args;
  /** Whether it asks the person something, which a reload of the page is not to ask again. */
  readonly once?: boolean;
}

interface Named {
  readonly name: string;
  readonly command: string;
  /** The arguments that follow the name, in this order; empty where left out. */
  readonly parts: readonly string[];
  readonly once?: boolean;
}

/** No DAG id begins like this. */
const SIGN = '~';
const NAMED: readonly Named[] = [
  { name: 'home', command: CommandIds.openHome, parts: ['filters'] },
  { name: 'administration', command: CommandIds.openAdmin, parts: ['tab', 'asset'] },
  { name: 'cluster', command: CommandIds.openCluster, parts: ['tab'] },
  { name: 'dask', command: CommandIds.openDashboard, parts: [] },
  {
    name: 'executed',
    command: CommandIds.openNotebook,
    parts: ['dag_id', 'run_id', 'task_id', 'map_index', 'try']
  },
  {
    name: 'compare',
    command: CommandIds.compare,
    parts: ['dag_id', 'run_id', 'task_id', 'other']
  },
  // About the notebook that the address names.
  { name: 'preview', command: CommandIds.lintNotebook, parts: [] },
  { name: 'schedule', command: CommandIds.scheduleNotebook, parts: [], once: true },
  { name: 'run', command: CommandIds.runNotebookWith, parts: [], once: true }
];
const NUMBERS: readonly string[] = ['map_index', 'try'];
const OF_DAG: readonly string[] = ['dag_id', 'run_id', 'task_id', 'map_index'];
/** The map index of a task that is not mapped: it goes without saying. */
const NOT_MAPPED = -1;

/** What an address asks for; null where it asks for nothing. */
export function askedOf(search: string): Asked | null {
  // Not by URLSearchParams: run ids hold `+`, and parts of the address may hold slashes if encoded.
  const place = /[?&]nbflow=([^&]*)/.exec(search)?.[1] ?? '';
  if (place === '') {
    return null;
  }
  const [first = '', ...rest] = place.split('/').map(decoded);
  if (!rest.length && first === 'open') {
    return { command: CommandIds.openPanel, args: {} };
  }
  if (!first.startsWith(SIGN)) {
    const args = { ...argsOf(OF_DAG, [first, ...rest]), ...beside(search) };
    return { command: CommandIds.openDag, args };
  }
  const named = NAMED.find(({ name }) => first === SIGN + name);
  if (named === undefined) {
    return null;
  }
  const { command, parts, once } = named;
  return { command, args: argsOf(parts, rest), ...(once ? { once } : {}) };
}

/** The part of an address that asks for this; null where no address does. */
export function queryFor(command: string, args: Readonly<Record<string, unknown>>): string | null {
  if (command === CommandIds.openDag) {
    const view = typeof args.view === 'string' ? `&nbflow-view=${args.view}` : '';
    const isNew = args.is_new === true ? '&nbflow-new=1' : '';
    return `nbflow=${joined(OF_DAG, args)}${view}${isNew}`;
  }
  const named = NAMED.find(one => one.command === command);
  if (named === undefined) {
    return null;
  }
  const rest = joined(named.parts, args);
  return `nbflow=${SIGN}${named.name}${rest && `/${rest}`}`;
}

/** The same address, asking for this and for nothing else of ours. */
export function withQuery(search: string, query: string | null): string {
  const others = search
    .replace(/^\?/, '')
    .split('&')
    .filter(pair => pair !== '' && !/^nbflow(-\w+)?=/.test(pair));
  const pairs = query === null ? others : [...others, query];
  return pairs.length ? `?${pairs.join('&')}` : '';
}

function beside(search: string): Args {
  const view = /[?&]nbflow-view=([\w-]+)/.exec(search)?.[1];
  return {
    ...(view ? { view } : {}),
    ...(/[?&]nbflow-new=1/.test(search) ? { is_new: true } : {})
  };
}

function argsOf(names: readonly string[], values: readonly string[]): Args {
  const given = names.flatMap((name, place): [string, string | number][] => {
    const value = values[place] ?? '';
    if (value === '') {
      return [];
    }
    return [[name, NUMBERS.includes(name) ? Number(value) : value]];
  });
  return Object.fromEntries(given);
}

function joined(names: readonly string[], args: Readonly<Record<string, unknown>>): string {
  const parts = names.map(name => {
    const value = args[name];
    const isGiven =
      typeof value === 'string' || (typeof value === 'number' && value !== NOT_MAPPED);
    return isGiven ? encodeURIComponent(String(value)) : '';
  });
  return parts.join('/').replace(/\/+$/, '');
}

function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}
