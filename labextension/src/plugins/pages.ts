/** Where pages of nbflow are shown; see INbflowPages for the three kinds of places. */
import type { JupyterFrontEnd, JupyterFrontEndPlugin } from '@jupyterlab/application';
import { Notification } from '@jupyterlab/apputils';
import { PageConfig, URLExt } from '@jupyterlab/coreutils';
import type { DocumentRegistry } from '@jupyterlab/docregistry';
import { TabPanel, type Widget } from '@lumino/widgets';

import { queryFor, withQuery } from '../places';
import type { Texts } from '../text';
import { INbflowModel, INbflowPages, pluginId } from '../tokens';

type Args = Readonly<Record<string, unknown>>;

export const pagesPlugin: JupyterFrontEndPlugin<INbflowPages> = {
  id: pluginId('pages'),
  description: 'Shows pages where JupyterLab or Notebook has room for them.',
  autoStart: true,
  requires: [INbflowModel],
  provides: INbflowPages,
  activate: ({ shell }: JupyterFrontEnd, { texts }: INbflowModel): INbflowPages => {
    const page = notebookPage();
    if (page === '') {
      return new LabPages(shell);
    }
    return page === 'tree' ? new TreePages(shell, texts) : new DocumentPages(texts);
  }
};

/** Which page of Notebook this is: tree, notebooks, edit, consoles or terminals; nothing in JupyterLab. */
export function notebookPage(): string {
  return PageConfig.getOption('notebookPage');
}

/** When pages can be shown, and every command is there: Notebook's tree view is, before all plugins are. */
export async function ready({ started, restored }: JupyterFrontEnd): Promise<void> {
  await started;
  await restored;
}

/** JupyterLab: every page in the main area, which its own layout brings back. */
class LabPages implements INbflowPages {
  constructor(private readonly shell: JupyterFrontEnd.IShell) {}

  openElsewhere(): boolean {
    return false;
  }

  openNotebook(): boolean {
    return false;
  }

  add(page: Widget, options: DocumentRegistry.IOpenOptions = {}): void {
    this.shell.add(page, 'main', { type: 'nbflow', ...options });
  }

  activate(page: Widget): void {
    this.shell.activateById(page.id);
  }

  keep(): void {
    // The layout does.
  }

  addressOf(command: string, args: Args): string {
    return address('lab', queryFor(command, args));
  }
}

/** A page of Notebook that holds one document: whatever else is asked for, the tree view shows. */
class DocumentPages implements INbflowPages {
  constructor(private readonly texts: Texts) {}

  openElsewhere(command: string, args: Args): boolean {
    openTab(this.addressOf(command, args), this.texts);
    return true;
  }

  openNotebook(path: string, command: string): boolean {
    openTab(notebookAddress(path, command), this.texts);
    return true;
  }

  add(): void {
    throw new Error('A page of Notebook with a document in it has room for no other.');
  }

  activate(): void {
    this.add();
  }

  keep(): void {
    this.add();
  }

  addressOf(command: string, args: Args): string {
    return address('tree', queryFor(command, args));
  }
}

/** Notebook's tree view: each page is a tab beside the files, and the address says which one is in front. */
class TreePages implements INbflowPages {
  private readonly kept = new Map<Widget, string>();
  private readonly title = document.title;

  constructor(
    private readonly shell: JupyterFrontEnd.IShell,
    private readonly texts: Texts
  ) {}

  openElsewhere(): boolean {
    return false;
  }

  openNotebook(path: string, command: string): boolean {
    openTab(notebookAddress(path, command), this.texts);
    return true;
  }

  add(page: Widget): void {
    const { tree } = this;
    this.kept.set(page, '');
    page.title.closable = true;
    page.disposed.connect(() => this.kept.delete(page));
    tree.addWidget(page);
    tree.currentChanged.connect(this.tell);
  }

  activate(page: Widget): void {
    this.tree.currentWidget = page;
    page.activate();
  }

  keep(page: Widget, command: string, args: Args): void {
    this.kept.set(page, queryFor(command, args) ?? '');
    this.tell();
  }

  addressOf(command: string, args: Args): string {
    return address('tree', queryFor(command, args));
  }

  /** What is in front, in the address and in the title of the browser's tab. */
  private readonly tell = (): void => {
    const front = this.tree.currentWidget;
    const query = front === null ? undefined : this.kept.get(front);
    const { pathname, search, hash } = window.location;
    const now = withQuery(search, query === undefined || query === '' ? null : query);
    if (now !== search) {
      window.history.replaceState(window.history.state, '', pathname + now + hash);
    }
    document.title = front === null || query === undefined ? this.title : front.title.label;
  };

  private get tree(): TabPanel {
    const { currentWidget } = this.shell;
    if (!(currentWidget instanceof TabPanel)) {
      throw new Error('The tree view of Notebook is not there yet.');
    }
    return currentWidget;
  }
}

function notebookAddress(path: string, command: string): string {
  return address(URLExt.join('notebooks', URLExt.encodeParts(path)), queryFor(command, {}));
}

function address(path: string, query: string | null): string {
  const place = URLExt.join(PageConfig.getBaseUrl(), path);
  return new URL(place, window.location.href).href + withQuery('', query);
}

/** Browsers refuse to open what comes long after the click: then there is one more thing to click on. */
function openTab(place: string, texts: Texts): void {
  if (window.open(place) === null) {
    Notification.info(texts.__('The browser has not let a new tab be opened.'), {
      autoClose: false,
      actions: [{ label: texts.__('Open It'), callback: () => window.open(place) }]
    });
  }
}
