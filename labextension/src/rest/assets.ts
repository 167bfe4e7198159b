/** Assets: which there are, what happened to them, and who makes and uses them. */
import type { RestClient } from '../client';
import { apiPath } from '../urls';
import type { AssetEventList, AssetList, LineageView, RequestReceipt } from '../wire';

type Client = Pick<RestClient, 'request'>;

export function fetchAssets(client: Client): Promise<AssetList> {
  return client.request(apiPath(['assets']));
}

/** Which DAGs make which assets, and which use them or wait for them. */
export function fetchLineage(client: Client): Promise<LineageView> {
  return client.request(apiPath(['lineage']));
}

/** The newest events of an asset, or those before what an earlier page gave as `next`. */
export function fetchAssetEvents(
  client: Client,
  name: string,
  before: string | null = null
): Promise<AssetEventList> {
  return client.request(apiPath(['assets', name, 'events'], { before, limit: 25 }));
}

/** Say that an asset was made. */
export function emitAsset(
  client: Client,
  name: string,
  extra: Readonly<Record<string, unknown>>
): Promise<RequestReceipt> {
  return client.request(apiPath(['assets', name, 'events']), 'POST', { extra });
}
