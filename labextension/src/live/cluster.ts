/**
 * The cluster as the page shows it, asked for again and again while somebody looks, with the last minutes kept.
 * Nothing is asked while the page or the browser's tab is hidden.
 */
import { Poll } from '@lumino/polling';

import { messageOf } from '../client';
import type { Feed, Stop } from '../feed';
import type { ClusterDetail, DashboardView } from '../wire';
import { isRefusal } from './listing';
import { soon } from './soon';
import { Store } from './store';

/** What is remembered of one moment; sums over all workers, null where none has told. */
export interface Sample {
  readonly at: number;
  readonly used: number;
  readonly slots: number;
  readonly waiting: number;
  readonly cpu: number | null;
  readonly memory: number | null;
  /** Percent of a core, and bytes, by the address of the worker. */
  readonly byWorker: Readonly<Record<string, { readonly cpu: number; readonly memory: number }>>;
}

export interface ClusterState {
  readonly detail: ClusterDetail | null;
  readonly dashboard: DashboardView | null;
  readonly history: readonly Sample[];
  readonly error: string | null;
  readonly isForbidden: boolean;
}

export interface ClusterApi {
  readonly detail: () => Promise<ClusterDetail>;
  readonly dashboard: () => Promise<DashboardView>;
}

/** The scheduler describes its cluster about as often. */
const EVERY = 4000;
const AFTER_CHANGES = 700;
/** Milliseconds that the curves go back at most, and at least. */
const REMEMBERED = 10 * 60_000;
const SHORTEST = 60_000;

export class ClusterStore extends Store<ClusterState> {
  private readonly poll: Poll;
  private readonly loadSoon = soon(() => void this.load(), AFTER_CHANGES);
  private stop: Stop | null = null;
  /** The dashboard is looked for again when this changes. */
  private place = '';

  constructor(
    private readonly api: ClusterApi,
    private readonly feed: Pick<Feed, 'onChanges'>
  ) {
    super({ detail: null, dashboard: null, history: [], error: null, isForbidden: false });
    this.poll = new Poll({
      auto: false,
      factory: () => this.load(),
      frequency: { interval: EVERY, backoff: true, max: 60_000 },
      standby: 'when-hidden',
      name: 'nbflow: the cluster'
    });
  }

  get isWatched(): boolean {
    return this.stop !== null;
  }

  /** Whether somebody looks. */
  watch(isSeen: boolean): void {
    if (isSeen === this.isWatched || this.poll.isDisposed) {
      return;
    }
    if (isSeen) {
      const isTask = ({ kind }: { kind: string }): boolean => kind.startsWith('task');
      this.stop = this.feed.onChanges(changes => changes.some(isTask) && this.loadSoon());
      void this.poll.start();
      void this.poll.refresh();
    } else {
      this.stop?.();
      this.stop = null;
      this.loadSoon.cancel();
      void this.poll.stop();
    }
  }

  dispose(): void {
    this.watch(false);
    this.poll.dispose();
  }

  async load(): Promise<void> {
    try {
      const detail = await this.api.detail();
      const history = remembered(this.value.history, sampleOf(detail, Date.now()));
      this.patch({ detail, history, error: null, isForbidden: false });
      const place = `${detail.scheduler.alive} ${detail.kind} ${detail.address} ${detail.dashboard}`;
      if (place !== this.place || this.value.dashboard?.reachable === false) {
        this.place = place;
        await this.loadDashboard();
      }
    } catch (error) {
      this.patch({ error: messageOf(error), isForbidden: isRefusal(error) });
    }
  }

  async loadDashboard(): Promise<void> {
    this.patch({ dashboard: await this.api.dashboard() });
  }
}

export function sampleOf(detail: ClusterDetail, at: number): Sample {
  const told = detail.workers.filter(worker => worker.memory !== null);
  const byWorker = Object.fromEntries(
    told.map(({ address, name, cpu, memory }) => [
      address || name,
      { cpu: cpu ?? 0, memory: memory ?? 0 }
    ])
  );
  const sum = (values: readonly number[]): number | null =>
    values.length ? values.reduce((total, value) => total + value, 0) : null;
  return {
    at,
    used: detail.running,
    slots: detail.slots,
    waiting: detail.queued + detail.waiting,
    cpu: sum(told.map(worker => worker.cpu ?? 0)),
    memory: sum(told.map(worker => worker.memory ?? 0)),
    byWorker
  };
}

/** Milliseconds from the oldest that is known to the newest, rounded up to minutes. */
export function spanOf(history: readonly Sample[]): number {
  const passed = (history.at(-1)?.at ?? 0) - (history[0]?.at ?? 0);
  const minutes = Math.ceil(passed / SHORTEST);
  return Math.min(REMEMBERED, Math.max(1, minutes) * SHORTEST);
}

/** With one more, and without what is too long ago. */
export function remembered(history: readonly Sample[], next: Sample): readonly Sample[] {
  return [...history.filter(sample => next.at - sample.at < REMEMBERED), next];
}
