/** The verbs as commands: for the palette, for shortcuts, and for every button of the panels. */
import type { JupyterFrontEnd, JupyterFrontEndPlugin } from '@jupyterlab/application';
import {
  Dialog,
  ICommandPalette,
  Notification,
  showDialog,
  showErrorMessage
} from '@jupyterlab/apputils';
import type { CommandRegistry } from '@lumino/commands';
import type { ReadonlyPartialJSONObject } from '@lumino/coreutils';

import { messageOf } from '../client';
import { askToClear } from '../screens/clear-dialog';
import { askWithForm } from '../screens/form-dialog';
import { askToMark } from '../screens/mark-dialog';
import { askForRun } from '../screens/trigger-dialog';
import type { Texts } from '../text';
import { CommandIds, INbflowClient, INbflowModel, pluginId } from '../tokens';
import { argsSchema, textArg } from './args';
import { chooseDag } from './dag-page';

export const commandsPlugin: JupyterFrontEndPlugin<void> = {
  id: pluginId('commands'),
  description: 'Commands to trigger, pause, cancel and clear.',
  autoStart: true,
  requires: [INbflowClient, INbflowModel],
  optional: [ICommandPalette],
  activate: (
    app: JupyterFrontEnd,
    client: INbflowClient,
    model: INbflowModel,
    palette: ICommandPalette | null
  ) => {
    const verbs = new Verbs(client, model, app.commands);
    for (const [id, options] of Object.entries(verbs.options())) {
      app.commands.addCommand(id, options);
    }
    for (const command of [
      CommandIds.trigger,
      CommandIds.pause,
      CommandIds.unpause,
      CommandIds.answer,
      CommandIds.startScheduler,
      CommandIds.refresh
    ]) {
      palette?.addItem({ command, category: 'nbflow' });
    }
  }
};

type Args = ReadonlyPartialJSONObject;

class Verbs {
  private readonly texts: Texts;

  constructor(
    private readonly client: INbflowClient,
    private readonly model: INbflowModel,
    private readonly commands: CommandRegistry
  ) {
    this.texts = model.texts;
  }

  options(): Record<string, CommandRegistry.ICommandOptions> {
    const { texts } = this;
    const dag = { dag_id: texts.__('The DAG; asked for when left out') };
    const ofRun = { dag_id: texts.__('The DAG'), run_id: texts.__('The run') };
    return {
      [CommandIds.trigger]: {
        label: texts.__('Trigger DAG…'),
        caption: texts.__('Run a DAG now, with params of your choice'),
        describedBy: {
          args: argsSchema(dag, {
            params: { type: 'object', description: texts.__('Params; with them no form is shown') }
          })
        },
        execute: args => this.doing(() => this.trigger(args))
      },
      [CommandIds.pause]: {
        label: texts.__('Pause DAG…'),
        caption: texts.__('Make no more scheduled runs of a DAG; runs in progress go on'),
        describedBy: { args: argsSchema(dag) },
        execute: args => this.doing(() => this.setPaused(args, true))
      },
      [CommandIds.unpause]: {
        label: texts.__('Unpause DAG…'),
        caption: texts.__('Let a DAG follow its schedule again'),
        describedBy: { args: argsSchema(dag) },
        execute: args => this.doing(() => this.setPaused(args, false))
      },
      [CommandIds.cancel]: {
        label: texts.__('Cancel Run'),
        caption: texts.__('End a run with everything that runs in it'),
        describedBy: { args: argsSchema(ofRun) },
        execute: args => this.doing(() => this.cancel(args))
      },
      [CommandIds.clear]: {
        label: texts.__('Clear…'),
        caption: texts.__('Let tasks of a run run again, after a look at which'),
        describedBy: {
          args: argsSchema({ ...ofRun, task_id: texts.__('The task; left out: what failed') })
        },
        execute: args => this.doing(() => this.clear(args))
      },
      [CommandIds.mark]: {
        label: texts.__('Mark…'),
        caption: texts.__('Let a run or tasks of it count as success, failed or skipped'),
        describedBy: {
          args: argsSchema({ ...ofRun, task_id: texts.__('The task; left out: the run') })
        },
        execute: args => this.doing(() => this.mark(args))
      },
      [CommandIds.note]: {
        label: texts.__('Note on Run…'),
        caption: texts.__('Write a note that everybody sees on a run'),
        describedBy: { args: argsSchema(ofRun) },
        execute: args => this.doing(() => this.note(args))
      },
      [CommandIds.answer]: {
        label: texts.__('Answer What Tasks Ask…'),
        caption: texts.__('Open the task that has waited longest for a person'),
        describedBy: { args: argsSchema({ dag_id: texts.__('The DAG; left out: any') }) },
        execute: args => this.doing(() => this.answer(args))
      },
      [CommandIds.startScheduler]: {
        label: texts.__('Start a Scheduler'),
        caption: texts.__('Start a scheduler on the machine of the server, if none is alive'),
        describedBy: { args: argsSchema({}) },
        execute: () => this.doing(() => this.startScheduler())
      },
      [CommandIds.refresh]: {
        label: texts.__('Fetch DAGs Again'),
        caption: texts.__('Fetch the list of DAGs from the server again'),
        describedBy: { args: argsSchema({}) },
        execute: () => this.model.list.reload()
      }
    };
  }

  /** What goes wrong is shown to the person who asked. */
  private async doing(verb: () => Promise<void>): Promise<void> {
    try {
      await verb();
    } catch (error) {
      await showErrorMessage('nbflow', messageOf(error));
    }
  }

  private async trigger(args: Args): Promise<void> {
    const dagId = textArg(args, 'dag_id') ?? (await chooseDag(this.model));
    if (dagId === null) {
      return;
    }
    const { rest } = this.client;
    const detail = await rest.dag(dagId);
    const { params } = args;
    const given =
      typeof params === 'object' && params !== null && !Array.isArray(params) ? params : null;
    const hasForm = given === null && Object.keys(detail.params).length > 0;
    const receipt = hasForm
      ? await askForRun(rest, detail, this.texts)
      : await rest.trigger(dagId, (given ?? {}) as Record<string, unknown>);
    if (receipt !== null) {
      const asked = { dag_id: dagId, run_id: receipt.run_id, is_new: true };
      await this.commands.execute(CommandIds.openDag, asked);
    }
  }

  private async setPaused(args: Args, paused: boolean): Promise<void> {
    const dagId = textArg(args, 'dag_id') ?? (await chooseDag(this.model));
    if (dagId !== null) {
      await this.model.list.setPaused(dagId, paused);
    }
  }

  private async cancel(args: Args): Promise<void> {
    const { dagId, runId } = this.runOf(args);
    const { texts } = this;
    const answer = await showDialog({
      title: texts.__('Cancel this run?'),
      body: texts.__(
        'What runs in it is interrupted, what waits does not begin. Finished tasks stay finished.'
      ),
      buttons: [
        Dialog.cancelButton({ label: texts.__('Let it run') }),
        Dialog.warnButton({ label: texts.__('Cancel run') })
      ]
    });
    if (answer.button.accept) {
      await this.client.rest.cancel(dagId, runId);
    }
  }

  private async clear(args: Args): Promise<void> {
    const { dagId, runId } = this.runOf(args);
    const run = await this.client.rest.run(dagId, runId);
    if (await askToClear(this.client.rest, run, textArg(args, 'task_id'), this.texts)) {
      Notification.info(this.texts.__('The scheduler starts these tasks again.'), {
        autoClose: 3000
      });
    }
  }

  private async mark(args: Args): Promise<void> {
    const { dagId, runId } = this.runOf(args);
    const taskId = textArg(args, 'task_id');
    if (await askToMark(this.client.rest, { dagId, runId, taskId }, this.texts)) {
      Notification.info(this.texts.__('The scheduler marks this in a moment.'), {
        autoClose: 3000
      });
    }
  }

  private async note(args: Args): Promise<void> {
    const { dagId, runId } = this.runOf(args);
    const { texts } = this;
    const { run } = await this.client.rest.run(dagId, runId);
    const schema = { type: 'string', format: 'multiline', title: texts.__('Note') };
    await askWithForm(
      {
        title: texts.__('Note on this run'),
        accept: texts.__('Save'),
        spec: { note: { default: run.note, schema } },
        send: values => this.client.rest.setNote(dagId, runId, String(values.note))
      },
      texts
    );
  }

  private async answer(args: Args): Promise<void> {
    const dagId = textArg(args, 'dag_id');
    await this.model.questions.load();
    const open = this.model.questions.value.value ?? [];
    const first = open.find(one => dagId === null || one.dag_id === dagId);
    if (first === undefined) {
      Notification.info(this.texts.__('No task waits for a person.'), { autoClose: 3000 });
      return;
    }
    const { dag_id, run_id, task_id } = first;
    await this.commands.execute(CommandIds.openDag, { dag_id, run_id, task_id });
  }

  private async startScheduler(): Promise<void> {
    const { texts } = this;
    const told = this.client.rest
      .startScheduler()
      .then(({ alive, log }) =>
        alive
          ? texts.__('A scheduler is alive.')
          : texts.__('The scheduler gives no sign of life yet; its log is %1.', log)
      );
    Notification.promise(told, {
      pending: { message: texts.__('Starting a scheduler…') },
      success: { message: text => String(text), options: { autoClose: 4000 } },
      error: { message: messageOf }
    });
    await told.catch(() => undefined); // The notification tells.
  }

  private runOf(args: Args): { dagId: string; runId: string } {
    const dagId = textArg(args, 'dag_id');
    const runId = textArg(args, 'run_id');
    if (dagId === null || runId === null) {
      throw new Error(this.texts.__('This command needs a dag_id and a run_id.'));
    }
    return { dagId, runId };
  }
}
