/** Comparing two runs, and taking a run away as a file. */
import type { JupyterFrontEnd, JupyterFrontEndPlugin } from '@jupyterlab/application';
import { MainAreaWidget, showErrorMessage } from '@jupyterlab/apputils';
import type { ReadonlyPartialJSONObject } from '@lumino/coreutils';

import { messageOf } from '../client';
import { nbflowIcon } from '../icons';
import { CompareWidget } from '../screens/compare-widget';
import { CommandIds, INbflowClient, INbflowModel, INbflowPages, pluginId } from '../tokens';
import { argsSchema, textArg } from './args';

export const comparePlugin: JupyterFrontEndPlugin<void> = {
  id: pluginId('compare'),
  description: 'Compares runs, and exports them.',
  autoStart: true,
  requires: [INbflowClient, INbflowModel, INbflowPages],
  activate: (
    { commands }: JupyterFrontEnd,
    client: INbflowClient,
    model: INbflowModel,
    pages: INbflowPages
  ) => {
    const { texts } = model;
    const ofRun = { dag_id: texts.__('The DAG'), run_id: texts.__('The run') };

    const compare = (args: ReadonlyPartialJSONObject): void => {
      if (pages.openElsewhere(CommandIds.compare, args)) {
        return;
      }
      const dagId = textArg(args, 'dag_id') ?? '';
      const runId = textArg(args, 'run_id') ?? '';
      const other = textArg(args, 'other');
      const taskId = textArg(args, 'task_id');
      const onOpenTask = (taskId: string): void =>
        void commands.execute(CommandIds.openDag, {
          dag_id: dagId,
          run_id: runId,
          task_id: taskId
        });
      const content = new CompareWidget({
        ...{ dagId, runId, other, taskId, client, texts, onOpenTask }
      });
      const widget = new MainAreaWidget({ content });
      widget.title.label = texts.__('%1: compared', dagId);
      widget.title.caption = texts.__('What differs between %1 and another run', runId);
      widget.title.icon = nbflowIcon;
      widget.toolbar.hide();
      pages.add(widget);
      pages.keep(widget, CommandIds.compare, args);
      pages.activate(widget);
    };

    commands.addCommand(CommandIds.compare, {
      label: texts.__('Compare with Last Success'),
      caption: texts.__('Show what differs between a run and the last success before it'),
      describedBy: {
        args: argsSchema({
          ...ofRun,
          task_id: texts.__('The one task to compare; left out: all'),
          other: texts.__('The run to compare with; left out: the last success before')
        })
      },
      execute: compare
    });
    commands.addCommand(CommandIds.exportRun, {
      label: texts.__('Export Run as HTML'),
      caption: texts.__('Download a run as one page, with all cells and what they have shown'),
      describedBy: { args: argsSchema(ofRun) },
      execute: async args => {
        const dagId = textArg(args, 'dag_id') ?? '';
        try {
          save(await client.rest.exportRun(dagId, textArg(args, 'run_id') ?? ''), `${dagId}.html`);
        } catch (error) {
          await showErrorMessage('nbflow', messageOf(error));
        }
      }
    });
  }
};

/** Hand a file to the browser as a download. */
function save(content: Blob, name: string): void {
  const link = document.createElement('a');
  link.href = URL.createObjectURL(content);
  link.download = name;
  link.click();
  URL.revokeObjectURL(link.href);
}
