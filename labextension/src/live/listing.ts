/** Something that is fetched as a whole and fetched again when it may have changed: a table of the administration. */
import { ClientError, messageOf } from '../client';
import type { Feed, Stop } from '../feed';
import type { ChangeView } from '../wire';
import { soon } from './soon';
import { Store } from './store';

export interface ListingState<T> {
  /** Null until it is fetched. */
  readonly value: T | null;
  readonly error: string | null;
  /** The server does not let this person see it. */
  readonly isForbidden: boolean;
}

const FETCH_AGAIN = 800;

export class Listing<T> extends Store<ListingState<T>> {
  private asked = 0;
  private readonly loadSoon = soon(() => void this.load(), FETCH_AGAIN);

  constructor(
    private readonly fetch: () => Promise<T>,
    private readonly feed: Pick<Feed, 'onChanges'>,
    private readonly isTouched: (change: ChangeView) => boolean
  ) {
    super({ value: null, error: null, isForbidden: false });
  }

  /** Fetch it and keep it true until the function that this returns is called. */
  open(): Stop {
    const stop = this.feed.onChanges(changes => changes.some(this.isTouched) && this.loadSoon());
    void this.load();
    return () => {
      stop();
      this.loadSoon.cancel();
    };
  }

  async load(): Promise<void> {
    this.asked += 1;
    const { asked } = this;
    try {
      const value = await this.fetch();
      if (asked === this.asked) {
        this.set({ value, error: null, isForbidden: false });
      }
    } catch (error) {
      if (asked === this.asked) {
        this.patch({ error: messageOf(error), isForbidden: isRefusal(error) });
      }
    }
  }
}

/** Whether the server said that this person may not. */
export function isRefusal(error: unknown): boolean {
  return error instanceof ClientError && (error.status === 403 || error.status === 401);
}
