/**
 * Repairing a failed task in a notebook: attached to its living kernel or with its inputs loaded, then a run
 * with the edited cells, and the edit into the source when a person asks for that.
 */
import type { JupyterFrontEnd, JupyterFrontEndPlugin } from '@jupyterlab/application';
import { Dialog, Notification, showDialog, showErrorMessage } from '@jupyterlab/apputils';
import { INotebookTracker, type NotebookPanel } from '@jupyterlab/notebook';
import { ToolbarButton } from '@jupyterlab/ui-components';
import type { CommandRegistry } from '@lumino/commands';
import type { ReadonlyPartialJSONObject } from '@lumino/coreutils';

import { messageOf, type NotebookJson, type TaskRef } from '../client';
import { instanceName } from '../format';
import { whyNot, type CommandName } from '../live/permissions';
import {
  debug,
  debugNotebook,
  endKernel,
  promote,
  reconstructed,
  resume,
  type AttemptRef,
  type CellSources
} from '../rest/repair';
import { CommandIds, INbflowClient, INbflowModel, pluginId } from '../tokens';
import { addCommands } from './allowed';
import { argsSchema, numberArg, textArg } from './args';
import { openAsFile } from './open-as-file';

type Args = ReadonlyPartialJSONObject;

export const repairPlugin: JupyterFrontEndPlugin<void> = {
  id: pluginId('repair'),
  description: 'Opens failed tasks in notebooks, and runs them again with edited cells.',
  autoStart: true,
  requires: [INbflowClient, INbflowModel],
  optional: [INotebookTracker],
  activate: (
    app: JupyterFrontEnd,
    client: INbflowClient,
    model: INbflowModel,
    notebooks: INotebookTracker | null
  ) => {
    const repair = new Repair(app, client, model, notebooks);
    addCommands(app.commands, model, repair.options());
    notebooks?.widgetAdded.connect((_, panel) => void repair.addButtons(panel));
  }
};

class Repair {
  constructor(
    private readonly app: JupyterFrontEnd,
    private readonly client: INbflowClient,
    private readonly model: INbflowModel,
    private readonly notebooks: INotebookTracker | null
  ) {}

  options(): Record<string, CommandRegistry.ICommandOptions> {
    const { texts } = this.model;
    const describedBy = {
      args: argsSchema(
        {
          dag_id: texts.__('The DAG'),
          run_id: texts.__('The run'),
          task_id: texts.__('The task')
        },
        { try: { type: 'integer' }, map_index: { type: 'integer' } }
      )
    };
    const isEnabled = (): boolean => this.current() !== null;
    return {
      [CommandIds.debug]: {
        label: texts.__('Debug Failed Task'),
        caption: texts.__('Open the notebook of a failed task with the kernel it failed in'),
        describedBy,
        execute: args => this.doing(() => this.debug(args))
      },
      [CommandIds.reconstruct]: {
        label: texts.__('Reconstruct Task'),
        caption: texts.__('Open the cells of a task after one that loads its inputs'),
        describedBy,
        execute: args => this.doing(() => this.reconstruct(args))
      },
      [CommandIds.endKernel]: {
        label: texts.__('End Kernel of Failed Task'),
        describedBy,
        execute: args => this.doing(() => this.endKernel(args))
      },
      [CommandIds.resume]: {
        label: texts.__('Resume Run with These Cells'),
        caption: texts.__('Start a run of what did not succeed, with the cells as edited here'),
        describedBy: { args: argsSchema({}) },
        isEnabled,
        execute: () => this.doing(() => this.resume())
      },
      [CommandIds.promote]: {
        label: texts.__('Promote Edits to Source Notebook…'),
        caption: texts.__('Write the cells edited here into the notebook that the task comes from'),
        describedBy: { args: argsSchema({}) },
        isEnabled,
        execute: () => this.doing(() => this.promote())
      }
    };
  }

  /** A notebook that is about a task gets the ways on from there. */
  async addButtons(panel: NotebookPanel): Promise<void> {
    await panel.context.ready;
    if (panel.isDisposed || aboutOf(panel) === null) {
      return;
    }
    for (const [name, verb, label] of this.buttons()) {
      const id = CommandIds[verb];
      const onClick = (): void => {
        this.app.shell.activateById(panel.id);
        void this.app.commands.execute(id);
      };
      const tooltip = this.app.commands.caption(id);
      const enabled = whyNot(this.model.me.value, verb, this.model.texts) === null;
      panel.toolbar.insertBefore(
        'spacer',
        name,
        new ToolbarButton({ label, tooltip, onClick, enabled, className: `jp-${name}` })
      );
    }
  }

  private buttons(): [string, CommandName, string][] {
    const { texts } = this.model;
    return [
      ['nbflow-resume', 'resume', texts.__('Resume run')],
      ['nbflow-promote', 'promote', texts.__('Promote edits…')]
    ];
  }

  private async debug(args: Args): Promise<void> {
    const { rest } = this.client;
    const attempt = attemptOf(args);
    const session = await debug(rest, attempt);
    const notebook = await debugNotebook(rest, attempt);
    await this.open(attempt.ref, 'debug', notebook, { id: session.kernel_id });
  }

  private async reconstruct(args: Args): Promise<void> {
    const attempt = attemptOf(args);
    const notebook = await reconstructed(this.client.rest, attempt);
    await this.open(attempt.ref, 'reconstructed', notebook);
  }

  private async endKernel(args: Args): Promise<void> {
    await endKernel(this.client.rest, attemptOf(args));
    Notification.success(this.model.texts.__('The kernel has ended.'), { autoClose: 3000 });
  }

  private async open(
    ref: TaskRef,
    what: string,
    notebook: NotebookJson,
    kernel?: { id: string }
  ): Promise<void> {
    const title = `${ref.dagId} ${instanceName(ref.taskId, ref.mapIndex)} ${what}`;
    const path = await openAsFile(this.app, title, notebook, kernel);
    const panel = this.notebooks?.find(one => one.context.path === path);
    if (panel !== undefined) {
      await panel.revealed;
      showFailure(panel);
    }
  }

  private async resume(): Promise<void> {
    const { panel, attempt } = this.needed();
    const { dagId } = attempt.ref;
    const { texts } = this.model;
    const { run_id } = await resume(this.client.rest, attempt, cellsOf(panel));
    const openRun = {
      label: texts.__('Show the run'),
      callback: () => void this.app.commands.execute(CommandIds.openDag, { dag_id: dagId, run_id })
    };
    Notification.success(texts.__('Resumed in a new run of %1.', dagId), {
      autoClose: 8000,
      actions: [openRun]
    });
  }

  private async promote(): Promise<void> {
    const { panel, attempt } = this.needed();
    const { texts } = this.model;
    const answer = await showDialog({
      title: texts.__('Write your edits into the source notebook?'),
      body: texts.__(
        'Cells of %1 that you have edited replace those in the notebook of the DAG, unless somebody has changed them since the run.',
        attempt.ref.taskId
      ),
      buttons: [
        Dialog.cancelButton({ label: texts.__('Cancel') }),
        Dialog.okButton({ label: texts.__('Promote') })
      ]
    });
    if (!answer.button.accept) {
      return;
    }
    const { path } = await promote(this.client.rest, attempt, cellsOf(panel));
    Notification.success(texts.__('Written to %1.', path), { autoClose: 5000 });
  }

  private current(): { panel: NotebookPanel; about: Args } | null {
    const panel = this.notebooks?.currentWidget ?? null;
    const about = panel === null ? null : aboutOf(panel);
    return panel === null || about === null ? null : { panel, about };
  }

  private needed(): { panel: NotebookPanel; attempt: AttemptRef } {
    const found = this.current();
    if (found === null) {
      throw new Error(this.model.texts.__('This notebook is about no task of a run.'));
    }
    return { panel: found.panel, attempt: attemptOf(found.about) };
  }

  /** What goes wrong is shown to the person who asked. */
  private async doing(work: () => Promise<void>): Promise<void> {
    try {
      await work();
    } catch (error) {
      await showErrorMessage('nbflow', messageOf(error));
    }
  }
}

function attemptOf(args: Args): AttemptRef {
  const ref = {
    dagId: textArg(args, 'dag_id') ?? '',
    runId: textArg(args, 'run_id') ?? '',
    taskId: textArg(args, 'task_id') ?? '',
    mapIndex: numberArg(args, 'map_index') ?? -1
  };
  return { ref, tryNumber: numberArg(args, 'try') };
}

/** Which attempt a notebook is about; null for all others. */
function aboutOf(panel: NotebookPanel): Args | null {
  const ours = panel.model?.getMetadata('nbflow') as { repair?: Args } | undefined;
  return ours?.repair ?? null;
}

function cellsOf(panel: NotebookPanel): CellSources {
  const cells = [...(panel.model?.cells ?? [])].filter(cell => cell.type === 'code');
  return Object.fromEntries(cells.map(cell => [cell.id, cell.sharedModel.getSource()]));
}

/** Bring the cell that failed before the reader. */
function showFailure(panel: NotebookPanel): void {
  const { content } = panel;
  const place = content.widgets.findIndex(cell => {
    const ours = cell.model.getMetadata('nbflow') as { state?: string } | undefined;
    return ours?.state === 'failed' || ours?.state === 'timeout';
  });
  if (place >= 0) {
    content.activeCellIndex = place;
    void content.scrollToItem(place, 'center');
  }
}
