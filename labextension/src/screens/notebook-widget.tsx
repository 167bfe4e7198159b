/** An executed notebook in the main area, to read: what has run is not edited, a copy of it may be. */
import { MainAreaWidget } from '@jupyterlab/apputils';
import { downloadIcon, notebookIcon, ReactWidget, ToolbarButton } from '@jupyterlab/ui-components';
import * as React from 'react';

import type { NotebookJson } from '../client';
import { notebookOf } from '../notebook/fold';
import { NotebookView, type Rendering } from '../notebook/NotebookView';
import { TextsContext, type Texts } from '../text';

export interface NotebookScreen {
  readonly title: string;
  readonly notebook: NotebookJson;
  readonly rendering: Rendering;
  readonly texts: Texts;
  /** Writes a copy among the user's files and opens it. */
  readonly onCopy: () => void;
  /** Downloads it as a page; null for the notebook of one task. */
  readonly onExport: (() => void) | null;
}

/** A widget of the main area, with a button that makes a copy to work with. */
export function notebookWidget(screen: NotebookScreen): MainAreaWidget {
  const { texts } = screen;
  const content = new NotebookReader(screen);
  const widget = new MainAreaWidget({ content });
  widget.title.label = screen.title;
  widget.title.icon = notebookIcon;
  widget.title.caption = texts.__('%1, executed; to read only', screen.title);
  widget.toolbar.addItem(
    'copy',
    new ToolbarButton({
      icon: notebookIcon,
      label: texts.__('Open a copy to edit'),
      tooltip: texts.__('Write a copy beside your files and open it as a notebook'),
      onClick: screen.onCopy
    })
  );
  if (screen.onExport !== null) {
    widget.toolbar.addItem(
      'export',
      new ToolbarButton({
        icon: downloadIcon,
        label: texts.__('Export as HTML'),
        tooltip: texts.__('Download it as one page for a browser'),
        onClick: screen.onExport
      })
    );
  }
  return widget;
}

class NotebookReader extends ReactWidget {
  constructor(private readonly screen: NotebookScreen) {
    super();
    this.addClass('jp-nbflow-host');
    this.addClass('jp-nbflow-reader');
  }

  protected override render(): React.JSX.Element {
    const { notebook, rendering, texts } = this.screen;
    return (
      <TextsContext.Provider value={texts}>
        <div className="jp-nbflow">
          <NotebookView notebook={notebookOf(notebook)} rendering={rendering} isFollowing={false} />
        </div>
      </TextsContext.Provider>
    );
  }
}
