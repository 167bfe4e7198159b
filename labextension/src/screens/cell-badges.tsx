/**
 * The badges above the cells of a notebook. They stand in the header that JupyterLab gives each cell, so that
 * the cell's own layout stays as it is; cells that JupyterLab has not drawn yet get theirs when it does.
 */
import type { Cell } from '@jupyterlab/cells';
import type { Notebook, NotebookPanel } from '@jupyterlab/notebook';
import * as React from 'react';
import { createRoot, type Root } from 'react-dom/client';

import type { NotebookStore } from '../live/notebook';
import { CellBadge } from '../panels/preview/CellBadge';
import { marksOf, type CellMark } from '../preview/mapping';
import { TextsContext, type Texts } from '../text';
import type { NotebookView } from '../wire';

export interface CellBadgesOptions {
  readonly panel: NotebookPanel;
  readonly store: NotebookStore;
  readonly texts: Texts;
  readonly onShow: (taskId: string) => void;
}

interface Badge {
  readonly host: HTMLElement;
  readonly root: Root;
}

const NO_MARKS: ReadonlyMap<string, CellMark> = new Map();

export class CellBadges {
  private readonly badges = new Map<string, Badge>();
  private readonly notebook: Notebook;
  private readonly stop: () => void;
  private marks: { readonly of: NotebookView | null; readonly all: typeof NO_MARKS } = {
    of: null,
    all: NO_MARKS
  };

  constructor(private readonly options: CellBadgesOptions) {
    this.notebook = options.panel.content;
    const drawCell = (_: Notebook, cell: Cell): void => this.drawCell(cell);
    this.notebook.cellInViewportChanged.connect(drawCell);
    const stop = options.store.subscribe(() => this.draw());
    this.stop = () => {
      stop();
      this.notebook.cellInViewportChanged.disconnect(drawCell);
    };
    this.draw();
  }

  dispose(): void {
    this.stop();
    for (const id of [...this.badges.keys()]) {
      this.remove(id);
    }
  }

  private draw(): void {
    const { view } = this.options.store.value;
    if (view !== this.marks.of) {
      this.marks = { of: view, all: view === null ? NO_MARKS : marksOf(view) };
    }
    const there = new Set(this.notebook.widgets.map(cell => cell.model.id));
    for (const id of [...this.badges.keys()]) {
      if (!there.has(id)) {
        this.remove(id);
      }
    }
    this.notebook.widgets.forEach(cell => this.drawCell(cell));
  }

  private drawCell(cell: Cell): void {
    const { id } = cell.model;
    const mark = this.marks.all.get(id);
    const header = cell.isDisposed ? null : cell.node.querySelector(':scope > .jp-CellHeader');
    if (mark === undefined || header === null) {
      this.remove(id);
      return;
    }
    const { store, texts, onShow } = this.options;
    const { states, selected } = store.value;
    const { taskId } = mark;
    const badge = this.badgeIn(header, id);
    badge.root.render(
      <TextsContext.Provider value={texts}>
        <CellBadge
          mark={mark}
          node={taskId === null ? undefined : states?.get(taskId)}
          isSelected={taskId !== null && taskId === selected}
          onShow={onShow}
        />
      </TextsContext.Provider>
    );
  }

  private badgeIn(header: Element, id: string): Badge {
    const known = this.badges.get(id);
    if (known?.host.parentElement === header) {
      return known;
    }
    this.remove(id);
    const host = document.createElement('div');
    header.append(host);
    const badge = { host, root: createRoot(host) };
    this.badges.set(id, badge);
    return badge;
  }

  private remove(id: string): void {
    const badge = this.badges.get(id);
    if (badge !== undefined) {
      this.badges.delete(id);
      badge.host.remove();
      // React does not like to be unmounted while it draws, which may have led here.
      queueMicrotask(() => badge.root.unmount());
    }
  }
}
