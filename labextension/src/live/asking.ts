/**
 * A dialog that asks the server what would happen each time something is changed in it, and for the thing
 * itself in the end: what was looked at is what is sent.
 */
import { messagesOf } from './form';
import { Store } from './store';

export interface AskingState<D, P> {
  readonly draft: D;
  /** What would happen; null before that is known, and where it cannot be. */
  readonly preview: P | null;
  /** Whether the preview is that of an earlier draft, until there is a newer one. */
  readonly isStale: boolean;
  /** Why there is no preview, or why it was not done, a sentence each. */
  readonly problems: readonly string[];
  /** Whether the server is doing it. */
  readonly isBusy: boolean;
}

export interface Asked<D, P> {
  readonly draft: D;
  /** Null: what the draft lacks is seen on the form. */
  readonly send: (draft: D, dryRun: boolean) => Promise<P> | null;
  /** Whether there would be something to do. */
  readonly isSomething: (preview: P) => boolean;
}

/** How something was changed: what is ticked is looked at at once, what is typed waits for the next key, and
 * what makes no difference to the preview leaves it as it is. */
export type Change = 'ticked' | 'typed' | 'beside';

const LOOK_AGAIN = 250;

export class AskingStore<D, P> extends Store<AskingState<D, P>> {
  /** What was done, once it is. */
  done: P | null = null;
  private timer: ReturnType<typeof setTimeout> | undefined;
  private looks = 0;

  constructor(private readonly asked: Asked<D, P>) {
    super({ draft: asked.draft, preview: null, isStale: true, problems: [], isBusy: false });
  }

  /** Whether it can be sent as it stands. */
  get isReady(): boolean {
    const { preview, isStale, isBusy } = this.value;
    return !isBusy && !isStale && preview !== null && this.asked.isSomething(preview);
  }

  close(): void {
    clearTimeout(this.timer);
    this.looks += 1;
  }

  change(change: Partial<D>, how: Change = 'ticked'): void {
    const draft = { ...this.value.draft, ...change };
    if (how === 'beside') {
      this.patch({ draft });
      return;
    }
    this.patch({ draft, isStale: true });
    this.looks += 1;
    clearTimeout(this.timer);
    if (how === 'typed') {
      this.timer = setTimeout(() => void this.look(), LOOK_AGAIN);
    } else {
      void this.look();
    }
  }

  /** Ask what would happen. */
  async look(): Promise<void> {
    this.looks += 1;
    const { looks } = this;
    const asked = this.asked.send(this.value.draft, true);
    if (asked === null) {
      this.patch({ preview: null, problems: [] });
      return;
    }
    const [preview, problems] = await asked.then(
      found => [found, []] as const,
      (error: unknown) => [null, messagesOf(error)] as const
    );
    if (looks === this.looks) {
      this.patch({ preview, problems, isStale: false });
    }
  }

  /** Whether it was done. */
  async submit(): Promise<boolean> {
    const asked = this.isReady ? this.asked.send(this.value.draft, false) : null;
    if (asked === null) {
      return false;
    }
    this.patch({ isBusy: true });
    try {
      this.done = await asked;
    } catch (error) {
      this.patch({ problems: messagesOf(error), preview: null });
    }
    this.patch({ isBusy: false });
    return this.done !== null;
  }
}
