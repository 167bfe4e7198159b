/** What the server tells of a DAG's past in whole tables. */
import type { RestClient } from '../client';
import { apiPath, type Query } from '../urls';
import type { CalendarView, DurationsView, GridView, RunList, RunTries } from '../wire';

export type Asker = Pick<RestClient, 'request'>;

/** Which runs: in one of these states and of this type (any without), with a date in between, with a text in them. */
export interface RunsWanted {
  readonly states: readonly string[];
  readonly type: string;
  /** Instants, both inclusive; empty for none. */
  readonly since: string;
  readonly until: string;
  readonly search: string;
}

export const ANY_RUN: RunsWanted = { states: [], type: '', since: '', until: '', search: '' };

export interface Page {
  readonly before?: string | null;
  readonly limit?: number;
}

function queryOf({ states, type, since, until, search }: RunsWanted): Query {
  return {
    state: states.join(',') || null,
    type: type || null,
    since: since || null,
    until: until || null,
    search: search.trim() || null
  };
}

/** The wanted runs by tasks, newest first. */
export function grid(
  client: Asker,
  dagId: string,
  wanted: RunsWanted,
  page: Page = {}
): Promise<GridView> {
  return client.request(apiPath(['dags', dagId, 'grid'], { ...queryOf(wanted), ...page }));
}

/** The wanted runs as a list, newest first. */
export function wantedRuns(
  client: Asker,
  dagId: string,
  wanted: RunsWanted,
  page: Page = {}
): Promise<RunList> {
  return client.request(apiPath(['dags', dagId, 'runs'], { ...queryOf(wanted), ...page }));
}

/** The days of a year; of this one without any. */
export function calendar(client: Asker, dagId: string, year: number | null): Promise<CalendarView> {
  return client.request(apiPath(['dags', dagId, 'calendar'], { year }));
}

/** How long the last of the wanted runs took, and their tasks. */
export function durations(
  client: Asker,
  dagId: string,
  wanted: RunsWanted,
  limit: number
): Promise<DurationsView> {
  return client.request(apiPath(['dags', dagId, 'durations'], { ...queryOf(wanted), limit }));
}

/** All tries of a run in time. */
export function runTries(client: Asker, dagId: string, runId: string): Promise<RunTries> {
  return client.request(apiPath(['dags', dagId, 'runs', runId, 'tries']));
}
