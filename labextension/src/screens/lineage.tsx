/** The assets around a DAG, or of all, live while they are looked at. */
import type { CommandRegistry } from '@lumino/commands';
import * as React from 'react';

import { useNow } from '../graph/useNow';
import { Listing } from '../live/listing';
import { useStore } from '../live/store';
import { Lineage, type LineageData } from '../panels/Lineage';
import { fetchAssets, fetchLineage } from '../rest/assets';
import { CommandIds, type INbflowClient } from '../tokens';

const TICK = 30_000;

export function LiveLineage({
  client,
  commands,
  dagId
}: {
  readonly client: INbflowClient;
  readonly commands: CommandRegistry;
  readonly dagId: string | null;
}): React.JSX.Element {
  const [listing] = React.useState(
    () =>
      new Listing<LineageData>(
        async () => {
          const [lineage, { assets }] = await Promise.all([
            fetchLineage(client.rest),
            fetchAssets(client.rest)
          ]);
          return { lineage, assets };
        },
        client.feed,
        ({ kind }) => kind.includes('asset') || kind === 'dag'
      )
  );
  React.useEffect(() => listing.open(), [listing]);
  return (
    <Lineage
      listing={useStore(listing)}
      dagId={dagId}
      now={useNow(true, TICK)}
      onOpenDag={id => void commands.execute(CommandIds.openDag, { dag_id: id })}
      onOpenAsset={asset => void commands.execute(CommandIds.openAdmin, { tab: 'assets', asset })}
    />
  );
}
