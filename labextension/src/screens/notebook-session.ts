/** A notebook in JupyterLab whose DAG somebody looks at: what the server is sent of it, its badges, ways into it. */
import type { Cell } from '@jupyterlab/cells';
import type { NotebookPanel } from '@jupyterlab/notebook';

import { NotebookStore } from '../live/notebook';
import type { NotebookSent } from '../rest/notebooks';
import type { Texts } from '../text';
import type { INbflowClient } from '../tokens';
import { CellBadges } from './cell-badges';

const FLASH = 1600;

export interface SessionOptions {
  readonly panel: NotebookPanel;
  readonly client: INbflowClient;
  readonly texts: Texts;
  /** The path without the name of a drive, as the server's own. */
  readonly localPath: (path: string) => string;
  readonly onShow: (taskId: string) => void;
}

export class NotebookSession {
  readonly panel: NotebookPanel;
  readonly store: NotebookStore;
  private readonly badges: CellBadges;
  private readonly stopListening: () => void;

  constructor(options: SessionOptions) {
    const { panel, client, texts, localPath, onShow } = options;
    this.panel = panel;
    this.store = new NotebookStore(client.rest, client.feed, {
      path: () => localPath(panel.context.path),
      read: () => sentOf(panel)
    });
    this.badges = new CellBadges({ panel, store: this.store, texts, onShow });
    const { context } = panel;
    const { model } = context;
    const edited = (): void => this.store.edited();
    model.contentChanged.connect(edited);
    model.metadataChanged.connect(edited);
    context.pathChanged.connect(edited);
    this.stopListening = () => {
      model.contentChanged.disconnect(edited);
      model.metadataChanged.disconnect(edited);
      context.pathChanged.disconnect(edited);
    };
    void panel.context.ready.then(() => this.store.look());
  }

  dispose(): void {
    this.stopListening();
    this.badges.dispose();
    this.store.dispose();
  }

  /** The ids of the cells that are selected, or the one that is active. */
  selectedCells(): string[] {
    const notebook = this.panel.content;
    const chosen = notebook.widgets.filter(cell => notebook.isSelectedOrActive(cell));
    return chosen.map(cell => cell.model.id);
  }

  /** Bring a cell into view, and let it be seen which one it is. */
  async show(index: number, line: number | null = null): Promise<void> {
    const notebook = this.panel.content;
    const cell = notebook.widgets[index];
    if (cell === undefined) {
      return;
    }
    notebook.deselectAll();
    notebook.activeCellIndex = index;
    await notebook.scrollToCell(cell, 'center').catch(() => undefined); // It was scrolled away again.
    await cell.ready;
    flash(cell);
    if (line !== null && line > 0) {
      cell.editor?.setCursorPosition({ line: line - 1, column: 0 });
    }
  }

  /** Bring the first cell of a task into view. */
  async showTask(taskId: string): Promise<void> {
    const first = this.store.value.view?.cells.find(cell => cell.task_id === taskId);
    if (first !== undefined) {
      await this.show(first.index);
    }
  }
}

function flash(cell: Cell): void {
  cell.addClass('jp-nbflow-flash');
  setTimeout(() => !cell.isDisposed && cell.removeClass('jp-nbflow-flash'), FLASH);
}

/** The notebook without its outputs, which may be large and say nothing about the DAG. */
function sentOf({ context }: NotebookPanel): NotebookSent {
  const { model } = context;
  const cells = [...model.cells].map(({ id, type, sharedModel, metadata }) => ({
    id,
    cell_type: type,
    source: sharedModel.getSource(),
    metadata,
    ...(type === 'code' ? { outputs: [], execution_count: null } : {})
  }));
  const { metadata, nbformat } = model;
  return { cells, metadata, nbformat, nbformat_minor: Math.max(5, model.nbformatMinor) };
}
