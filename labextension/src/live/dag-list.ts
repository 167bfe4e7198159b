/**
 * The DAG list with health and import errors, kept true: a snapshot from the server, then a fold of the feed.
 * One for the whole page: the side panel, the status bar and the commands all read it.
 */
import { messageOf, type RestClient } from '../client';
import type { Feed, FeedState, Stop } from '../feed';
import { foldDags, needsDags } from '../fold/dag-list';
import type { ChangeView, DagView, Health, ImportErrorView } from '../wire';
import { whenSeen } from './seen';
import { soon } from './soon';
import { Store } from './store';

export interface DagListState {
  /** Null until the first snapshot. */
  readonly dags: readonly DagView[] | null;
  readonly importErrors: readonly ImportErrorView[];
  readonly health: Health | null;
  /** Why the list could not be fetched, or null. */
  readonly error: string | null;
  readonly connection: FeedState;
}

type Api = Pick<RestClient, 'dags' | 'health' | 'importErrors' | 'setPaused'>;

const FETCH_AGAIN = 300;
const TRY_AGAIN = 10_000;

export class DagListStore extends Store<DagListState> {
  private readonly stops: Stop[];
  private cursor = -1;
  /** What the feed told while a snapshot was on its way; null otherwise. */
  private meanwhile: ChangeView[] | null = null;
  private readonly reloadSoon = soon(() => void this.reload(), FETCH_AGAIN);
  private stopWaiting: Stop = () => undefined;
  private readonly retryLater = soon(() => this.retry(), TRY_AGAIN);
  private readonly errorsSoon = soon(() => void this.loadImportErrors(), FETCH_AGAIN);

  constructor(
    private readonly api: Api,
    private readonly feed: Feed
  ) {
    super({ dags: null, importErrors: [], health: null, error: null, connection: feed.state });
    this.stops = [
      feed.onChanges(changes => this.apply(changes)),
      feed.onHealth(health => this.patch({ health })),
      feed.onState(connection => this.patch({ connection })),
      this.reloadSoon.cancel,
      this.retryLater.cancel,
      () => this.stopWaiting(),
      this.errorsSoon.cancel
    ];
  }

  dispose(): void {
    this.stops.forEach(stop => stop());
  }

  /** Fetch everything. Tries again by itself when it fails. */
  async reload(): Promise<void> {
    this.retryLater.cancel();
    this.stopWaiting();
    const meanwhile: ChangeView[] = [];
    this.meanwhile = meanwhile;
    try {
      const [list, health, importErrors] = await Promise.all([
        this.api.dags(),
        this.api.health(),
        this.api.importErrors()
      ]);
      if (this.meanwhile !== meanwhile) {
        return; // A later call takes its place.
      }
      this.cursor = list.cursor;
      this.meanwhile = null;
      const dags = foldDags(list.dags, meanwhile, list.cursor);
      this.patch({ dags, health, importErrors, error: null });
      this.feed.start(list.cursor);
    } catch (error) {
      this.patch({ error: messageOf(error) });
      this.retryLater();
    }
  }

  /** Nothing is asked of the server while nobody looks, unless the person wants it so. */
  private retry(): void {
    this.stopWaiting();
    if (this.feed.isForHiddenPages) {
      void this.reload();
    } else {
      this.stopWaiting = whenSeen(() => void this.reload());
    }
  }

  /** Pause or unpause: shown at once, taken back if the server refuses, which is then thrown. */
  async setPaused(dagId: string, paused: boolean, hold = false): Promise<void> {
    const before = this.value.dags?.find(dag => dag.dag_id === dagId);
    this.show(dagId, { paused, held: hold });
    try {
      await this.api.setPaused(dagId, paused, hold);
    } catch (error) {
      this.show(dagId, { paused: !paused, held: before?.held ?? false });
      throw error;
    }
  }

  private show(dagId: string, change: Partial<DagView>): void {
    const dags = this.value.dags?.map(dag => (dag.dag_id === dagId ? { ...dag, ...change } : dag));
    this.patch({ dags: dags ?? null });
  }

  private apply(changes: readonly ChangeView[]): void {
    this.meanwhile?.push(...changes);
    const { dags } = this.value;
    if (dags === null) {
      return;
    }
    if (needsDags(dags, changes)) {
      this.reloadSoon();
    }
    if (changes.some(change => change.kind === 'import_errors')) {
      this.errorsSoon();
    }
    const next = foldDags(dags, changes, this.cursor);
    if (next !== dags) {
      this.patch({ dags: next });
    }
  }

  private async loadImportErrors(): Promise<void> {
    try {
      this.patch({ importErrors: await this.api.importErrors() });
    } catch (error) {
      this.patch({ error: messageOf(error) });
      this.retryLater();
    }
  }
}
