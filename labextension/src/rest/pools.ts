/** Pools: which there are, and changing them. */
import type { RestClient } from '../client';
import { apiPath } from '../urls';
import type { PoolList } from '../wire';

type Client = Pick<RestClient, 'request'>;

export interface PoolBody {
  readonly slots: number;
  readonly description: string;
  readonly include_deferred: boolean;
}

export function fetchPools(client: Client): Promise<PoolList> {
  return client.request(apiPath(['pools']));
}

export function savePool(client: Client, name: string, pool: PoolBody): Promise<unknown> {
  return client.request(apiPath(['pools', name]), 'PUT', pool);
}

export function deletePool(client: Client, name: string): Promise<unknown> {
  return client.request(apiPath(['pools', name]), 'DELETE');
}
