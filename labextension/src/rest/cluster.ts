/** The cluster: its workers and what they do, how many there are to be, and Dask's own dashboard. */
import type { RestClient } from '../client';
import { apiPath } from '../urls';
import type { ClusterDetail, ClusterScaled, DashboardView } from '../wire';

type Client = Pick<RestClient, 'request'>;

export function clusterDetail(client: Client): Promise<ClusterDetail> {
  return client.request(apiPath(['cluster']));
}

/** Where Dask's dashboard is, tried by the server. */
export function dashboard(client: Client): Promise<DashboardView> {
  return client.request(apiPath(['cluster', 'dashboard']));
}

/** Ask for more or fewer workers; what the scheduler says to it. */
export function scaleCluster(
  client: Client,
  minimum: number,
  maximum: number
): Promise<ClusterScaled> {
  return client.request(apiPath(['cluster', 'scale']), 'POST', { minimum, maximum });
}
