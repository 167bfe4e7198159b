/** Which DAGs the home page lists and in which order: the choice, the choice as text for addresses, the rows. */
import { isBad, isFinished } from '../../states';
import type { DagView } from '../../wire';
import { lastDuration } from './durations';

export const SORTS = ['name', 'owner', 'state', 'duration', 'next'] as const;
export type Sort = (typeof SORTS)[number];

export const LAST_STATES = ['', 'success', 'failed', 'running', 'never'] as const;
export type LastState = (typeof LAST_STATES)[number];

export const PAUSED = ['', 'paused', 'active'] as const;
export type Paused = (typeof PAUSED)[number];

export interface Filters {
  readonly search: string;
  readonly paused: Paused;
  readonly tag: string;
  readonly owner: string;
  readonly state: LastState;
  readonly favourites: boolean;
  readonly sort: Sort;
  readonly descending: boolean;
}

export const NO_FILTERS: Filters = {
  search: '',
  paused: '',
  tag: '',
  owner: '',
  state: '',
  favourites: false,
  sort: 'name',
  descending: false
};

/** Whether fewer DAGs are shown than there are; the order narrows nothing down. */
export function isNarrowed(filters: Filters): boolean {
  const { search, paused, tag, owner, state, favourites } = filters;
  return favourites || [search.trim(), paused, tag, owner, state].some(one => one !== '');
}

/** The choice in an address: only what differs from showing everything by name. */
export function filtersToText(filters: Filters): string {
  const given = new URLSearchParams();
  for (const name of ['search', 'paused', 'tag', 'owner', 'state'] as const) {
    if (filters[name] !== '') {
      given.set(name, filters[name]);
    }
  }
  if (filters.favourites) {
    given.set('favourites', '1');
  }
  if (filters.sort !== 'name' || filters.descending) {
    given.set('sort', `${filters.descending ? '-' : ''}${filters.sort}`);
  }
  return given.toString();
}

/** The choice that a text means; what it does not know counts for nothing. */
export function filtersFromText(text: string): Filters {
  const given = new URLSearchParams(text);
  const sort = given.get('sort') ?? '';
  const among = <T extends string>(known: readonly T[], name: string, otherwise: T): T =>
    known.find(one => one === given.get(name)) ?? otherwise;
  return {
    search: given.get('search') ?? '',
    paused: among(PAUSED, 'paused', ''),
    tag: given.get('tag') ?? '',
    owner: given.get('owner') ?? '',
    state: among(LAST_STATES, 'state', ''),
    favourites: given.get('favourites') === '1',
    sort: SORTS.find(one => one === sort.replace(/^-/, '')) ?? 'name',
    descending: sort.startsWith('-')
  };
}

/** Whether every word is in the id, name, description, owner or tags of a DAG. */
export function matches(dag: DagView, search: string): boolean {
  const text = [dag.dag_id, dag.display_name, dag.description, dag.owner, ...dag.tags]
    .join(' ')
    .toLowerCase();
  return search
    .toLowerCase()
    .split(/\s+/)
    .every(word => text.includes(word));
}

/** How the last run of a DAG went: `running` while one is under way, `never` without any. */
export function lastState(dag: DagView): string {
  const state = dag.last_runs[0]?.state;
  if (dag.running > 0 || (state !== undefined && !isFinished(state))) {
    return 'running';
  }
  return state === undefined ? 'never' : isBad(state) ? 'failed' : state;
}

/** The DAGs to show, in order. */
export function chosen(
  dags: readonly DagView[],
  filters: Filters,
  favourites: ReadonlySet<string>
): readonly DagView[] {
  const { paused, tag, owner, state } = filters;
  const found = dags.filter(
    dag =>
      matches(dag, filters.search) &&
      (paused === '' || dag.paused === (paused === 'paused')) &&
      (tag === '' || dag.tags.includes(tag)) &&
      (owner === '' || dag.owner === owner) &&
      (state === '' || lastState(dag) === state) &&
      (!filters.favourites || favourites.has(dag.dag_id))
  );
  const sign = filters.descending ? -1 : 1;
  const compare = ORDERS[filters.sort];
  return found.sort((a, b) => compare(a, b, sign) || byText(nameOf(a), nameOf(b)));
}

export function nameOf(dag: DagView): string {
  return dag.display_name || dag.dag_id;
}

/** What can be chosen from: each word once, by name. */
export function wordsOf(
  dags: readonly DagView[],
  of: (dag: DagView) => readonly string[]
): string[] {
  return [...new Set(dags.flatMap(of))].filter(word => word !== '').sort(byText);
}

type Compare = (a: DagView, b: DagView, sign: number) => number;

const URGENCY = ['failed', 'running', 'cancelled', 'success', 'never'];

/** What has no value stands last either way round. */
const ORDERS: Readonly<Record<Sort, Compare>> = {
  name: (a, b, sign) => sign * byText(nameOf(a), nameOf(b)),
  owner: (a, b, sign) => known(a.owner || null, b.owner || null, sign, byText),
  state: (a, b, sign) => sign * (URGENCY.indexOf(lastState(a)) - URGENCY.indexOf(lastState(b))),
  duration: (a, b, sign) => known(lastDuration(a), lastDuration(b), sign, (x, y) => x - y),
  next: (a, b, sign) => known(a.next_run, b.next_run, sign, (x, y) => Date.parse(x) - Date.parse(y))
};

function known<T>(a: T | null, b: T | null, sign: number, compare: (a: T, b: T) => number): number {
  if (a === null || b === null) {
    return Number(a === null) - Number(b === null);
  }
  return sign * compare(a, b);
}

const COLLATOR = new Intl.Collator(undefined, { numeric: true, sensitivity: 'base' });

function byText(a: string, b: string): number {
  return COLLATOR.compare(a, b);
}
