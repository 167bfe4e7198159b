/** How a person wants to see the graph of a DAG, remembered per DAG in the browser. */
import * as React from 'react';

import type { Orientation } from './orientation';
import { recall, remember } from './remembered';

export interface GraphLook {
  readonly orientation: Orientation;
  /** The small picture of all, where not all is in view. */
  readonly hasMinimap: boolean;
  /** Whether the critical path of a run is marked. */
  readonly isCritical: boolean;
  /** Whether what tasks make and read is drawn beside them. */
  readonly hasAssets: boolean;
}

const AT_FIRST: GraphLook = {
  orientation: 'right',
  hasMinimap: true,
  isCritical: false,
  hasAssets: false
};

export type ChangeLook = (change: Partial<GraphLook>) => void;

export function useGraphLook(dagId: string): [GraphLook, ChangeLook] {
  const [known, setKnown] = React.useState(() => ({ dagId, look: remembered(dagId) }));
  if (known.dagId !== dagId) {
    setKnown({ dagId, look: remembered(dagId) });
  }
  const { look } = known;
  const change = React.useCallback<ChangeLook>(
    changed => {
      const next = { ...look, ...changed };
      remember(keyOf(dagId), next);
      setKnown({ dagId, look: next });
    },
    [dagId, look]
  );
  return [look, change];
}

function keyOf(dagId: string): string {
  return `nbflow:graph-look:${dagId}`;
}

function remembered(dagId: string): GraphLook {
  const found = recall(keyOf(dagId));
  const { orientation, hasMinimap, isCritical, hasAssets } = (found ?? {}) as Partial<GraphLook>;
  return {
    orientation: orientation === 'down' ? 'down' : AT_FIRST.orientation,
    hasMinimap: hasMinimap ?? AT_FIRST.hasMinimap,
    isCritical: isCritical ?? AT_FIRST.isCritical,
    hasAssets: hasAssets ?? AT_FIRST.hasAssets
  };
}
