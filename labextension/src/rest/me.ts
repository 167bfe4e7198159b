/** Who the server takes this person for, and what it lets them do. */
import type { RestClient } from '../client';
import { apiPath } from '../urls';
import type { Me } from '../wire';

export function me(client: Pick<RestClient, 'request'>): Promise<Me> {
  return client.request(apiPath(['me']));
}
