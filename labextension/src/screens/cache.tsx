/** The cache in the administration, live while it is looked at. */
import type { CommandRegistry } from '@lumino/commands';
import * as React from 'react';

import { useNow } from '../graph/useNow';
import type { CacheStore } from '../live/cache';
import { Listing } from '../live/listing';
import { useStore } from '../live/store';
import { Cache } from '../panels/admin/Cache';
import { fetchCached } from '../rest/cache';
import { CommandIds, type INbflowClient } from '../tokens';
import type { CacheDetail } from '../wire';
import type { CacheVerbs } from './cache-verbs';

const TICK = 30_000;

export interface LiveCacheProps {
  readonly client: INbflowClient;
  readonly commands: CommandRegistry;
  readonly store: CacheStore;
  readonly verbs: CacheVerbs;
}

export function LiveCache({ client, commands, store, verbs }: LiveCacheProps): React.JSX.Element {
  const state = useStore(store);
  const now = useNow(true, TICK);
  const [shown, setShown] = React.useState<string | null>(null);
  const [detail] = React.useState(() => new Detail(client));
  React.useEffect(() => store.open(), [store]);
  React.useEffect(() => detail.show(shown), [detail, shown]);
  return (
    <Cache
      state={state}
      canShowMore={store.canShowMore}
      now={now}
      shown={shown}
      detail={useStore(detail.listing)}
      onSearch={search => store.find(search)}
      onMore={() => void store.showMore()}
      onShow={setShown}
      onForget={results => verbs.forget(results)}
      onForgetDag={() => void verbs.forgetDag()}
      onOpenRun={({ dag_id, run_id, task_id, map_index }) =>
        void commands.execute(CommandIds.openDag, { dag_id, run_id, task_id, map_index })
      }
      onReload={() => void store.load()}
    />
  );
}

/** The values of the one result that is shown. */
class Detail {
  private key = '';
  readonly listing: Listing<CacheDetail>;

  constructor(client: INbflowClient) {
    this.listing = new Listing(
      () => fetchCached(client.rest, this.key),
      client.feed,
      () => false
    );
  }

  show(key: string | null): void {
    this.listing.set({ value: null, error: null, isForbidden: false });
    if (key !== null) {
      this.key = key;
      void this.listing.load();
    }
  }
}
