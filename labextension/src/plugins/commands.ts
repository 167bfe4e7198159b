/** The verbs as commands: for the palette, for shortcuts, and for every button of the panels. */
import type { JupyterFrontEnd, JupyterFrontEndPlugin } from '@jupyterlab/application';
import { ICommandPalette, Notification } from '@jupyterlab/apputils';
import type { CommandRegistry } from '@lumino/commands';
import type { ReadonlyPartialJSONObject } from '@lumino/coreutils';

import { messageOf } from '../client';
import { isFinished } from '../states';
import { askToPause } from '../screens/pause-dialog';
import { askForRun } from '../screens/trigger-dialog';
import type { Texts } from '../text';
import { CommandIds, INbflowClient, INbflowModel, pluginId } from '../tokens';
import { addCommands } from './allowed';
import { argsSchema, textArg } from './args';
import { chooseDag } from './dag-page';
import { doing } from './doing';
import { runVerbs } from './run-verbs';

export const commandsPlugin: JupyterFrontEndPlugin<void> = {
  id: pluginId('commands'),
  description: 'Commands to trigger and pause DAGs, and to cancel, clear, mark and repeat runs.',
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
    const ofRuns = runVerbs(client, model, app.commands);
    addCommands(app.commands, model, { ...verbs.options(), ...ofRuns });
    for (const command of [
      CommandIds.trigger,
      CommandIds.pause,
      CommandIds.unpause,
      CommandIds.clearRuns,
      CommandIds.answer,
      CommandIds.startScheduler,
      CommandIds.refresh
    ]) {
      palette?.addItem({ command, category: 'nbflow' });
    }
  }
};

type Args = ReadonlyPartialJSONObject;

/** Runs under way are among the newest. */
const MOST_RUNS = 100;

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
    return {
      [CommandIds.trigger]: {
        label: texts.__('Trigger DAG…'),
        caption: texts.__('Run a DAG now, with params of your choice'),
        describedBy: {
          args: argsSchema(dag, {
            params: { type: 'object', description: texts.__('Params; with them no form is shown') }
          })
        },
        execute: args => doing(() => this.trigger(args))
      },
      [CommandIds.triggerWith]: {
        label: texts.__('Trigger with Options…'),
        caption: texts.__('Run a DAG now: of some tasks only, for another date, with a note'),
        describedBy: { args: argsSchema(dag) },
        execute: args => doing(() => this.trigger({ ...args, form: true }))
      },
      [CommandIds.pause]: {
        label: texts.__('Pause DAG…'),
        caption: texts.__(
          'Make no more scheduled runs of a DAG; let runs in progress end, or hold them'
        ),
        describedBy: {
          args: argsSchema(dag, {
            hold: {
              type: 'boolean',
              description: texts.__('Whether runs in progress are held; asked for when left out')
            }
          })
        },
        execute: args => doing(() => this.pause(args))
      },
      [CommandIds.unpause]: {
        label: texts.__('Unpause DAG…'),
        caption: texts.__('Let a DAG follow its schedule again'),
        describedBy: { args: argsSchema(dag) },
        execute: args => doing(() => this.unpause(args))
      },
      [CommandIds.answer]: {
        label: texts.__('Answer What Tasks Ask…'),
        caption: texts.__('Open the task that has waited longest for a person'),
        describedBy: { args: argsSchema({ dag_id: texts.__('The DAG; left out: any') }) },
        execute: args => doing(() => this.answer(args))
      },
      [CommandIds.startScheduler]: {
        label: texts.__('Start a Scheduler'),
        caption: texts.__('Start a scheduler on the machine of the server, if none is alive'),
        describedBy: { args: argsSchema({}) },
        execute: () => doing(() => this.startScheduler())
      },
      [CommandIds.refresh]: {
        label: texts.__('Fetch DAGs Again'),
        caption: texts.__('Fetch the list of DAGs from the server again'),
        describedBy: { args: argsSchema({}) },
        execute: () => this.model.list.reload()
      }
    };
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
    const isAsked = args.form === true || Object.keys(detail.params).length > 0;
    const hasForm = given === null && isAsked;
    const receipt = hasForm
      ? await askForRun(rest, detail, this.texts)
      : await rest.trigger(dagId, { params: (given ?? {}) as Record<string, unknown> });
    if (receipt !== null) {
      const asked = { dag_id: dagId, run_id: receipt.run_id, is_new: true };
      await this.commands.execute(CommandIds.openDag, asked);
    }
  }

  private async pause(args: Args): Promise<void> {
    const dagId = textArg(args, 'dag_id') ?? (await chooseDag(this.model));
    if (dagId === null) {
      return;
    }
    const hold = typeof args.hold === 'boolean' ? args.hold : await this.howToPause(dagId);
    if (hold !== null) {
      await this.model.list.setPaused(dagId, true, hold);
    }
  }

  /** Whether to hold what is under way; without runs under way there is nothing to ask. */
  private async howToPause(dagId: string): Promise<boolean | null> {
    const { runs } = await this.client.rest.runs(dagId, null, MOST_RUNS);
    const active = runs.filter(run => !isFinished(run.state));
    return active.length ? askToPause(dagId, active, this.texts) : false;
  }

  private async unpause(args: Args): Promise<void> {
    const dagId = textArg(args, 'dag_id') ?? (await chooseDag(this.model));
    if (dagId !== null) {
      await this.model.list.setPaused(dagId, false);
    }
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
}
