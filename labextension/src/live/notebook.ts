/**
 * A notebook in the editor as a DAG, live: what it is as it stands, the last good graph while it cannot be read,
 * and how the newest run of it goes. Asks the server once the person pauses, one question at a time.
 */
import { messageOf, type RestClient } from '../client';
import type { Feed, Stop } from '../feed';
import { nodeStates, type NodeStates } from '../graph/node-states';
import { meaningOf, withTasksOf } from '../preview/mapping';
import {
  previewNotebook,
  runNotebook,
  type NotebookRun,
  type NotebookSent
} from '../rest/notebooks';
import type { GroupView, NotebookView, RunDetail, RunPlan, TaskView } from '../wire';
import { onceCalm } from './calm';
import { DagPageStore } from './dag-page';
import { Store } from './store';

/** The graph that is shown: of the last time that the notebook could be read. */
export interface LastGood {
  readonly dagId: string;
  readonly tasks: readonly TaskView[];
  readonly groups: readonly GroupView[];
}

export interface NotebookState {
  /** What the server last said; null before that. */
  readonly view: NotebookView | null;
  readonly good: LastGood | null;
  /** Why the server could not say anything. */
  readonly error: string | null;
  /** Whether something was edited since. */
  readonly isStale: boolean;
  readonly runId: string | null;
  readonly run: RunDetail | null;
  readonly runError: string | null;
  /** How the tasks stand in the newest run; null without one. */
  readonly states: NodeStates | null;
  readonly selected: string | null;
}

/** The notebook in the editor. */
export interface NotebookSource {
  readonly path: () => string;
  readonly read: () => NotebookSent;
}

type Api = Pick<RestClient, 'request' | 'dag' | 'runs' | 'run'>;

const QUIET = 300;
const MOST = 1500;

export class NotebookStore extends Store<NotebookState> {
  private readonly editedSoon = onceCalm(() => void this.look(), QUIET, MOST);
  private asked: string | null = null;
  private asking: Promise<void> | null = null;
  /** Whether there is something to ask after the question under way. */
  private further: 'if changed' | 'anyway' | null = null;
  private isDisposed = false;
  private page: { readonly store: DagPageStore; readonly stop: Stop } | null = null;

  constructor(
    private readonly api: Api,
    private readonly feed: Feed,
    private readonly source: NotebookSource
  ) {
    super({
      view: null,
      good: null,
      error: null,
      isStale: false,
      runId: null,
      run: null,
      runError: null,
      states: null,
      selected: null
    });
  }

  dispose(): void {
    this.isDisposed = true;
    this.editedSoon.cancel();
    this.follow(null);
  }

  /** The notebook may have changed; most changes are no news for the DAG. */
  edited(): void {
    this.editedSoon();
  }

  select(taskId: string | null): void {
    this.patch({ selected: taskId });
  }

  /**
   * Ask what the notebook is now, unless it means what it meant; `again` asks all the same. Done when there is an
   * answer to the notebook as it is now.
   */
  look(again = false): Promise<void> {
    if (this.asking !== null) {
      this.further = this.further === 'anyway' || again ? 'anyway' : 'if changed';
      return this.asking;
    }
    this.asking = this.askOn(again).finally(() => (this.asking = null));
    return this.asking;
  }

  /** One question after the other, until nothing was edited meanwhile. */
  private async askOn(again: boolean): Promise<void> {
    await this.ask(again);
    while (this.further !== null && !this.isDisposed) {
      const anyway = this.further === 'anyway';
      this.further = null;
      await this.ask(anyway);
    }
  }

  private async ask(again: boolean): Promise<void> {
    if (this.isDisposed) {
      return;
    }
    const notebook = this.source.read();
    const path = this.source.path();
    const meaning = `${path}\n${meaningOf(notebook)}`;
    if (!again && meaning === this.asked && this.value.error === null) {
      return;
    }
    this.asked = meaning;
    this.patch({ isStale: this.value.view !== null });
    try {
      this.tell(await previewNotebook(this.api, path, notebook));
    } catch (error) {
      this.patch({ error: messageOf(error), isStale: false });
    }
  }

  /** Where the notebook is, as the server names it. */
  get path(): string {
    return this.source.path();
  }

  /** Ask for a run of the notebook as it is saved, and follow it. */
  async run(asked: NotebookRun): Promise<void> {
    await this.follows(await runNotebook(this.api, this.path, asked));
  }

  /** A run has been asked for: show it as soon as it is there. */
  async follows({ dag_id: dagId, run_id: runId }: RunPlan): Promise<void> {
    await this.follow(dagId)?.load();
    await this.page?.store.expect(runId);
    void this.look(true);
  }

  private tell(view: NotebookView): void {
    if (this.isDisposed) {
      return;
    }
    const { dag_id: dagId, tasks, groups } = view;
    const good = view.is_broken ? this.value.good : { dagId, tasks, groups };
    const shown = withTasksOf(view, this.value.view);
    this.patch({ view: shown, good, error: null, isStale: this.further !== null });
    const own = view.dag !== null && view.dag.place !== 'other' ? view.dag.dag_id : null;
    if (own !== null) {
      void this.follow(own)?.load();
    } else if (!view.is_broken) {
      this.follow(null);
    }
  }

  /** Follow the runs of this DAG; gives the store if it is a new one. */
  private follow(dagId: string | null): DagPageStore | null {
    if (this.page?.store.dagId === dagId || (this.page === null && dagId === null)) {
      return null;
    }
    this.page?.stop();
    this.page?.store.dispose();
    this.page = null;
    if (dagId === null || this.isDisposed) {
      this.patch({ runId: null, run: null, runError: null, states: null });
      return null;
    }
    const store = new DagPageStore(this.api, this.feed, dagId);
    this.page = { store, stop: store.subscribe(() => this.takeRun(store)) };
    return store;
  }

  private takeRun(page: DagPageStore): void {
    const { runId, run, runError } = page.value;
    const { value } = this;
    if (runId === value.runId && run === value.run && runError === value.runError) {
      return;
    }
    const states =
      run === null ? null : nodeStates(run.instances, value.states ?? undefined, run.mapped);
    this.patch({ runId, run, runError, states });
  }
}
