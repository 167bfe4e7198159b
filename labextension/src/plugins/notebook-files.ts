/** Notebooks and DAG files in the file browser: run, open, schedule and look over, from the context menu. */
import type { JupyterFrontEnd, JupyterFrontEndPlugin } from '@jupyterlab/application';
import { InputDialog } from '@jupyterlab/apputils';
import type { IDocumentWidget } from '@jupyterlab/docregistry';
import { IFileBrowserFactory } from '@jupyterlab/filebrowser';
import type { CommandRegistry } from '@lumino/commands';

import { dagsOfFile } from '../preview/files';
import { CommandIds, INbflowModel, INbflowPages, pluginId } from '../tokens';
import { addCommands } from './allowed';
import { argsSchema, textArg } from './args';
import { doing } from './doing';

export const notebookFilesPlugin: JupyterFrontEndPlugin<void> = {
  id: pluginId('notebook-files'),
  description: 'Runs, opens, schedules and looks over notebooks and DAG files in the file browser.',
  autoStart: true,
  requires: [INbflowModel, INbflowPages],
  optional: [IFileBrowserFactory],
  activate: (
    app: JupyterFrontEnd,
    model: INbflowModel,
    pages: INbflowPages,
    browsers: IFileBrowserFactory | null
  ) => {
    const files = new Files(app, model, pages, browsers);
    addCommands(app.commands, model, files.commands());
  }
};

type Args = Parameters<CommandRegistry.CommandFunc<unknown>>[0];

class Files {
  constructor(
    private readonly app: JupyterFrontEnd,
    private readonly model: INbflowModel,
    private readonly pages: INbflowPages,
    private readonly browsers: IFileBrowserFactory | null
  ) {}

  commands(): Record<string, CommandRegistry.ICommandOptions> {
    const { texts } = this.model;
    const describedBy = {
      args: argsSchema({ path: texts.__('The file; left out: the one selected in the browser') })
    };
    const ofNotebook = (args: Args): boolean => isNotebook(this.pathOf(args));
    const ofBoth = (args: Args): boolean => ofNotebook(args) || this.dagsIn(args).length > 0;
    return {
      [CommandIds.runFile]: {
        label: texts.__('Run as DAG'),
        describedBy,
        isVisible: ofBoth,
        execute: args => doing(() => this.run(args))
      },
      [CommandIds.openFileDag]: {
        label: texts.__('Open DAG'),
        describedBy,
        isVisible: args => this.dagsIn(args).length > 0,
        execute: args => doing(() => this.ofChosenDag(args, CommandIds.openDag))
      },
      [CommandIds.scheduleFile]: {
        label: texts.__('Schedule…'),
        describedBy,
        isVisible: ofNotebook,
        execute: args => doing(() => this.inNotebook(args, CommandIds.scheduleNotebook))
      },
      [CommandIds.lintFile]: {
        label: texts.__('Show as DAG, with Lint'),
        describedBy,
        isVisible: ofNotebook,
        execute: args => doing(() => this.inNotebook(args, CommandIds.lintNotebook))
      }
    };
  }

  private pathOf(args: Args): string {
    const given = textArg(args, 'path');
    const selected = this.browsers?.tracker.currentWidget?.selectedItems().next();
    return given ?? (selected === undefined || selected.done ? '' : selected.value.path);
  }

  private dagsIn(args: Args): readonly string[] {
    const path = this.app.serviceManager.contents.localPath(this.pathOf(args));
    return dagsOfFile(this.model.list.value.dags ?? [], path);
  }

  private async run(args: Args): Promise<void> {
    if (isNotebook(this.pathOf(args))) {
      await this.inNotebook(args, CommandIds.runNotebook);
    } else {
      await this.ofChosenDag(args, CommandIds.trigger);
    }
  }

  /** Open the notebook and do it there, where one sees what comes of it. */
  private async inNotebook(args: Args, command: string): Promise<void> {
    const path = this.pathOf(args);
    const { commands } = this.app;
    // No address runs anything by itself: there the form asks first.
    const asked = command === CommandIds.runNotebook ? CommandIds.runNotebookWith : command;
    if (this.pages.openNotebook(path, asked)) {
      return;
    }
    const opened = (await commands.execute('docmanager:open', { path, factory: 'Notebook' })) as
      IDocumentWidget | undefined;
    await opened?.context.ready;
    await commands.execute(command, { path });
  }

  private async ofChosenDag(args: Args, command: string): Promise<void> {
    const dagId = await this.choose(this.dagsIn(args));
    if (dagId !== null) {
      await this.app.commands.execute(command, { dag_id: dagId });
    }
  }

  private async choose(dagIds: readonly string[]): Promise<string | null> {
    if (dagIds.length < 2) {
      return dagIds[0] ?? null;
    }
    const { texts } = this.model;
    const title = texts.__('Which DAG of this file?');
    const answer = await InputDialog.getItem({ title, items: [...dagIds], editable: false });
    return answer.button.accept ? answer.value : null;
  }
}

function isNotebook(path: string): boolean {
  return path.endsWith('.ipynb');
}
