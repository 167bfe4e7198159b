/** What the administration shows, each table fetched while it is looked at. */
import type { RestClient } from '../client';
import type { Feed } from '../feed';
import { fetchSettings } from '../rest/admin';
import { fetchAssets } from '../rest/assets';
import { fetchPools } from '../rest/pools';
import { fetchConnections, fetchVariables } from '../rest/secrets';
import type {
  AssetView,
  ChangeView,
  ConnectionView,
  PoolView,
  SettingView,
  VariableView
} from '../wire';
import { AuditStore } from './audit';
import { CacheStore } from './cache';
import { Listing } from './listing';

type Api = Pick<RestClient, 'request'>;

export interface AdminStores {
  readonly pools: Listing<readonly PoolView[]>;
  readonly variables: Listing<readonly VariableView[]>;
  readonly connections: Listing<readonly ConnectionView[]>;
  readonly assets: Listing<readonly AssetView[]>;
  readonly settings: Listing<readonly SettingView[]>;
  readonly audit: AuditStore;
  readonly cache: CacheStore;
}

/** What a person has asked for may concern any table; the rest is about its own. */
function isAbout(...words: string[]): (change: ChangeView) => boolean {
  return ({ kind }) => kind === 'request' || words.some(word => kind.includes(word));
}

export function adminStores(api: Api, feed: Pick<Feed, 'onChanges'>): AdminStores {
  return {
    pools: new Listing(async () => (await fetchPools(api)).pools, feed, isAbout('pool', 'task')),
    variables: new Listing(
      async () => (await fetchVariables(api)).variables,
      feed,
      isAbout('variable')
    ),
    connections: new Listing(
      async () => (await fetchConnections(api)).connections,
      feed,
      isAbout('connection')
    ),
    assets: new Listing(async () => (await fetchAssets(api)).assets, feed, isAbout('asset')),
    settings: new Listing(
      async () => (await fetchSettings(api)).settings,
      feed,
      () => false
    ),
    audit: new AuditStore(api, feed),
    cache: new CacheStore(api, feed)
  };
}
