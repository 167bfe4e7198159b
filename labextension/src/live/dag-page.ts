/**
 * One DAG as its page shows it: the definition, the newest runs, and one run in detail, kept true by the feed.
 * Which run is chosen is part of the state; which tab is open is the page's own business.
 */
import { ClientError, messageOf, type RestClient } from '../client';
import type { Feed, Stop } from '../feed';
import { runJustMade } from '../fold/just-made';
import { foldRun } from '../fold/run';
import { foldRuns, needsRuns } from '../fold/runs';
import type { ChangeView, DagDetail, RunDetail, RunView } from '../wire';
import { soon } from './soon';
import { Store } from './store';

export interface DagPageState {
  readonly detail: DagDetail | null;
  /** Why the DAG could not be fetched, or null. */
  readonly error: string | null;
  /** Newest first; null until fetched. */
  readonly runs: readonly RunView[] | null;
  /** The chosen run; null shows the definition. */
  readonly runId: string | null;
  /** The chosen run once it is fetched. */
  readonly run: RunDetail | null;
  /** Why the chosen run cannot be shown; null also while it is being created. */
  readonly runError: string | null;
  /** The chosen task, if its drawer is open. */
  readonly task: ChosenTask | null;
}

export interface ChosenTask {
  readonly taskId: string;
  readonly mapIndex: number;
}

type Api = Pick<RestClient, 'dag' | 'runs' | 'run'>;

const FETCH_AGAIN = 400;
const LOOK_FOR = 2000;

export class DagPageStore extends Store<DagPageState> {
  private readonly stops: Stop[];
  private meanwhile: ChangeView[] | null = null;
  /** A newer run takes the place of the chosen one as long as nobody chose another. */
  private isFollowing = true;
  /** A run that was asked for and may not be there yet: what comes before it is not shown. */
  private expected: string | null = null;
  private readonly expectedSoon = soon(
    () => this.value.run === null && void this.loadRun(),
    LOOK_FOR
  );
  private readonly runsSoon = soon(() => void this.loadRuns(), FETCH_AGAIN);
  private readonly detailSoon = soon(() => void this.loadDetail(), FETCH_AGAIN);

  constructor(
    private readonly api: Api,
    private readonly feed: Feed,
    readonly dagId: string
  ) {
    super({
      detail: null,
      error: null,
      runs: null,
      runId: null,
      run: null,
      runError: null,
      task: null
    });
    this.stops = [
      feed.onChanges(changes => this.apply(changes)),
      feed.onState(state => state === 'open' && this.runsSoon()),
      this.expectedSoon.cancel,
      this.runsSoon.cancel,
      this.detailSoon.cancel
    ];
  }

  dispose(): void {
    this.stops.forEach(stop => stop());
  }

  /** Fetch the DAG and its runs, and show the newest run unless one has been chosen. */
  async load(): Promise<void> {
    await Promise.all([this.loadDetail(), this.loadRuns()]);
    const newest = this.value.runs?.[0];
    if (this.isFollowing && this.value.runId === null && newest !== undefined) {
      await this.show(newest.run_id);
    }
  }

  /** Choose a run, or the definition. The newest run stays chosen only until there is a newer one. */
  async choose(runId: string | null, task: ChosenTask | null = null): Promise<void> {
    this.isFollowing = runId !== null && runId === this.value.runs?.[0]?.run_id;
    await this.show(runId, task);
  }

  /** Show a run that has just been asked for, which may not exist yet. */
  async expect(runId: string): Promise<void> {
    this.isFollowing = true;
    if (this.value.runs?.some(run => run.run_id === runId)) {
      await this.show(runId);
      return;
    }
    // The feed tells when it has been created; should it not, look after a while.
    this.expected = runId;
    this.patch({ runId, run: null, runError: null });
    this.expectedSoon();
  }

  /** The run and task that a person looks at, to find the page again as it is; the newest run needs no name. */
  get place(): { run_id?: string; task_id?: string; map_index?: number } {
    const { runId, task } = this.value;
    return {
      ...(runId === null || this.isFollowing ? {} : { run_id: runId }),
      ...(task === null ? {} : { task_id: task.taskId, map_index: task.mapIndex })
    };
  }

  chooseTask(task: ChosenTask | null): void {
    this.patch({ task });
  }

  private async show(
    runId: string | null,
    task: ChosenTask | null = this.value.task,
    run: RunDetail | null = null
  ): Promise<void> {
    if (runId !== this.value.runId || run !== null) {
      this.patch({ runId, run, runError: null, task });
    } else {
      this.patch({ task });
    }
    await this.loadRun();
  }

  private async loadDetail(): Promise<void> {
    try {
      this.patch({ detail: await this.api.dag(this.dagId), error: null });
    } catch (error) {
      this.patch({ error: messageOf(error) });
    }
  }

  private async loadRuns(): Promise<void> {
    try {
      this.patch({ runs: (await this.api.runs(this.dagId)).runs });
    } catch (error) {
      this.patch({ error: messageOf(error) });
    }
  }

  private async loadRun(): Promise<void> {
    const { runId } = this.value;
    if (runId === null) {
      return;
    }
    const meanwhile: ChangeView[] = [];
    this.meanwhile = meanwhile;
    const isStale = (): boolean => this.meanwhile !== meanwhile || this.value.runId !== runId;
    try {
      const run = await this.api.run(this.dagId, runId);
      if (isStale()) {
        return;
      }
      this.feed.start(run.cursor);
      if (run.cursor < (this.feed.since ?? 0)) {
        // The feed began after this snapshot was taken: what lies between would be missing.
        await this.loadRun();
        return;
      }
      this.meanwhile = null;
      this.patch({ run: foldRun(run, meanwhile), runError: null });
    } catch (error) {
      if (!isStale()) {
        this.meanwhile = null;
        const isPending = error instanceof ClientError && error.status === 404 && this.isFollowing;
        this.patch({ run: null, runError: isPending ? null : messageOf(error) });
        if (meanwhile.some(change => change.kind === 'run_created' && change.run_id === runId)) {
          await this.loadRun();
        }
      }
    }
  }

  private apply(changes: readonly ChangeView[]): void {
    const mine = changes.filter(change => change.dag_id === this.dagId);
    if (!mine.length) {
      return;
    }
    this.meanwhile?.push(...mine);
    const { runs, run } = this.value;
    const change: { -readonly [K in keyof DagPageState]?: DagPageState[K] } = {};
    if (runs !== null) {
      change.runs = foldRuns(runs, this.dagId, mine);
    }
    if (run !== null) {
      change.run = foldRun(run, mine);
    }
    this.patch(change);
    if (needsRuns(this.dagId, mine)) {
      this.runsSoon();
    }
    if (mine.some(({ kind }) => kind === 'dag' || kind === 'paused')) {
      this.detailSoon();
    }
    this.followRuns(mine);
    if (mine.some(({ kind, run_id }) => kind === 'run_deleted' && run_id === this.value.runId)) {
      void this.choose(this.value.runs?.[0]?.run_id ?? null);
    }
  }

  private followRuns(changes: readonly ChangeView[]): void {
    const refused = changes.find(change => change.kind === 'request' && this.refuses(change));
    if (refused !== undefined) {
      this.patch({ runError: String(refused.data.message) });
    }
    const created = changes.filter(change => change.kind === 'run_created');
    const newest = created.at(-1)?.run_id;
    const isExpected = created.some(change => change.run_id === this.value.runId);
    if (isExpected && this.value.run === null) {
      void this.showNew(this.value.runId, changes);
    } else if (newest !== undefined && newest !== null && this.isFollowing && !this.isExpecting) {
      void this.showNew(newest, changes);
    }
  }

  /** Draw what the changes tell of a run at once; what they do not tell is fetched meanwhile. */
  private async showNew(runId: string | null, changes: readonly ChangeView[]): Promise<void> {
    const { detail, task } = this.value;
    const mine = changes.filter(change => change.run_id === runId);
    await this.show(runId, task, detail === null ? null : runJustMade(detail, mine));
  }

  /** Whether the chosen run has been asked for and is not there yet. */
  private get isExpecting(): boolean {
    const { runId, run } = this.value;
    return runId !== null && runId === this.expected && run === null;
  }

  private refuses(change: ChangeView): boolean {
    const payload = change.data.payload as { run_id?: unknown } | undefined;
    return (
      change.state === 'refused' && payload?.run_id === this.value.runId && this.value.run === null
    );
  }
}
