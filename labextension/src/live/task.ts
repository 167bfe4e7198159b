/**
 * One task instance as its drawer shows it: what the server knows about it, and the notebook and log of one
 * of its tries, growing while the try runs.
 */
import { messageOf, type NotebookJson, type RestClient, type TaskRef } from '../client';
import type { CellEvent, Feed, Stop } from '../feed';
import { grown, NO_LOG, type GrowingLog } from '../log/blocks';
import { foldCells, notebookOf, type LiveNotebook } from '../notebook/fold';
import { isWaiting } from '../states';
import type { ChangeView, TaskInstanceDetail } from '../wire';
import { soon } from './soon';
import { Store } from './store';

export interface TaskState {
  readonly detail: TaskInstanceDetail | null;
  readonly error: string | null;
  /** The try that is shown; null before there is one. */
  readonly tryNumber: number | null;
  readonly notebook: LiveNotebook | null;
  readonly notebookError: string | null;
  readonly log: GrowingLog;
  readonly logError: string | null;
}

type Api = Pick<RestClient, 'task' | 'log' | 'taskNotebook'>;

const FETCH_AGAIN = 150;
/** Why a task waits may change with any other task; asked for at most this often. */
const ASK_WHY_AGAIN = 1500;
const NOTEBOOK_KINDS = new Set(['notebook', 'cells']);

export class TaskStore extends Store<TaskState> {
  private stops: Stop[] = [];
  private unfollow: Stop = () => undefined;
  /** Somebody chose a try; the newest is shown until then. */
  private isChosen = false;
  private shown = 0;
  /** Events that came before the notebook they belong to. */
  private unfolded: CellEvent[] = [];
  private readonly detailSoon = soon(() => void this.load(), FETCH_AGAIN);
  private readonly whySoon = soon(() => void this.load(), ASK_WHY_AGAIN);

  constructor(
    private readonly api: Api,
    private readonly feed: Feed,
    readonly ref: TaskRef
  ) {
    super({
      detail: null,
      error: null,
      tryNumber: null,
      notebook: null,
      notebookError: null,
      log: NO_LOG,
      logError: null
    });
  }

  /** Fetch it and keep it true until the function that this returns is called. */
  open(): Stop {
    this.stops = [
      this.feed.onChanges(changes => this.apply(changes)),
      this.detailSoon.cancel,
      this.whySoon.cancel
    ];
    void this.load();
    return () => this.close();
  }

  private close(): void {
    this.shown += 1;
    this.unfollow();
    this.stops.forEach(stop => stop());
  }

  async load(): Promise<void> {
    try {
      const detail = await this.api.task(this.ref);
      this.patch({ detail, error: null });
      const newest = detail.tries[0]?.try_number ?? null;
      if (!this.isChosen && newest !== this.value.tryNumber) {
        this.show(newest);
      }
    } catch (error) {
      this.patch({ error: messageOf(error) });
    }
  }

  chooseTry(tryNumber: number): void {
    this.isChosen = tryNumber !== this.value.detail?.tries[0]?.try_number;
    if (tryNumber !== this.value.tryNumber) {
      this.show(tryNumber);
    }
  }

  private apply(changes: readonly ChangeView[]): void {
    const { dagId, runId, taskId, mapIndex } = this.ref;
    const isMine = (change: ChangeView): boolean =>
      change.dag_id === dagId &&
      change.run_id === runId &&
      (change.kind === 'run' ||
        change.kind === 'request' ||
        (change.task_id === taskId && (change.map_index ?? -1) === mapIndex));
    if (changes.some(isMine)) {
      this.detailSoon();
    } else if (isWaiting(this.value.detail?.instance.state ?? '')) {
      this.whySoon();
    }
  }

  // -- one try -----------------------------------------------------------------------------------------

  private show(tryNumber: number | null): void {
    this.unfollow();
    this.unfollow = () => undefined;
    this.shown += 1;
    this.unfolded = [];
    this.patch({ tryNumber, notebook: null, notebookError: null, log: NO_LOG, logError: null });
    if (tryNumber !== null) {
      void this.showTry(tryNumber, this.shown);
    }
  }

  private async showTry(tryNumber: number, shown: number): Promise<void> {
    const isStale = (): boolean => shown !== this.shown;
    const { detail } = this.value;
    const attempt = detail?.tries.find(one => one.try_number === tryNumber);
    if (attempt?.ended_at === null) {
      this.follow(tryNumber, isStale);
      return;
    }
    const log = this.loadLog(tryNumber, isStale);
    if (this.hasNotebook) {
      await this.loadNotebook(tryNumber, isStale);
    }
    await log;
  }

  private get hasNotebook(): boolean {
    return NOTEBOOK_KINDS.has(this.value.detail?.task.kind ?? '');
  }

  private async loadNotebook(tryNumber: number, isStale: () => boolean): Promise<void> {
    try {
      const json: NotebookJson = await this.api.taskNotebook(this.ref, tryNumber);
      if (!isStale()) {
        const notebook = foldCells(notebookOf(json), this.unfolded);
        this.unfolded = [];
        this.patch({ notebook, notebookError: null });
      }
    } catch (error) {
      if (!isStale()) {
        this.patch({ notebookError: messageOf(error) });
      }
    }
  }

  private async loadLog(tryNumber: number, isStale: () => boolean): Promise<void> {
    let offset = 0;
    try {
      for (;;) {
        const chunk = await this.api.log(this.ref, tryNumber, offset);
        if (isStale()) {
          return;
        }
        const isDone = chunk.complete || chunk.next_offset <= offset;
        this.addLog(chunk.text, isDone);
        if (isDone) {
          return;
        }
        offset = chunk.next_offset;
      }
    } catch (error) {
      if (!isStale()) {
        this.patch({ logError: messageOf(error) });
      }
    }
  }

  private follow(tryNumber: number, isStale: () => boolean): void {
    const { dagId, runId, taskId, mapIndex } = this.ref;
    const at = {
      dag_id: dagId,
      run_id: runId,
      task_id: taskId,
      map_index: mapIndex,
      try_number: tryNumber,
      offset: 0,
      log_offset: 0
    };
    this.unfollow = this.feed.follow(at, {
      onCells: events => this.addCells(events, tryNumber, isStale),
      onLog: (text, complete) => this.addLog(text, complete),
      onRefused: logError => this.patch({ logError })
    });
  }

  /**
   * Events come from the first on and begin with a blank notebook, so they fit however far it had got. The
   * notebook itself is there once there are events, and is fetched then.
   */
  private addCells(events: readonly CellEvent[], tryNumber: number, isStale: () => boolean): void {
    const { notebook } = this.value;
    if (!events.length || !this.hasNotebook) {
      return;
    }
    if (notebook !== null) {
      this.patch({ notebook: foldCells(notebook, events) });
      return;
    }
    const isFirst = !this.unfolded.length || this.value.notebookError !== null;
    this.unfolded.push(...events);
    if (isFirst) {
      void this.loadNotebook(tryNumber, isStale);
    }
  }

  private addLog(text: string, isComplete: boolean): void {
    this.patch({ log: grown(this.value.log, text, isComplete) });
  }
}
