/** What the home page asks the server. */
import type { RestClient } from '../client';
import { apiPath } from '../urls';
import type { Overview } from '../wire';

export function fetchOverview(client: Pick<RestClient, 'request'>): Promise<Overview> {
  return client.request<Overview>(apiPath(['overview']));
}
