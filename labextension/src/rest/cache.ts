/** The cache: which results it has, one of them with its values, and forgetting them. */
import type { RestClient } from '../client';
import { apiPath } from '../urls';
import type { CacheCleared, CacheDetail, CacheList } from '../wire';

type Client = Pick<RestClient, 'request'>;

export interface CacheAsked {
  /** What stands in the id of its DAG, task or run, or what its key begins with. */
  readonly search: string;
  readonly limit: number;
}

export function fetchCache(client: Client, asked: CacheAsked): Promise<CacheList> {
  return client.request(apiPath(['cache'], { ...asked }));
}

/** How many results there are of a DAG, and whether there are more. */
export async function countCache(
  client: Client,
  dagId: string
): Promise<{ readonly count: number; readonly more: boolean }> {
  const query = { dag_id: dagId, limit: 1000 };
  const found = await client.request<CacheList>(apiPath(['cache'], query));
  return { count: found.results.length, more: found.more };
}

export function fetchCached(client: Client, key: string): Promise<CacheDetail> {
  return client.request(apiPath(['cache', key]));
}

export async function forgetKeys(client: Client, keys: readonly string[]): Promise<number> {
  const path = apiPath(['bulk', 'cache', 'clear']);
  return (await client.request<CacheCleared>(path, 'POST', { keys })).forgotten;
}

export async function forgetDag(client: Client, dagId: string): Promise<number> {
  const path = apiPath(['cache'], { dag_id: dagId });
  return (await client.request<CacheCleared>(path, 'DELETE')).forgotten;
}
