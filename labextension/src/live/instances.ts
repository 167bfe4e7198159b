/** The instances of a mapped task as one looks through them: page by page, in one state, by name or index. */
import { messageOf, type RestClient, type TaskRef } from '../client';
import type { Feed, Stop } from '../feed';
import type { TaskInstanceView } from '../wire';
import { soon } from './soon';
import { Store } from './store';

export interface InstancesState {
  /** Those that fit, by index, as far as they have been fetched; null until then. */
  readonly instances: readonly TaskInstanceView[] | null;
  /** How many of all of them are in which state. */
  readonly counts: Readonly<Record<string, number>>;
  readonly hasMore: boolean;
  readonly error: string | null;
  /** Null for all states. */
  readonly state: string | null;
  readonly search: string;
}

type Task = Omit<TaskRef, 'mapIndex'>;

const PAGE = 100;
/** As many as the server gives at once. */
const MOST = 1000;
const FETCH_AGAIN = 800;

export class InstancesStore extends Store<InstancesState> {
  private asked = 0;
  private readonly loadSoon = soon(() => void this.load(), FETCH_AGAIN);

  constructor(
    private readonly api: Pick<RestClient, 'instances'>,
    private readonly feed: Pick<Feed, 'onChanges'>,
    readonly task: Task
  ) {
    super({ instances: null, counts: {}, hasMore: false, error: null, state: null, search: '' });
  }

  /** Fetch them and keep them true until the function that this returns is called. */
  open(): Stop {
    const { dagId, runId, taskId } = this.task;
    const stop = this.feed.onChanges(changes => {
      if (
        changes.some(one => one.task_id === taskId && one.run_id === runId && one.dag_id === dagId)
      ) {
        this.loadSoon();
      }
    });
    void this.load();
    return () => {
      stop();
      this.loadSoon.cancel();
    };
  }

  async narrow(change: Partial<Pick<InstancesState, 'state' | 'search'>>): Promise<void> {
    this.patch(change);
    await this.load(PAGE);
  }

  /** Fetch the next ones. */
  async more(): Promise<void> {
    const { instances } = this.value;
    await this.load((instances ?? []).length + PAGE);
  }

  /** Fetch anew as many as there are on the screen; the rest of very many page by page. */
  private async load(wanted = Math.max(PAGE, this.value.instances?.length ?? 0)): Promise<void> {
    this.asked += 1;
    const { asked } = this;
    const { state, search } = this.value;
    try {
      const found: TaskInstanceView[] = [];
      let after = -2;
      for (;;) {
        const limit = Math.min(MOST, wanted - found.length);
        const page = await this.api.instances(this.task, { state, search, after, limit });
        if (asked !== this.asked) {
          return;
        }
        found.push(...page.instances);
        if (page.next === null || found.length >= wanted) {
          const hasMore = page.next !== null;
          this.patch({ instances: found, counts: page.counts, hasMore, error: null });
          return;
        }
        after = page.next;
      }
    } catch (error) {
      if (asked === this.asked) {
        this.patch({ error: messageOf(error) });
      }
    }
  }
}
