/** Shows the picture of a DAG in a notebook where its live view went with the kernel. */
import type { JupyterFrontEnd, JupyterFrontEndPlugin } from '@jupyterlab/application';
import { CodeCell } from '@jupyterlab/cells';
import { INotebookTracker, type NotebookPanel } from '@jupyterlab/notebook';

import { showPictures, type Bundle } from '../screens/stand-in';
import { pluginId } from '../tokens';

export const standInPlugin: JupyterFrontEndPlugin<void> = {
  id: pluginId('stand-in'),
  description: 'Shows pictures in notebooks in place of live views whose kernel is gone.',
  autoStart: true,
  requires: [INotebookTracker],
  activate: (_: JupyterFrontEnd, tracker: INotebookTracker) => {
    const keep = (panel: NotebookPanel): void => {
      const stop = showPictures(panel.content.node, output => bundleOf(panel, output));
      panel.disposed.connect(stop);
    };
    tracker.forEach(keep);
    tracker.widgetAdded.connect((_, panel) => keep(panel));
  }
};

/** What the output of a notebook holds that this node shows. */
function bundleOf(panel: NotebookPanel, output: HTMLElement): Bundle | null {
  const cell = panel.content.widgets.find(one => one.node.contains(output));
  if (!(cell instanceof CodeCell)) {
    return null;
  }
  const { model, widgets } = cell.outputArea;
  const place = widgets.findIndex(one => one.node.contains(output));
  return place < 0 || place >= model.length ? null : model.get(place).data;
}
