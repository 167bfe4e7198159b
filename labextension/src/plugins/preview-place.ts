/** Where the preview of a notebook is: beside it in JupyterLab's main area, in the right side area of Notebook. */
import type { JupyterFrontEnd } from '@jupyterlab/application';
import { SplitPanel, type Widget } from '@lumino/widgets';

export interface PreviewPlace {
  add(preview: Widget, notebook: Widget): void;
  activate(preview: Widget): void;
  /** What the button does to a preview that is there already. */
  toggle(preview: Widget): void;
}

export class BesideNotebook implements PreviewPlace {
  constructor(private readonly shell: JupyterFrontEnd.IShell) {}

  add(preview: Widget, notebook: Widget): void {
    this.shell.add(preview, 'main', { mode: 'split-right', ref: notebook.id, activate: false });
  }

  activate(preview: Widget): void {
    this.shell.activateById(preview.id);
  }

  toggle(preview: Widget): void {
    preview.dispose();
  }
}

/** Notebook's shares of left, middle and right: as it has them, but for room for a graph on the right. */
const SHARES = [1, 2, 2];

/** What Notebook's shell can besides what every shell can. */
interface Collapsing {
  collapse?: (area: string) => void;
}

export class SideArea implements PreviewPlace {
  constructor(private readonly shell: JupyterFrontEnd.IShell) {}

  add(preview: Widget): void {
    this.shell.add(preview, 'right');
    this.activate(preview);
    sharesOf(preview)?.setRelativeSizes(SHARES);
  }

  activate(preview: Widget): void {
    this.shell.activateById(preview.id);
  }

  /** The side area may have been closed over it, or show something else. */
  toggle(preview: Widget): void {
    if (preview.isVisible) {
      preview.dispose();
      (this.shell as Collapsing).collapse?.('right');
    } else {
      this.activate(preview);
    }
  }
}

function sharesOf(widget: Widget): SplitPanel | null {
  for (let around = widget.parent; around !== null; around = around.parent) {
    if (around instanceof SplitPanel && around.orientation === 'horizontal') {
      return around;
    }
  }
  return null;
}
