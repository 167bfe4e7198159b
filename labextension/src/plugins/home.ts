/** Home in the main area: one page, opened by command, from the palette, the launcher and the side panel. */
import {
  ILayoutRestorer,
  type JupyterFrontEnd,
  type JupyterFrontEndPlugin
} from '@jupyterlab/application';
import { Clipboard, ICommandPalette, Notification } from '@jupyterlab/apputils';
import { ILauncher } from '@jupyterlab/launcher';
import { IStateDB } from '@jupyterlab/statedb';
import type { CommandRegistry } from '@lumino/commands';
import type { ReadonlyPartialJSONObject } from '@lumino/coreutils';

import { nbflowIcon } from '../icons';
import { Favourites } from '../live/favourites';
import { filtersFromText, filtersToText } from '../panels/home/filters';
import { fetchOverview } from '../rest/overview';
import { askForBulk } from '../screens/bulk-dialog';
import { HomeWidget } from '../screens/home-widget';
import { CommandIds, INbflowClient, INbflowModel, INbflowPages, pluginId } from '../tokens';
import { argsSchema, textArg } from './args';
import { doing } from './doing';
import { newDag } from './new-dag';
import { OnePage } from './one-page';

export const homePlugin: JupyterFrontEndPlugin<void> = {
  id: pluginId('home'),
  description: 'Shows health, what runs, what failed, what is due, and all DAGs on one page.',
  autoStart: true,
  requires: [INbflowClient, INbflowModel, INbflowPages],
  optional: [ILayoutRestorer, ICommandPalette, ILauncher, IStateDB],
  activate: (
    app: JupyterFrontEnd,
    client: INbflowClient,
    model: INbflowModel,
    pages: INbflowPages,
    restorer: ILayoutRestorer | null,
    palette: ICommandPalette | null,
    launcher: ILauncher | null,
    state: IStateDB | null
  ) => {
    const { commands } = app;
    const { texts } = model;
    const favourites = new Favourites(state);
    void app.restored.then(() => favourites.load());
    const args = (content: HomeWidget): { filters: string } => ({
      filters: filtersToText(content.filters.value)
    });

    const page: OnePage<HomeWidget> = new OnePage<HomeWidget>(pages, {
      id: 'nbflow-home',
      command: CommandIds.openHome,
      make: () => {
        const link = (): string => pages.addressOf(CommandIds.openHome, args(content));
        const actions = actionsOf(commands, client, model, link);
        const content: HomeWidget = new HomeWidget(client, model, favourites, actions);
        return content;
      },
      kept: content => content.filters,
      args
    });

    commands.addCommand(CommandIds.openHome, {
      label: texts.__('Home of nbflow'),
      caption: texts.__('Health, what runs, what failed, what is due, and all DAGs'),
      icon: nbflowIcon,
      describedBy: {
        args: argsSchema(
          { filters: texts.__('Which DAGs to list, as in a copied link') },
          {
            behind: { type: 'boolean', description: texts.__('Whether it stays in the background') }
          }
        )
      },
      execute: args => {
        if (pages.openElsewhere(CommandIds.openHome, args)) {
          return;
        }
        if (args.behind === true) {
          page.place();
          return;
        }
        page.show(content => {
          const filters = textArg(args, 'filters');
          if (filters !== null) {
            content.filters.set(filtersFromText(filters));
          }
        });
      }
    });
    commands.addCommand(CommandIds.newDag, {
      label: args =>
        args.kind === 'python' ? texts.__('New Python DAG') : texts.__('New Notebook DAG'),
      caption: texts.__('Write a small DAG to begin with, and open it'),
      icon: nbflowIcon,
      describedBy: { args: argsSchema({ kind: texts.__('notebook or python') }) },
      execute: (args: ReadonlyPartialJSONObject) =>
        doing(async () => {
          const { dag_folders: folders } = await fetchOverview(client.rest);
          const kind = args.kind === 'python' ? 'python' : 'notebook';
          await newDag(app, kind, folders[0] ?? 'dags', texts);
        })
    });
    palette?.addItem({ command: CommandIds.openHome, category: 'nbflow' });
    for (const kind of ['notebook', 'python']) {
      palette?.addItem({ command: CommandIds.newDag, category: 'nbflow', args: { kind } });
    }
    launcher?.add({ command: CommandIds.openHome, category: 'nbflow', rank: 0 });
    page.restore(restorer);
  }
};

/** What the buttons of the page do: commands, as everywhere. */
function actionsOf(
  commands: CommandRegistry,
  client: INbflowClient,
  model: INbflowModel,
  link: () => string
): ConstructorParameters<typeof HomeWidget>[3] {
  const run = (id: string, args: ReadonlyPartialJSONObject = {}): void =>
    void commands.execute(id, args);
  return {
    onOpen: (dagId, runId, taskId) =>
      run(CommandIds.openDag, { dag_id: dagId, run_id: runId, task_id: taskId }),
    onTrigger: dagId => run(CommandIds.trigger, { dag_id: dagId }),
    onPause: (dagId, paused) =>
      run(paused ? CommandIds.pause : CommandIds.unpause, { dag_id: dagId }),
    onCancel: (dagId, runId) => run(CommandIds.cancel, { dag_id: dagId, run_id: runId }),
    onClear: (dagId, runId) => run(CommandIds.clear, { dag_id: dagId, run_id: runId }),
    onQuestion: dagId => run(CommandIds.answer, { dag_id: dagId }),
    onBulk: (verb, dagIds) => void doing(() => askForBulk(verb, dagIds, client, model)),
    onCopyLink: () => {
      Clipboard.copyToSystem(link());
      Notification.info(model.texts.__('The link is in the clipboard.'), { autoClose: 2000 });
    },
    onNewDag: kind => run(CommandIds.newDag, { kind }),
    onStartScheduler: () => run(CommandIds.startScheduler),
    onOpenFile: path => run(CommandIds.openFile, { path }),
    onImportErrors: () => run(CommandIds.openAdmin, { tab: 'errors' })
  };
}
