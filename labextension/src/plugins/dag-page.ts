/** The page of a DAG in the main area: opened by command, one per DAG, restored with the layout. */
import {
  ILayoutRestorer,
  type JupyterFrontEnd,
  type JupyterFrontEndPlugin
} from '@jupyterlab/application';
import { InputDialog, MainAreaWidget, WidgetTracker, ICommandPalette } from '@jupyterlab/apputils';
import { IEditorLanguageRegistry } from '@jupyterlab/codemirror';
import { IRenderMimeRegistry } from '@jupyterlab/rendermime';
import type { ReadonlyPartialJSONObject } from '@lumino/coreutils';

import { nbflowIcon } from '../icons';
import { LabRendering } from '../notebook/rendering';
import { choicesOf } from '../live/view-state';
import { DagPageWidget } from '../screens/dag-page-widget';
import { CommandIds, INbflowClient, INbflowModel, pluginId } from '../tokens';
import { argsSchema, textArg } from './args';

export const dagPagePlugin: JupyterFrontEndPlugin<void> = {
  id: pluginId('dag-page'),
  description: 'Shows a DAG with its runs, its live graph and its tasks.',
  autoStart: true,
  requires: [INbflowClient, INbflowModel, IRenderMimeRegistry],
  optional: [ILayoutRestorer, IEditorLanguageRegistry, ICommandPalette],
  activate: (
    app: JupyterFrontEnd,
    client: INbflowClient,
    model: INbflowModel,
    rendermime: IRenderMimeRegistry,
    restorer: ILayoutRestorer | null,
    languages: IEditorLanguageRegistry | null,
    palette: ICommandPalette | null
  ) => {
    const { commands, shell } = app;
    const { texts } = model;
    const rendering = new LabRendering(rendermime, languages, model.texts);
    const tracker = new WidgetTracker<MainAreaWidget<DagPageWidget>>({ namespace: 'nbflow-dag' });

    const open = (dagId: string): MainAreaWidget<DagPageWidget> => {
      const content = new DagPageWidget({ dagId, client, model, commands, rendering });
      const widget = new MainAreaWidget({ content });
      widget.id = `nbflow-dag-${dagId}`;
      widget.toolbar.hide();
      content.choices.subscribe(() => void tracker.save(widget));
      onNewPlace(content, () => void tracker.save(widget));
      void tracker.add(widget);
      shell.add(widget, 'main', { type: 'nbflow' });
      return widget;
    };

    const execute = async (args: ReadonlyPartialJSONObject): Promise<void> => {
      const dagId = textArg(args, 'dag_id') ?? (await chooseDag(model));
      if (dagId === null) {
        return;
      }
      const known = tracker.find(widget => widget.content.dagId === dagId);
      const widget = known ?? open(dagId);
      const { choices } = widget.content;
      choices.set({ ...choices.value, ...choicesOf(args.choices) });
      choices.choose('view', textArg(args, 'view') ?? choices.value.view ?? '');
      shell.activateById(widget.id);
      await showRun(widget.content, args, known === undefined);
    };

    commands.addCommand(CommandIds.openDag, {
      label: args => {
        const dagId = textArg(args, 'dag_id');
        return dagId === null ? texts.__('Open DAG…') : texts.__('Open DAG %1', dagId);
      },
      caption: texts.__('Open the page of a DAG: graph, runs and tasks'),
      icon: nbflowIcon,
      describedBy: {
        args: argsSchema({
          dag_id: texts.__('The DAG; asked for when left out'),
          run_id: texts.__('The run to show, such as one that has just been asked for'),
          task_id: texts.__('The task to open beside the graph'),
          view: texts.__('The tab to show, such as grid, gantt, calendar, durations or runs')
        })
      },
      execute
    });
    palette?.addItem({ command: CommandIds.openDag, category: 'nbflow' });
    void restorer?.restore(tracker, {
      command: CommandIds.openDag,
      args: ({ content }) => ({
        dag_id: content.dagId,
        choices: { ...content.choices.value },
        ...content.page.place
      }),
      name: widget => widget.content.dagId
    });
  }
};

/** Not every change of a run is to be saved with the layout: where somebody looks is. */
function onNewPlace({ page }: DagPageWidget, save: () => void): void {
  let last = JSON.stringify(page.place);
  page.subscribe(() => {
    const place = JSON.stringify(page.place);
    if (place !== last) {
      last = place;
      save();
    }
  });
}

async function showRun(
  content: DagPageWidget,
  args: ReadonlyPartialJSONObject,
  isNew: boolean
): Promise<void> {
  const runId = textArg(args, 'run_id');
  const taskId = textArg(args, 'task_id');
  const loaded = isNew ? content.page.load() : Promise.resolve();
  if (runId !== null && args.is_new === true) {
    await content.page.expect(runId);
  } else if (runId !== null) {
    await content.page.choose(runId, taskId === null ? null : { taskId, mapIndex: -1 });
  } else if (taskId !== null) {
    content.page.chooseTask({ taskId, mapIndex: -1 });
  }
  await loaded;
}

/** The DAG that a person picks from the list, or null. */
export async function chooseDag(model: INbflowModel): Promise<string | null> {
  const { texts, list } = model;
  const items = (list.value.dags ?? []).map(dag => dag.dag_id);
  if (!items.length) {
    return null;
  }
  const answer = await InputDialog.getItem({
    title: texts.__('Which DAG?'),
    items,
    editable: false
  });
  return answer.button.accept ? answer.value : null;
}
