/**
 * The live widget of a DAG or a run, as an anywidget module: what a notebook shows for `dag.view()` and
 * `run.watch()`. Nothing here or below it may import @jupyterlab/*: it also runs in VS Code and Colab.
 */
import * as React from 'react';
import { createRoot } from 'react-dom/client';

import '../style/widget.css';

/** The part of anywidget's model that this module uses. */
export interface WidgetModel {
  get(name: string): unknown;
  on(event: string, callback: () => void): void;
  off(event: string, callback: () => void): void;
}

export interface RenderContext {
  model: WidgetModel;
  el: HTMLElement;
}

function textOf(model: WidgetModel, name: string): string {
  const value = model.get(name);
  return typeof value === 'string' ? value : '';
}

function Title({ model }: { model: WidgetModel }): React.JSX.Element {
  const [title, setTitle] = React.useState(() => textOf(model, 'title'));
  React.useEffect(() => {
    const update = (): void => setTitle(textOf(model, 'title'));
    model.on('change:title', update);
    return () => model.off('change:title', update);
  }, [model]);
  return <div className="jp-nbflow-widget">{title}</div>;
}

/** Draws the widget into `el`; the function it returns takes it down again. */
export function render({ model, el }: RenderContext): () => void {
  const root = createRoot(el);
  root.render(<Title model={model} />);
  return () => root.unmount();
}

export default { render };
