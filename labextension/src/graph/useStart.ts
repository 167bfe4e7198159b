/** The task that a graph opens at which is too large to be seen whole. */
import * as React from 'react';

import type { Layout } from './layout';
import { first, stopRect } from './navigation';
import type { NodeStates } from './node-states';
import type { Rect } from './viewport';

const URGENT = ['failed', 'running'];

/** What one came to look at: the first task that failed, else one that runs, else the first of all. */
export function startOf(layout: Layout, states: NodeStates | null): Rect | null {
  const ids = [...layout.boxes.keys()];
  const urgent = URGENT.map(state => ids.find(id => states?.get(id)?.state === state));
  const start = urgent.find(id => id !== undefined) ?? first(layout);
  return start === null ? null : stopRect(layout, start);
}

/** As it was when the graph was drawn, or the run came: what happens later does not move the view. */
export function useStart(layout: Layout, states: NodeStates | null): Rect | null {
  const hasRun = states !== null;
  const [known, setKnown] = React.useState(() => ({
    layout,
    hasRun,
    start: startOf(layout, states)
  }));
  if (known.layout !== layout || known.hasRun !== hasRun) {
    setKnown({ layout, hasRun, start: startOf(layout, states) });
  }
  return known.start;
}
