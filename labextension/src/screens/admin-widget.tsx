/** The administration in the main area: its tables, live while they are looked at. */
import { ReactWidget } from '@jupyterlab/ui-components';
import type { CommandRegistry } from '@lumino/commands';
import * as React from 'react';

import { useNow } from '../graph/useNow';
import { nbflowIcon } from '../icons';
import { adminStores, type AdminStores } from '../live/admin';
import { Listing } from '../live/listing';
import { Store, useStore } from '../live/store';
import { AdminPage, type AdminTab } from '../panels/admin/AdminPage';
import { Assets } from '../panels/admin/Assets';
import { Audit } from '../panels/admin/Audit';
import { Pools } from '../panels/admin/Pools';
import { Connections, Variables } from '../panels/admin/Secrets';
import { Settings } from '../panels/admin/Settings';
import { Boundary } from '../panels/Boundary';
import { fetchAssetEvents } from '../rest/assets';
import { CommandIds, type INbflowClient, type INbflowModel } from '../tokens';
import type { AssetEventView } from '../wire';
import { AdminVerbs } from './admin-verbs';
import { LiveCache } from './cache';
import { CacheVerbs } from './cache-verbs';
import { LiveLineage } from './lineage';
import { WithModel } from './WithModel';

const TICK = 30_000;

export class AdminWidget extends ReactWidget {
  readonly tab = new Store<AdminTab>('pools');
  /** The asset whose events are shown among the assets; null for none. */
  readonly asset = new Store<string | null>(null);
  private readonly stores: AdminStores;
  private readonly verbs: AdminVerbs;
  private readonly cacheVerbs: CacheVerbs;

  constructor(
    private readonly client: INbflowClient,
    private readonly model: INbflowModel,
    private readonly commands: CommandRegistry
  ) {
    super();
    this.stores = adminStores(client.rest, client.feed);
    this.verbs = new AdminVerbs(client.rest, this.stores, model.preferences, model.texts);
    const { cache } = this.stores;
    this.cacheVerbs = new CacheVerbs(client.rest, cache, model.preferences, model.texts);
    this.addClass('jp-nbflow-host');
    this.title.icon = nbflowIcon;
    this.title.label = model.texts.__('nbflow: Administration');
  }

  protected override render(): React.JSX.Element {
    const { client, model, commands, stores, verbs, cacheVerbs, tab, asset } = this;
    return (
      <WithModel model={model}>
        <Boundary>
          <LiveAdmin {...{ client, model, commands, stores, verbs, cacheVerbs, tab, asset }} />
        </Boundary>
      </WithModel>
    );
  }
}

interface LiveProps {
  readonly client: INbflowClient;
  readonly model: INbflowModel;
  readonly commands: CommandRegistry;
  readonly stores: AdminStores;
  readonly verbs: AdminVerbs;
  readonly cacheVerbs: CacheVerbs;
  readonly tab: Store<AdminTab>;
  readonly asset: Store<string | null>;
}

function LiveAdmin(props: LiveProps): React.JSX.Element {
  const { model, commands } = props;
  const tab = useStore(props.tab);
  const { importErrors } = useStore(model.list);
  return (
    <AdminPage
      tab={tab}
      importErrors={importErrors}
      onChooseTab={next => props.tab.set(next)}
      onOpenFile={path => void commands.execute(CommandIds.openFile, { path })}
    >
      <Shown {...props} current={tab} />
    </AdminPage>
  );
}

function Shown(props: LiveProps & { readonly current: AdminTab }): React.JSX.Element | null {
  switch (props.current) {
    case 'pools':
      return <LivePools {...props} />;
    case 'variables':
      return <LiveVariables {...props} />;
    case 'connections':
      return <LiveConnections {...props} />;
    case 'assets':
      return <LiveAssets {...props} />;
    case 'lineage':
      return <LiveLineage client={props.client} commands={props.commands} dagId={null} />;
    case 'cache':
      return <LiveCache {...props} store={props.stores.cache} verbs={props.cacheVerbs} />;
    case 'errors':
      return null;
    case 'audit':
      return <LiveAudit {...props} />;
    case 'settings':
      return <LiveSettings {...props} />;
  }
}

function useListing<T>(listing: Listing<T>): Listing<T>['value'] {
  React.useEffect(() => listing.open(), [listing]);
  return useStore(listing);
}

function LiveAudit({ stores, commands }: LiveProps): React.JSX.Element {
  const { audit } = stores;
  React.useEffect(() => audit.open(), [audit]);
  return (
    <Audit
      state={useStore(audit)}
      now={useNow(true, TICK)}
      onAsk={change => audit.ask(change)}
      onMore={() => void audit.loadMore()}
      onReload={() => void audit.load()}
      onOpenDag={(dagId, runId) =>
        void commands.execute(CommandIds.openDag, { dag_id: dagId, run_id: runId })
      }
    />
  );
}

function LiveSettings({ stores }: LiveProps): React.JSX.Element {
  return (
    <Settings listing={useListing(stores.settings)} onReload={() => void stores.settings.load()} />
  );
}

function LivePools({ stores, verbs }: LiveProps): React.JSX.Element {
  return (
    <Pools
      listing={useListing(stores.pools)}
      onEdit={pool => void verbs.editPool(pool)}
      onDelete={pool => void verbs.deletePool(pool)}
      onReload={() => void stores.pools.load()}
    />
  );
}

function LiveVariables({ stores, verbs }: LiveProps): React.JSX.Element {
  return (
    <Variables
      listing={useListing(stores.variables)}
      now={useNow(true, TICK)}
      onEdit={variable => void verbs.editVariable(variable)}
      onDelete={variable => void verbs.deleteVariable(variable)}
      onReload={() => void stores.variables.load()}
    />
  );
}

function LiveConnections({ stores, verbs }: LiveProps): React.JSX.Element {
  return (
    <Connections
      listing={useListing(stores.connections)}
      now={useNow(true, TICK)}
      onEdit={connection => void verbs.editConnection(connection)}
      onDelete={connection => void verbs.deleteConnection(connection)}
      onTest={connection => void verbs.testConnection(connection)}
      onReload={() => void stores.connections.load()}
    />
  );
}

function LiveAssets(props: LiveProps): React.JSX.Element {
  const { stores } = props;
  const chosen = useStore(props.asset);
  const onChoose = (name: string | null): void => props.asset.set(name);
  const shown = { ...props, chosen, onChoose, listing: useListing(stores.assets) };
  return chosen === null ? (
    <AssetTable {...shown} events={null} />
  ) : (
    <AssetsWithEvents key={chosen} {...shown} chosen={chosen} />
  );
}

type AssetTableProps = LiveProps &
  Pick<React.ComponentProps<typeof Assets>, 'listing' | 'chosen' | 'events' | 'onChoose'>;

function AssetsWithEvents(
  props: Omit<AssetTableProps, 'events'> & { readonly chosen: string }
): React.JSX.Element {
  const { client, chosen } = props;
  const [listing] = React.useState(
    () =>
      new Listing<readonly AssetEventView[]>(
        async () => (await fetchAssetEvents(client.rest, chosen)).events,
        client.feed,
        ({ kind }) => kind.includes('asset') || kind === 'run_created'
      )
  );
  return <AssetTable {...props} events={useListing(listing)} />;
}

function AssetTable(props: AssetTableProps): React.JSX.Element {
  const { stores, verbs, commands, listing, chosen, events, onChoose } = props;
  return (
    <Assets
      {...{ listing, chosen, events, onChoose }}
      now={useNow(true, TICK)}
      onEmit={asset => void verbs.emit(asset)}
      onOpenDag={(dagId, runId, taskId) =>
        void commands.execute(CommandIds.openDag, {
          dag_id: dagId,
          run_id: runId,
          task_id: taskId
        })
      }
      onReload={() => void stores.assets.load()}
    />
  );
}
