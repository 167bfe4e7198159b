/** The results in the cache, as far as they are listed, kept true while somebody looks. */
import { messageOf, type RestClient } from '../client';
import type { Feed, Stop } from '../feed';
import { fetchCache } from '../rest/cache';
import type { CachedResult } from '../wire';
import { onceCalm } from './calm';
import { isRefusal, type ListingState } from './listing';
import { soon } from './soon';
import { Store } from './store';

export interface CacheState extends ListingState<readonly CachedResult[]> {
  readonly search: string;
  /** There are others than those that are listed. */
  readonly more: boolean;
}

const FETCH_AGAIN = 1500;
const PAGE = 200;
/** More are not listed at once: a search finds the others. */
const MOST = 1000;

export class CacheStore extends Store<CacheState> {
  private asked = 0;
  private limit = PAGE;
  private readonly loadSoon = soon(() => void this.load(), FETCH_AGAIN);
  private readonly typed = onceCalm(() => void this.load(), 250, 1000);

  constructor(
    private readonly client: Pick<RestClient, 'request'>,
    private readonly feed: Pick<Feed, 'onChanges'>
  ) {
    super({ value: null, error: null, isForbidden: false, search: '', more: false });
  }

  /** Keep it true until the function that this returns is called. */
  open(): Stop {
    const stop = this.feed.onChanges(
      changes =>
        changes.some(
          ({ kind, state }) => kind === 'request' || (kind === 'task' && state === 'success')
        ) && this.loadSoon()
    );
    void this.load();
    return () => {
      stop();
      this.loadSoon.cancel();
      this.typed.cancel();
    };
  }

  find(search: string): void {
    this.limit = PAGE;
    this.patch({ search });
    this.typed();
  }

  get canShowMore(): boolean {
    return this.value.more && this.limit < MOST;
  }

  async showMore(): Promise<void> {
    this.limit = Math.min(MOST, this.limit + PAGE);
    await this.load();
  }

  async load(): Promise<void> {
    this.asked += 1;
    const { asked, limit } = this;
    try {
      const { results, more } = await fetchCache(this.client, {
        search: this.value.search.trim(),
        limit
      });
      if (asked === this.asked) {
        this.patch({ value: results, more, error: null, isForbidden: false });
      }
    } catch (error) {
      if (asked === this.asked) {
        this.patch({ error: messageOf(error), isForbidden: isRefusal(error) });
      }
    }
  }
}
