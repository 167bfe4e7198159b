/** The runs of a DAG as one looks for them: page by page, those that are wanted, live. */
import { messageOf } from '../client';
import type { Feed, Stop } from '../feed';
import { foldRuns, needsRuns } from '../fold/runs';
import { ANY_RUN, wantedRuns, type Asker, type RunsWanted } from '../rest/history';
import type { ChangeView, RunView } from '../wire';
import { soon } from './soon';
import { Store } from './store';

export interface RunsState {
  /** Newest first; null until fetched. */
  readonly runs: readonly RunView[] | null;
  /** Where older runs begin, null when there are none. */
  readonly older: string | null;
  readonly error: string | null;
}

const PAGE = 50;
/** As many as the server gives at once. */
const MOST = 200;
const FETCH_AGAIN = 600;

export class RunsStore extends Store<RunsState> {
  private asked = 0;
  private wanted: RunsWanted = ANY_RUN;
  private readonly loadSoon = soon(() => void this.load(), FETCH_AGAIN);

  constructor(
    private readonly api: Asker,
    private readonly feed: Pick<Feed, 'onChanges'>,
    readonly dagId: string
  ) {
    super({ runs: null, older: null, error: null });
  }

  /** Keep them true until the function that this returns is called. */
  open(): Stop {
    const stop = this.feed.onChanges(changes => this.apply(changes));
    return () => {
      stop();
      this.loadSoon.cancel();
    };
  }

  /** Fetch these, from the newest on. */
  async show(wanted: RunsWanted): Promise<void> {
    this.wanted = wanted;
    await this.load(PAGE);
  }

  async loadOlder(): Promise<void> {
    const { older, runs } = this.value;
    const { asked } = this;
    if (older === null || runs === null) {
      return;
    }
    const page = await wantedRuns(this.api, this.dagId, this.wanted, {
      before: older,
      limit: PAGE
    });
    const now = this.value.runs ?? [];
    if (asked === this.asked) {
      const known = new Set(now.map(run => run.run_id));
      const added = page.runs.filter(run => !known.has(run.run_id));
      this.patch({ runs: [...now, ...added], older: page.next });
    }
  }

  /** Fetch anew as many as are on the screen. */
  reload(): Promise<void> {
    return this.load();
  }

  /** In as many pages as that takes. */
  private async load(wanted = Math.max(PAGE, this.value.runs?.length ?? 0)): Promise<void> {
    this.asked += 1;
    const { asked } = this;
    try {
      const runs: RunView[] = [];
      let older: string | null = null;
      do {
        const limit = Math.min(MOST, wanted - runs.length);
        const page = await wantedRuns(this.api, this.dagId, this.wanted, { before: older, limit });
        if (asked !== this.asked) {
          return;
        }
        runs.push(...page.runs);
        older = page.next;
      } while (older !== null && runs.length < wanted);
      this.set({ runs, older, error: null });
    } catch (error) {
      if (asked === this.asked) {
        this.patch({ error: messageOf(error) });
      }
    }
  }

  private apply(changes: readonly ChangeView[]): void {
    const { runs } = this.value;
    const mine = changes.filter(change => change.dag_id === this.dagId);
    // Whether a run that is new is one of those that are wanted, the server knows.
    const told = mine.filter(change => change.kind !== 'run_created');
    if (runs !== null && told.length) {
      this.patch({ runs: foldRuns(runs, this.dagId, told) });
    }
    if (needsRuns(this.dagId, mine)) {
      this.loadSoon();
    }
  }
}
