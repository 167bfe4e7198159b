/** DAGs and the assets between them: who makes what, who uses it or waits for it, and when it was made last. */
import * as React from 'react';

import { DagGraph } from '../graph/DagGraph';
import { around, dagNode, lineageTasks } from '../graph/lineage';
import type { ListingState } from '../live/listing';
import { useTexts } from '../text';
import type { AssetView, LineageView } from '../wire';
import { Loading, Notice } from './controls';

export interface LineageData {
  readonly lineage: LineageView;
  readonly assets: readonly AssetView[];
}

export interface LineageProps {
  readonly listing: ListingState<LineageData>;
  /** Only what leads to this DAG, and what comes of it; null for everything. */
  readonly dagId: string | null;
  readonly now: number;
  readonly onOpenDag: (dagId: string) => void;
  readonly onOpenAsset: (name: string) => void;
}

export function Lineage(props: LineageProps): React.JSX.Element {
  const { listing, dagId } = props;
  const trans = useTexts();
  if (listing.value === null) {
    return listing.error === null ? (
      <Loading lines={6} />
    ) : (
      <Notice kind="error" title={trans.__('This cannot be shown')}>
        <p>{listing.error}</p>
      </Notice>
    );
  }
  const { lineage } = listing.value;
  const shown = dagId === null ? lineage : around(lineage, dagNode(dagId));
  if (!shown.edges.length) {
    return (
      <Notice
        kind="empty"
        title={dagId === null ? trans.__('No assets yet') : trans.__('No assets here')}
      >
        <p>
          {trans.__(
            'A task that names an asset in its outlets makes it; a DAG can be scheduled by it.'
          )}
        </p>
      </Notice>
    );
  }
  return <Picture {...props} shown={shown} assets={listing.value.assets} />;
}

function Picture(
  props: LineageProps & {
    readonly shown: LineageView;
    readonly assets: readonly AssetView[];
  }
): React.JSX.Element {
  const { shown, assets, dagId, now, onOpenDag, onOpenAsset } = props;
  const trans = useTexts();
  const tasks = lineageTasks(shown, assets, now, trans);
  const open = (id: string): void => {
    const node = shown.nodes.find(one => one.id === id);
    if (node?.kind === 'dag') {
      onOpenDag(node.name);
    } else if (node !== undefined) {
      onOpenAsset(node.name);
    }
  };
  return (
    <div className="jp-nbflow-lineage" data-testid="nbflow-lineage">
      <DagGraph
        dagId={dagId ?? trans.__('all assets')}
        tasks={tasks}
        states={null}
        selected={null}
        onOpen={open}
      />
    </div>
  );
}
