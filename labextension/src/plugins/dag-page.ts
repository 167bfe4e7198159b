/**
 * The page of a DAG in the main area: opened by command, one per DAG unless another is asked for beside it, and
 * restored with the layout.
 */
import {
  ILayoutRestorer,
  type JupyterFrontEnd,
  type JupyterFrontEndPlugin
} from '@jupyterlab/application';
import { InputDialog, MainAreaWidget, WidgetTracker, ICommandPalette } from '@jupyterlab/apputils';
import { IEditorLanguageRegistry } from '@jupyterlab/codemirror';
import { IRenderMimeRegistry } from '@jupyterlab/rendermime';
import type { DocumentRegistry } from '@jupyterlab/docregistry';
import type { CommandRegistry } from '@lumino/commands';
import type { ReadonlyPartialJSONObject } from '@lumino/coreutils';

import { nbflowIcon } from '../icons';
import { LabRendering } from '../notebook/rendering';
import { AT_FIRST } from '../live/preferences';
import { choicesOf } from '../live/view-state';
import { DagPageWidget } from '../screens/dag-page-widget';
import { CommandIds, INbflowClient, INbflowModel, INbflowPages, pluginId } from '../tokens';
import { addCommands } from './allowed';
import { argsSchema, numberArg, textArg } from './args';

export const dagPagePlugin: JupyterFrontEndPlugin<void> = {
  id: pluginId('dag-page'),
  description: 'Shows a DAG with its runs, its live graph and its tasks.',
  autoStart: true,
  requires: [INbflowClient, INbflowModel, INbflowPages, IRenderMimeRegistry],
  optional: [ILayoutRestorer, IEditorLanguageRegistry, ICommandPalette],
  activate: (
    app: JupyterFrontEnd,
    client: INbflowClient,
    model: INbflowModel,
    pages: INbflowPages,
    rendermime: IRenderMimeRegistry,
    restorer: ILayoutRestorer | null,
    languages: IEditorLanguageRegistry | null,
    palette: ICommandPalette | null
  ) => {
    const rendering = new LabRendering(rendermime, languages, model.texts);
    const ofDags = new DagPages(app, client, model, pages, rendering);
    addCommands(app.commands, model, ofDags.commands());
    for (const command of [CommandIds.openDag, CommandIds.openAnother]) {
      palette?.addItem({ command, category: 'nbflow' });
    }
    void restorer?.restore(ofDags.tracker, {
      command: CommandIds.openDag,
      args: ({ content }) => ({
        dag_id: content.dagId,
        page: content.number,
        choices: { ...content.choices.value },
        ...content.page.place
      }),
      name: ({ content: { dagId, number } }) => (number === 1 ? dagId : `${number}:${dagId}`)
    });
  }
};

type Args = ReadonlyPartialJSONObject;
type Page = MainAreaWidget<DagPageWidget>;

class DagPages {
  readonly tracker = new WidgetTracker<Page>({ namespace: 'nbflow-dag' });

  constructor(
    private readonly app: JupyterFrontEnd,
    private readonly client: INbflowClient,
    private readonly model: INbflowModel,
    private readonly pages: INbflowPages,
    private readonly rendering: LabRendering
  ) {}

  commands(): Record<string, CommandRegistry.ICommandOptions> {
    const { texts } = this.model;
    return {
      [CommandIds.openDag]: {
        label: args => {
          const dagId = textArg(args, 'dag_id');
          return dagId === null ? texts.__('Open DAG…') : texts.__('Open DAG %1', dagId);
        },
        caption: texts.__('Open the page of a DAG: graph, runs and tasks'),
        icon: nbflowIcon,
        describedBy: {
          args: argsSchema(
            {
              dag_id: texts.__('The DAG; asked for when left out'),
              run_id: texts.__('The run to show, such as one that has just been asked for'),
              task_id: texts.__('The task to open beside the graph'),
              view: texts.__('The tab to show, such as grid, gantt, calendar, durations or runs')
            },
            {
              page: {
                type: 'integer',
                description: texts.__('1, or the number of a further page of the DAG')
              }
            }
          )
        },
        execute: args => this.open(args)
      },
      [CommandIds.openAnother]: {
        label: texts.__('Open Another Page of This DAG'),
        caption: texts.__('A second page of a DAG beside the first, for another run or view'),
        icon: nbflowIcon,
        describedBy: {
          args: argsSchema({
            dag_id: texts.__('The DAG; left out: the one in front'),
            run_id: texts.__('The run to show; left out: the one of the first page'),
            view: texts.__('The tab to show; left out: the one of the first page')
          })
        },
        execute: args => this.openAnother(args)
      }
    };
  }

  private async open(args: Args): Promise<void> {
    const dagId = textArg(args, 'dag_id') ?? (await chooseDag(this.model));
    if (dagId !== null && !this.isElsewhere(dagId, args)) {
      const number = numberArg(args, 'page');
      const known = this.find(dagId, number);
      await this.show(known ?? this.add(dagId, number ?? 1), args, known === undefined);
    }
  }

  /** One more of a DAG beside the one that is looked at, which shows the same to begin with. */
  private async openAnother(args: Args): Promise<void> {
    const { shell } = this.app;
    const front = this.tracker.currentWidget;
    const inFront = front !== null && shell.currentWidget === front ? front.content.dagId : null;
    const dagId = textArg(args, 'dag_id') ?? inFront ?? (await chooseDag(this.model));
    if (dagId === null || this.isElsewhere(dagId, args)) {
      return;
    }
    const before = this.find(dagId, null);
    const page = this.add(
      dagId,
      this.nextNumber(dagId),
      before === undefined ? {} : { mode: 'split-right', ref: before.id }
    );
    const { choices, page: shown } = before?.content ?? {};
    const same = { choices: { ...choices?.value }, run_id: shown?.place.run_id };
    await this.show(page, { ...same, ...args }, true);
  }

  private add(dagId: string, number: number, place: DocumentRegistry.IOpenOptions = {}): Page {
    const { app, client, model, pages, rendering, tracker } = this;
    const { commands } = app;
    const content = new DagPageWidget({ dagId, number, client, model, commands, rendering });
    const widget = new MainAreaWidget({ content });
    widget.id = number === 1 ? `nbflow-dag-${dagId}` : `nbflow-dag:${number}:${dagId}`;
    widget.toolbar.hide();
    void tracker.add(widget);
    pages.add(widget, place);
    const keep = (): void => {
      const { view } = content.choices.value;
      pages.keep(widget, CommandIds.openDag, { ...content.page.place, dag_id: dagId, view });
    };
    const save = (): void => {
      void tracker.save(widget);
      keep();
    };
    content.choices.subscribe(save);
    onNewPlace(content, save);
    keep();
    return widget;
  }

  private isElsewhere(dagId: string, args: Args): boolean {
    return this.pages.openElsewhere(CommandIds.openDag, { ...args, dag_id: dagId });
  }

  private async show(page: Page, args: Args, isNew: boolean): Promise<void> {
    const { choices } = page.content;
    // A page that is restored begins as it was.
    const first = isNew && args.choices === undefined ? firstView(this.model) : '';
    choices.set({ ...choices.value, ...choicesOf(args.choices) });
    choices.choose('view', textArg(args, 'view') ?? choices.value.view ?? first);
    this.pages.activate(page);
    await showRun(page.content, args, isNew);
  }

  /** A page of a DAG: the one of this number, else the one that was looked at last. */
  private find(dagId: string, number: number | null): Page | undefined {
    const isOne = ({ content }: Page): boolean =>
      content.dagId === dagId && (number === null || content.number === number);
    const { currentWidget } = this.tracker;
    return currentWidget !== null && isOne(currentWidget)
      ? currentWidget
      : this.tracker.find(isOne);
  }

  private nextNumber(dagId: string): number {
    let number = 1;
    while (this.tracker.find(({ content: c }) => c.dagId === dagId && c.number === number)) {
      number += 1;
    }
    return number;
  }
}

/** The tab that pages begin with; nothing where that is the one they begin with anyway. */
function firstView({ preferences }: INbflowModel): string {
  const { view } = preferences.value;
  return view === AT_FIRST.view ? '' : view;
}

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
  const mapIndex = numberArg(args, 'map_index') ?? -1;
  const loaded = isNew ? content.page.load() : Promise.resolve();
  if (runId !== null && args.is_new === true) {
    await content.page.expect(runId);
  } else if (runId !== null) {
    await content.page.choose(runId, taskId === null ? null : { taskId, mapIndex });
  } else if (taskId !== null) {
    content.page.chooseTask({ taskId, mapIndex });
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
