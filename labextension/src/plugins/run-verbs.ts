/** The verbs about runs and task instances as commands: each says in a dialog what it would do before it does it. */
import { Dialog, Notification, showDialog } from '@jupyterlab/apputils';
import type { CommandRegistry } from '@lumino/commands';
import type { ReadonlyPartialJSONObject } from '@lumino/coreutils';

import type { TaskRef } from '../client';
import { instanceName } from '../format';
import { askToClear, askToClearRuns } from '../screens/clear-dialog';
import { askToDelete } from '../screens/delete-dialog';
import { askWithForm } from '../screens/form-dialog';
import { askToMark } from '../screens/mark-dialog';
import { askToRunTasks } from '../screens/run-tasks-dialog';
import { askToRerun } from '../screens/trigger-dialog';
import type { Texts } from '../text';
import { CommandIds, type INbflowClient, type INbflowModel } from '../tokens';
import type { RunDetail, TaskInstanceView } from '../wire';
import { argsSchema, numberArg, textArg } from './args';
import { chooseDag } from './dag-page';
import { doing } from './doing';

type Args = ReadonlyPartialJSONObject;
type Options = Record<string, CommandRegistry.ICommandOptions>;

/** The commands, by their ids. */
export function runVerbs(
  client: INbflowClient,
  model: INbflowModel,
  commands: CommandRegistry
): Options {
  return new RunVerbs(client, model, commands).options();
}

class RunVerbs {
  private readonly texts: Texts;

  constructor(
    private readonly client: INbflowClient,
    private readonly model: INbflowModel,
    private readonly commands: CommandRegistry
  ) {
    this.texts = model.texts;
  }

  options(): Options {
    const { texts } = this;
    const ofRun = { dag_id: texts.__('The DAG'), run_id: texts.__('The run') };
    const ofTask = { ...ofRun, task_id: texts.__('The task; left out: the run') };
    const index = {
      map_index: { type: 'number', description: texts.__('Which instance of a mapped task') }
    };
    const downstream = {
      downstream: { type: 'boolean', description: texts.__('With all that comes after the task') }
    };
    const verb = (
      label: string | ((args: Args) => string),
      caption: string,
      args: ReturnType<typeof argsSchema>,
      act: (args: Args) => Promise<void>
    ): CommandRegistry.ICommandOptions => ({
      label,
      caption,
      describedBy: { args },
      execute: given => doing(() => act(given))
    });
    return {
      [CommandIds.cancel]: verb(
        texts.__('Cancel Run'),
        texts.__('End a run with everything that runs in it'),
        argsSchema(ofRun),
        args => this.cancel(args)
      ),
      [CommandIds.clear]: verb(
        texts.__('Clear…'),
        texts.__('Let tasks of a run run again, after a look at which'),
        argsSchema(ofTask, index),
        args => this.clear(args)
      ),
      [CommandIds.clearRuns]: verb(
        texts.__('Clear Runs…'),
        texts.__('Let tasks of many runs of a DAG run again, after a look at which'),
        argsSchema({ dag_id: texts.__('The DAG; asked for when left out') }),
        args => this.clearRuns(args)
      ),
      [CommandIds.mark]: verb(
        texts.__('Mark…'),
        texts.__('Let a run or tasks of it count as success, failed or skipped'),
        argsSchema(ofTask, index),
        args => this.mark(args)
      ),
      [CommandIds.rerun]: verb(
        texts.__('Re-run with Changes…'),
        texts.__('Start a new run with the params of this one, or others'),
        argsSchema(ofRun),
        args => this.rerun(args)
      ),
      [CommandIds.runTasks]: verb(
        args =>
          args.downstream === true ? texts.__('Run from Here…') : texts.__('Run Tasks Alone…'),
        texts.__('Run some tasks now whatever the rules say, or in a run of their own'),
        argsSchema(ofTask, { ...index, ...downstream }),
        args => this.runTasks(args)
      ),
      [CommandIds.note]: verb(
        texts.__('Note…'),
        texts.__('Write a note that everybody sees on a run or on a task of it'),
        argsSchema(ofTask, index),
        args => this.note(args)
      ),
      [CommandIds.deleteRun]: verb(
        texts.__('Delete Run…'),
        texts.__('Forget a run that has ended, after a look at what goes with it'),
        argsSchema(ofRun),
        args => this.deleteRun(args)
      )
    };
  }

  private async cancel(args: Args): Promise<void> {
    const { dagId, runId } = this.of(args);
    if (!this.model.preferences.value.confirms || (await this.isSure())) {
      await this.client.rest.cancel(dagId, runId);
    }
  }

  private async isSure(): Promise<boolean> {
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
    return answer.button.accept;
  }

  private async clear(args: Args): Promise<void> {
    const { name } = this.of(args);
    const run = await this.run(args);
    if ((await askToClear(this.client.rest, run, name, this.texts)) !== null) {
      this.tell(this.texts.__('The scheduler starts these tasks again.'));
    }
  }

  private async clearRuns(args: Args): Promise<void> {
    const dagId = textArg(args, 'dag_id') ?? (await chooseDag(this.model));
    if (dagId === null) {
      return;
    }
    const detail = await this.client.rest.dag(dagId);
    const done = await askToClearRuns(this.client.rest, detail, this.texts);
    if (done !== null) {
      this.tell(this.texts.__('The scheduler starts tasks of %1 runs again.', done.runs.length));
    }
  }

  private async mark(args: Args): Promise<void> {
    const { name } = this.of(args);
    const { run } = await this.run(args);
    const one = await this.instance(args);
    const marked = { run, name, state: one?.state ?? run.state };
    if ((await askToMark(this.client.rest, marked, this.texts)) !== null) {
      this.tell(this.texts.__('The scheduler marks this in a moment.'));
    }
  }

  private async rerun(args: Args): Promise<void> {
    const { run } = await this.run(args);
    const made = await askToRerun(this.client.rest, run, this.texts);
    if (made !== null) {
      await this.open(run.dag_id, made.run_id);
    }
  }

  private async runTasks(args: Args): Promise<void> {
    const { name } = this.of(args);
    const detail = await this.run(args);
    const chosen = name === null ? null : { name, isWithRest: args.downstream === true };
    const done = await askToRunTasks(this.client.rest, detail, chosen, this.texts);
    if (done?.where === 'new') {
      await this.open(detail.run.dag_id, done.found.run_id);
    } else if (done !== null) {
      this.tell(this.texts.__('The scheduler starts these tasks now.'));
    }
  }

  private async note(args: Args): Promise<void> {
    const { dagId, runId, taskId, mapIndex, name } = this.of(args);
    const { texts } = this;
    const { run } = await this.run(args);
    const one = await this.instance(args);
    const schema = {
      type: ['string', 'null'],
      format: 'multiline',
      title: texts.__('Note'),
      description: texts.__('Everybody sees it. Left empty, there is none.')
    };
    await askWithForm(
      {
        title: name === null ? texts.__('Note on this run') : texts.__('Note on %1', name),
        accept: texts.__('Save'),
        spec: { note: { default: (one ?? run).note, schema } },
        send: ({ note }) =>
          this.client.rest.setNote(
            dagId,
            runId,
            typeof note === 'string' ? note : '',
            taskId === null ? null : { taskId, mapIndex }
          )
      },
      texts
    );
  }

  private async deleteRun(args: Args): Promise<void> {
    const { run } = await this.run(args);
    if ((await askToDelete(this.client.rest, run, this.texts)) !== null) {
      this.tell(this.texts.__('The run is deleted in a moment.'));
    }
  }

  private run(args: Args): Promise<RunDetail> {
    const { dagId, runId } = this.of(args);
    return this.client.rest.run(dagId, runId);
  }

  /** The task instance that is meant; null where it is the run. */
  private async instance(args: Args): Promise<TaskInstanceView | null> {
    const { dagId, runId, taskId, mapIndex } = this.of(args);
    if (taskId === null) {
      return null;
    }
    const { instance } = await this.client.rest.task({ dagId, runId, taskId, mapIndex });
    return instance;
  }

  private async open(dagId: string, runId: string): Promise<void> {
    const asked = { dag_id: dagId, run_id: runId, is_new: true };
    await this.commands.execute(CommandIds.openDag, asked);
  }

  private tell(words: string): void {
    Notification.info(words, { autoClose: 3000 });
  }

  private of(args: Args): Named {
    const dagId = textArg(args, 'dag_id');
    const runId = textArg(args, 'run_id');
    if (dagId === null || runId === null) {
      throw new Error(this.texts.__('This command needs a dag_id and a run_id.'));
    }
    const taskId = textArg(args, 'task_id');
    const mapIndex = numberArg(args, 'map_index') ?? -1;
    const name = taskId === null ? null : instanceName(taskId, mapIndex);
    return { dagId, runId, taskId, mapIndex, name };
  }
}

/** What a command is about; no task means the run. */
type Named = Pick<TaskRef, 'dagId' | 'runId' | 'mapIndex'> & {
  readonly taskId: string | null;
  /** The task instance as a selection names it. */
  readonly name: string | null;
};
