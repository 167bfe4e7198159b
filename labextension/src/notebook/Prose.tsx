/** What a person wrote in Markdown about a DAG, a task or a question, as JupyterLab shows Markdown. */
import * as React from 'react';

import type { Rendering } from './NotebookView';

/** Null where nothing renders Markdown: then its source is shown. */
export const ProseContext = React.createContext<Pick<Rendering, 'markdown'> | null>(null);

export function Prose({ source }: { source: string }): React.JSX.Element {
  const rendering = React.useContext(ProseContext);
  const ref = React.useRef<HTMLDivElement>(null);
  // Lumino takes its widgets away only while they are on the page: the cleanup of a layout effect comes in time.
  React.useLayoutEffect(() => {
    const rendered = ref.current === null ? null : rendering?.markdown(source, ref.current);
    return () => rendered?.dispose();
  }, [source, rendering]);
  return rendering === null ? (
    <p className="jp-nbflow-doc">{source}</p>
  ) : (
    <div className="jp-nbflow-prose" ref={ref} />
  );
}
