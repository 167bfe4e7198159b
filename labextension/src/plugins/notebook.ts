/** Notebooks as DAGs: the preview beside a notebook, the badges on its cells, and runs of it. */
import {
  ILabShell,
  type JupyterFrontEnd,
  type JupyterFrontEndPlugin
} from '@jupyterlab/application';
import { ICommandPalette, MainAreaWidget } from '@jupyterlab/apputils';
import { INotebookTracker, type NotebookPanel } from '@jupyterlab/notebook';
import type { CommandRegistry } from '@lumino/commands';
import type { ReadonlyPartialJSONObject } from '@lumino/coreutils';

import { nbflowIcon, runCellsIcon, runDagIcon, scheduleIcon } from '../icons';
import { removeNotebook } from '../rest/notebooks';
import { runAll, runSelected, runWith } from '../screens/notebook-runs';
import { NotebookSession } from '../screens/notebook-session';
import { PreviewWidget } from '../screens/preview-widget';
import { askForSchedule } from '../screens/schedule-dialog';
import { CommandIds, INbflowClient, INbflowModel, pluginId } from '../tokens';
import { addCommands } from './allowed';
import { argsSchema, textArg } from './args';
import { doing } from './doing';
import { BesideNotebook, SideArea, type PreviewPlace } from './preview-place';

export const notebookPlugin: JupyterFrontEndPlugin<void> = {
  id: pluginId('notebook'),
  description: 'Shows notebooks as DAGs while they are edited, runs and schedules them.',
  autoStart: true,
  requires: [INbflowClient, INbflowModel, INotebookTracker],
  optional: [ILabShell, ICommandPalette],
  activate: (
    app: JupyterFrontEnd,
    client: INbflowClient,
    model: INbflowModel,
    tracker: INotebookTracker,
    labShell: ILabShell | null,
    palette: ICommandPalette | null
  ) => {
    const side = labShell === null ? new SideArea(app.shell) : new BesideNotebook(app.shell);
    const notebooks = new Notebooks(app, client, model, tracker, side);
    const options = notebooks.commands();
    addCommands(app.commands, model, options);
    for (const id of Object.keys(options)) {
      palette?.addItem({ command: id, category: 'nbflow' });
    }
  }
};

type Args = ReadonlyPartialJSONObject;

/** A notebook whose DAG is looked at: its session and the preview of it, which live and die together. */
interface Open {
  readonly session: NotebookSession;
  readonly preview: MainAreaWidget<PreviewWidget>;
}

class Notebooks {
  private readonly open = new Map<NotebookPanel, Open>();

  constructor(
    private readonly app: JupyterFrontEnd,
    private readonly client: INbflowClient,
    private readonly model: INbflowModel,
    private readonly tracker: INotebookTracker,
    private readonly side: PreviewPlace
  ) {
    tracker.currentChanged.connect(() => app.commands.notifyCommandChanged(CommandIds.notebookDag));
  }

  commands(): Record<string, CommandRegistry.ICommandOptions> {
    const { texts } = this.model;
    const args = argsSchema({
      path: texts.__('The notebook, which is open; left out: the one in front')
    });
    const isEnabled = (args: Args): boolean => this.panelOf(args) !== null;
    const of = (
      verb: (session: NotebookSession) => Promise<void>
    ): Pick<CommandRegistry.ICommandOptions, 'execute' | 'isEnabled' | 'describedBy'> => ({
      describedBy: { args },
      isEnabled,
      execute: given => doing(() => this.about(given, verb))
    });
    return {
      [CommandIds.notebookDag]: {
        label: texts.__('DAG'),
        caption: texts.__('Show this notebook as a DAG, live while it is edited'),
        icon: nbflowIcon,
        isToggleable: true,
        isToggled: given => this.isOpen(this.panelOf(given)),
        describedBy: { args },
        isEnabled,
        execute: given => doing(() => this.toggle(given))
      },
      [CommandIds.runNotebook]: {
        label: given => (given.toolbar ? '' : texts.__('Run Notebook as DAG')),
        caption: texts.__('Save the notebook and run it as a DAG'),
        icon: runDagIcon,
        ...of(session => runAll(session, texts))
      },
      [CommandIds.runCells]: {
        label: given => (given.toolbar ? '' : texts.__('Run Selected Cells as DAG')),
        caption: texts.__('Run the tasks of the selected cells, with what they need'),
        icon: runCellsIcon,
        ...of(session => runSelected(session, texts))
      },
      [CommandIds.runNotebookWith]: {
        label: texts.__('Run with Options…'),
        caption: texts.__('Run the notebook as a DAG with other params, or some tasks of it'),
        ...of(session => runWith(session, this.client, texts))
      },
      [CommandIds.scheduleNotebook]: {
        label: given => (given.toolbar ? '' : texts.__('Schedule Notebook…')),
        caption: texts.__('Run this notebook at set times'),
        icon: scheduleIcon,
        ...of(session => askForSchedule(session, this.client, texts))
      },
      [CommandIds.lintNotebook]: {
        label: texts.__('Show Notebook as DAG, with Lint'),
        caption: texts.__('Show the notebook as a DAG, with all that is wrong with it'),
        ...of(session => session.store.look(true))
      },
      [CommandIds.showCell]: {
        label: texts.__('Show Cell in DAG'),
        caption: texts.__('Show the task of the selected cell in the graph'),
        ...of(session => this.showCell(session))
      },
      [CommandIds.openNotebookDag]: {
        label: texts.__('Open Page of DAG'),
        caption: texts.__('Open the page of the DAG that this notebook is, with all its runs'),
        ...of(session => this.openPage(session))
      },
      [CommandIds.removeNotebook]: {
        label: texts.__('Remove from DAGs'),
        caption: texts.__('Let this notebook be no DAG of the project any more; its runs stay'),
        ...of(session => this.remove(session)),
        isEnabled: given => this.placeOf(given) === 'added'
      }
    };
  }

  private panelOf(args: Args): NotebookPanel | null {
    const path = textArg(args, 'path');
    return path === null
      ? this.tracker.currentWidget
      : (this.tracker.find(panel => panel.context.path === path) ?? null);
  }

  private placeOf(args: Args): string | null {
    const panel = this.panelOf(args);
    const open = panel === null ? undefined : this.open.get(panel);
    return open?.session.store.value.view?.dag?.place ?? null;
  }

  private isOpen(panel: NotebookPanel | null): boolean {
    return panel !== null && this.open.has(panel);
  }

  private async toggle(args: Args): Promise<void> {
    const panel = this.panelOf(args);
    const open = panel === null ? undefined : this.open.get(panel);
    if (open !== undefined) {
      this.side.toggle(open.preview);
    } else if (panel !== null) {
      await panel.context.ready;
      this.show(panel);
    }
  }

  /** Do something with a notebook, whose DAG is shown while it is done. */
  private async about(
    args: Args,
    verb: (session: NotebookSession) => Promise<void>
  ): Promise<void> {
    const panel = this.panelOf(args);
    if (panel !== null) {
      await panel.context.ready;
      await verb((this.open.get(panel) ?? this.show(panel)).session);
    }
  }

  private show(panel: NotebookPanel): Open {
    const { app, client, model } = this;
    const session = new NotebookSession({
      panel,
      client,
      texts: model.texts,
      localPath: path => app.serviceManager.contents.localPath(path),
      onShow: taskId => {
        session.store.select(taskId);
        this.side.activate(preview);
      }
    });
    const content = new PreviewWidget({ session, model, commands: app.commands });
    const preview = new MainAreaWidget({ content });
    preview.id = `nbflow-preview-${panel.id}`;
    preview.toolbar.hide();
    const open = { session, preview };
    this.open.set(panel, open);
    const close = (): void => preview.dispose();
    panel.disposed.connect(close);
    preview.disposed.connect(() => {
      panel.disposed.disconnect(close);
      this.open.delete(panel);
      session.dispose();
      app.commands.notifyCommandChanged(CommandIds.notebookDag);
    });
    this.side.add(preview, panel);
    app.commands.notifyCommandChanged(CommandIds.notebookDag);
    return open;
  }

  private async showCell(session: NotebookSession): Promise<void> {
    const { store } = session;
    await store.look();
    const [active] = session.selectedCells();
    const cell = store.value.view?.cells.find(({ cell_id }) => cell_id === active);
    store.select(cell?.task_id ?? null);
  }

  private async openPage({ store }: NotebookSession): Promise<void> {
    await store.look(true);
    const dag = store.value.view?.dag ?? null;
    if (dag === null || dag.place === 'other') {
      throw new Error(
        this.model.texts.__(
          'This notebook is no DAG of the project yet: it becomes one when it is run or scheduled.'
        )
      );
    }
    await this.app.commands.execute(CommandIds.openDag, { dag_id: dag.dag_id });
  }

  private async remove({ store }: NotebookSession): Promise<void> {
    await removeNotebook(this.client.rest, store.path);
    await store.look(true);
  }
}
