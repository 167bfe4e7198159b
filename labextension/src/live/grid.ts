/** The grid of a DAG, live: newest runs first, older ones when somebody looks for them. */
import { messageOf } from '../client';
import type { Feed, Stop } from '../feed';
import { foldGrid, gridOf, joined, needsGrid, type Grid } from '../fold/grid';
import * as history from '../rest/history';
import { ANY_RUN, type Asker, type RunsWanted } from '../rest/history';
import type { ChangeView } from '../wire';
import { soon } from './soon';
import { Store } from './store';

export interface GridState {
  /** Null until it is fetched. */
  readonly grid: Grid | null;
  /** Where older runs begin, null when there are none. */
  readonly older: string | null;
  readonly isLoadingOlder: boolean;
  readonly error: string | null;
}

interface Fetched {
  readonly grid: Grid;
  readonly next: string | null;
}

const PAGE = 50;
/** As many as the server gives at once. */
const MOST = 200;
const FETCH_AGAIN = 600;

export class GridStore extends Store<GridState> {
  private asked = 0;
  private wanted: RunsWanted = ANY_RUN;
  /** What has come since each of the pages that are on their way was asked for. */
  private readonly meanwhile = new Set<ChangeView[]>();
  private readonly loadSoon = soon(() => void this.load(), FETCH_AGAIN);

  constructor(
    private readonly api: Asker,
    private readonly feed: Pick<Feed, 'onChanges' | 'onState' | 'start'>,
    readonly dagId: string
  ) {
    super({ grid: null, older: null, isLoadingOlder: false, error: null });
  }

  /** Keep it true until the function that this returns is called. */
  open(): Stop {
    const stops = [
      this.feed.onChanges(changes => this.apply(changes)),
      this.feed.onState(state => state === 'open' && this.value.grid !== null && this.loadSoon())
    ];
    return () => {
      stops.forEach(stop => stop());
      this.loadSoon.cancel();
    };
  }

  /** Fetch these runs, from the newest on. */
  async show(wanted: RunsWanted): Promise<void> {
    this.wanted = wanted;
    this.patch({ older: null });
    await this.load(true);
  }

  async loadOlder(): Promise<void> {
    const { older, isLoadingOlder, grid } = this.value;
    if (older === null || isLoadingOlder || grid === null) {
      return;
    }
    const { asked } = this;
    this.patch({ isLoadingOlder: true });
    try {
      const page = await this.fetch({ before: older, limit: PAGE });
      const now = this.value.grid;
      if (asked === this.asked && now !== null) {
        this.patch({ grid: joined(now, page.grid), older: page.next });
      }
    } catch (error) {
      this.patch({ error: messageOf(error) });
    } finally {
      this.patch({ isLoadingOlder: false });
    }
  }

  /** Fetch anew as many as there are, as far as the server gives them at once; what is older stays. */
  private async load(isNew = false): Promise<void> {
    this.asked += 1;
    const { asked } = this;
    const wanted = isNew ? PAGE : Math.max(PAGE, this.value.grid?.columns.length ?? 0);
    try {
      const page = await this.fetch({ limit: Math.min(MOST, wanted) });
      if (asked === this.asked) {
        this.put(page, isNew ? null : this.value.grid);
      }
    } catch (error) {
      if (asked === this.asked) {
        this.patch({ error: messageOf(error) });
      }
    }
  }

  /** What is there from now on; of what was there before, the older columns that were not fetched again stay. */
  private put({ grid, next }: Fetched, before: Grid | null): void {
    const rest = before?.columns.slice(grid.columns.length) ?? [];
    if (before === null || next === null || !rest.length) {
      this.patch({ grid, older: next, error: null });
    } else {
      this.patch({ grid: joined(grid, { ...before, columns: rest }), error: null });
    }
  }

  /** A page, with what came while it was on its way. */
  private async fetch(page: history.Page): Promise<Fetched> {
    const came: ChangeView[] = [];
    this.meanwhile.add(came);
    try {
      const found = await history.grid(this.api, this.dagId, this.wanted, page);
      this.feed.start(found.cursor);
      return { grid: foldGrid(gridOf(found), this.dagId, came), next: found.next };
    } finally {
      this.meanwhile.delete(came);
    }
  }

  private apply(changes: readonly ChangeView[]): void {
    const mine = changes.filter(change => change.dag_id === this.dagId);
    if (!mine.length) {
      return;
    }
    this.meanwhile.forEach(came => came.push(...mine));
    const { grid } = this.value;
    if (grid !== null) {
      this.patch({ grid: foldGrid(grid, this.dagId, mine) });
    }
    if (needsGrid(this.dagId, mine)) {
      this.loadSoon();
    }
  }
}
