/** Ids of elements, for labels and for what controls what. */

import * as React from 'react';

// The panel and the widgets in notebooks are bundles of their own, on one page.
const bundle = Math.random().toString(36).slice(2, 8);
let given = 0;

/**
 * An id that nothing else on the page has. React's own `useId` begins anew in each root, and every
 * page and dialog in JupyterLab is one: radio buttons of two dialogs would be one choice.
 */
export function useElementId(): string {
  return React.useState(() => `jp-nbflow-${bundle}-${(given += 1)}`)[0];
}
