/** The same asked for many runs or DAGs: one request with a list, and what came of each. */
import type { RestClient } from '../client';
import { apiPath } from '../urls';
import type { BulkItem, BulkResult } from '../wire';

type Client = Pick<RestClient, 'request'>;

/** So many go with one request: few requests, and it can be seen how far it has come. */
export const AT_ONCE = 25;

export interface RunName {
  readonly dag_id: string;
  readonly run_id: string;
}

export type RunsVerb = 'cancel' | 'delete' | 'success' | 'failed' | 'clear';

export async function askForRuns(
  client: Client,
  verb: RunsVerb,
  runs: readonly RunName[],
  dryRun = false
): Promise<readonly BulkItem[]> {
  const isMark = verb === 'success' || verb === 'failed';
  const more = isMark ? { state: verb } : verb === 'clear' ? { dry_run: dryRun } : {};
  const path = apiPath(['bulk', 'runs', isMark ? 'mark' : verb]);
  return (await client.request<BulkResult>(path, 'POST', { runs, ...more })).results;
}

export async function pauseDags(
  client: Client,
  dagIds: readonly string[],
  paused: boolean
): Promise<readonly BulkItem[]> {
  const path = apiPath(['bulk', 'dags', 'pause']);
  const body = { dag_ids: dagIds, paused };
  return (await client.request<BulkResult>(path, 'POST', body)).results;
}

export async function triggerDags(
  client: Client,
  dagIds: readonly string[]
): Promise<readonly BulkItem[]> {
  const path = apiPath(['bulk', 'dags', 'trigger']);
  return (await client.request<BulkResult>(path, 'POST', { dag_ids: dagIds })).results;
}
