/** Opening what runs have left, and the files that DAGs are written in. */
import type { JupyterFrontEnd, JupyterFrontEndPlugin } from '@jupyterlab/application';
import { showErrorMessage } from '@jupyterlab/apputils';
import { IEditorLanguageRegistry } from '@jupyterlab/codemirror';
import { PageConfig } from '@jupyterlab/coreutils';
import { IRenderMimeRegistry } from '@jupyterlab/rendermime';
import type { Contents } from '@jupyterlab/services';
import type { CommandRegistry } from '@lumino/commands';
import type { ReadonlyPartialJSONObject } from '@lumino/coreutils';

import { messageOf, type NotebookJson } from '../client';
import { instanceName } from '../format';
import { LabRendering } from '../notebook/rendering';
import { notebookWidget } from '../screens/notebook-widget';
import { CommandIds, INbflowClient, INbflowModel, INbflowPages, pluginId } from '../tokens';
import { argsSchema, numberArg, textArg } from './args';
import { isThere, openAsFile } from './open-as-file';

export const filesPlugin: JupyterFrontEndPlugin<void> = {
  id: pluginId('files'),
  description: 'Opens executed notebooks and the files of DAGs.',
  autoStart: true,
  requires: [INbflowClient, INbflowModel, INbflowPages, IRenderMimeRegistry],
  optional: [IEditorLanguageRegistry],
  activate: (
    app: JupyterFrontEnd,
    client: INbflowClient,
    model: INbflowModel,
    pages: INbflowPages,
    rendermime: IRenderMimeRegistry,
    languages: IEditorLanguageRegistry | null
  ) => {
    const rendering = new LabRendering(rendermime, languages, model.texts);
    const { texts } = model;
    const { contents } = app.serviceManager;

    const openNotebook = async (args: ReadonlyPartialJSONObject): Promise<void> => {
      if (pages.openElsewhere(CommandIds.openNotebook, args)) {
        return;
      }
      const { title, notebook } = await fetchNotebook(client, args);
      const onCopy = (): void => void openAsFile(app, title, notebook);
      const onExport =
        textArg(args, 'task_id') === null
          ? (): void => void app.commands.execute(CommandIds.exportRun, args)
          : null;
      const widget = notebookWidget({ title, notebook, rendering, texts, onCopy, onExport });
      pages.add(widget);
      pages.keep(widget, CommandIds.openNotebook, args);
      pages.activate(widget);
    };

    add(app.commands, CommandIds.openNotebook, {
      label: texts.__('Open Executed Notebook'),
      caption: texts.__('Open the notebook of a run, or of one task of it, with its outputs'),
      describedBy: {
        args: argsSchema(
          {
            dag_id: texts.__('The DAG'),
            run_id: texts.__('The run'),
            task_id: texts.__('The task; left out: the whole run')
          },
          { try: { type: 'integer' }, map_index: { type: 'integer' } }
        )
      },
      execute: openNotebook
    });
    add(app.commands, CommandIds.openFile, {
      label: texts.__('Open File of DAG'),
      caption: texts.__('Open the file that a DAG is written in'),
      describedBy: {
        args: argsSchema({ path: texts.__('The file, from the root of the server') })
      },
      execute: async args => {
        const file = textArg(args, 'path') ?? '';
        const path = await findFile(contents, file);
        if (path === null) {
          throw new Error(texts.__('%1 is not among the files that this server shows.', file));
        }
        await app.commands.execute('docmanager:open', { path });
      }
    });
  }
};

/** A command that shows what goes wrong to the person who asked. */
function add(
  commands: CommandRegistry,
  id: string,
  options: CommandRegistry.ICommandOptions & {
    execute: (args: ReadonlyPartialJSONObject) => Promise<void>;
  }
): void {
  const execute = async (args: ReadonlyPartialJSONObject): Promise<void> => {
    try {
      await options.execute(args);
    } catch (error) {
      await showErrorMessage('nbflow', messageOf(error));
    }
  };
  commands.addCommand(id, { ...options, execute });
}

async function fetchNotebook(
  client: INbflowClient,
  args: ReadonlyPartialJSONObject
): Promise<{ title: string; notebook: NotebookJson }> {
  const dagId = textArg(args, 'dag_id') ?? '';
  const runId = textArg(args, 'run_id') ?? '';
  const taskId = textArg(args, 'task_id');
  if (taskId === null) {
    return { title: dagId, notebook: await client.rest.runNotebook(dagId, runId) };
  }
  const mapIndex = numberArg(args, 'map_index') ?? -1;
  const ref = { dagId, runId, taskId, mapIndex };
  const notebook = await client.rest.taskNotebook(ref, numberArg(args, 'try'));
  return { title: `${dagId} ${instanceName(taskId, mapIndex)}`, notebook };
}

/** A file of the server by its path on the machine, or by its path in the folder of DAGs. */
async function findFile(contents: Contents.IManager, file: string): Promise<string | null> {
  const root = PageConfig.getOption('serverRoot').replace(/\/?$/, '/');
  const inside = file.startsWith(root) ? file.slice(root.length) : file;
  for (const path of [inside, `dags/${inside}`]) {
    if (!path.startsWith('/') && (await isThere(contents, path))) {
      return path;
    }
  }
  return null;
}
