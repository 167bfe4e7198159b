/** The audit, page by page, as far as a person has looked back; fetched again when somebody does something. */
import { messageOf, type RestClient } from '../client';
import type { Feed, Stop } from '../feed';
import { fetchAudit, type AuditAsked } from '../rest/admin';
import type { AuditEntry } from '../wire';
import { isRefusal } from './listing';
import { soon } from './soon';
import { Store } from './store';

export interface AuditState {
  readonly asked: AuditAsked;
  /** Null until the first page is there. */
  readonly entries: readonly AuditEntry[] | null;
  /** Where the next page begins; null when there is none. */
  readonly next: string | null;
  readonly error: string | null;
  readonly isForbidden: boolean;
}

export const ALL: AuditAsked = {
  actor: '',
  dag_id: '',
  verb: '',
  outcome: '',
  since: '',
  until: ''
};

const KINDS = new Set(['request', 'variable', 'connection']);
const FETCH_AGAIN = 500;

export class AuditStore extends Store<AuditState> {
  private asking = 0;
  private readonly loadSoon = soon(() => void this.load(), FETCH_AGAIN);

  constructor(
    private readonly client: Pick<RestClient, 'request'>,
    private readonly feed: Pick<Feed, 'onChanges'>
  ) {
    super({ asked: ALL, entries: null, next: null, error: null, isForbidden: false });
  }

  /** Keep it true until the function that this returns is called. */
  open(): Stop {
    const stop = this.feed.onChanges(
      changes => changes.some(({ kind }) => KINDS.has(kind)) && this.loadSoon()
    );
    void this.load();
    return () => {
      stop();
      this.loadSoon.cancel();
    };
  }

  ask(change: Partial<AuditAsked>): void {
    this.patch({ asked: { ...this.value.asked, ...change } });
    this.loadSoon();
  }

  async load(): Promise<void> {
    await this.fetch(null);
  }

  async loadMore(): Promise<void> {
    await this.fetch(this.value.next);
  }

  private async fetch(before: string | null): Promise<void> {
    this.asking += 1;
    const { asking } = this;
    try {
      const page = await fetchAudit(this.client, this.value.asked, before);
      if (asking === this.asking) {
        const kept = before === null ? [] : (this.value.entries ?? []);
        const entries = [...kept, ...page.entries];
        this.patch({ entries, next: page.next, error: null, isForbidden: false });
      }
    } catch (error) {
      if (asking === this.asking) {
        this.patch({ error: messageOf(error), isForbidden: isRefusal(error) });
      }
    }
  }
}
