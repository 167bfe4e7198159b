/**
 * One websocket for everything that is live: changes from a cursor on, health, and the outputs and log of
 * attempts somebody looks at. It connects again by itself and goes on where it was, so nothing is missed and
 * nothing comes twice. A connection that has died without a word, as in the sleep of a laptop, is found out by
 * a ping that nobody answers. What the changes mean is in reducer.ts.
 */
import type { ChangeView, Health } from './wire';

/** The part of a WebSocket that is used. */
export interface FeedSocket {
  onopen: ((event: Event) => void) | null;
  onmessage: ((event: MessageEvent<string>) => void) | null;
  onclose: ((event: CloseEvent) => void) | null;
  send(text: string): void;
  close(): void;
}

export type FeedState = 'connecting' | 'open' | 'waiting' | 'paused';

/** An attempt to follow, from bytes of its events and of its log on. */
export interface Followed {
  readonly dag_id: string;
  readonly run_id: string;
  readonly task_id: string;
  readonly map_index: number;
  readonly try_number: number;
  readonly offset: number;
  readonly log_offset: number;
}

/** A cell event of `runtime.live`: what it is about depends on `event`. */
export type CellEvent = Readonly<Record<string, unknown>> & { readonly event: string };

export interface Follower {
  /** It cannot be followed, and why. */
  onRefused(message: string): void;
  onCells(events: readonly CellEvent[], complete: boolean): void;
  onLog(text: string, complete: boolean): void;
}

export type Stop = () => void;

type Timer = ReturnType<typeof setTimeout> | undefined;

interface CellsMessage {
  op: 'cells';
  id: string;
  events: CellEvent[];
  next_offset: number;
  complete: boolean;
}

interface LogMessage {
  op: 'log';
  id: string;
  text: string;
  next_offset: number;
  complete: boolean;
}

type Message =
  | { op: 'changes'; cursor: number; changes: ChangeView[] }
  | { op: 'health'; health: Health }
  | { op: 'error'; id: string | null; message: string }
  | { op: 'pong' }
  | CellsMessage
  | LogMessage;

export interface FeedOptions {
  readonly connect: () => FeedSocket;
  /** Runs `deliver` soon, once: what arrives until then is told together. By default with the next frame. */
  readonly soon?: (deliver: () => void) => void;
  /** Milliseconds to wait before connecting for the nth time since it last worked. */
  readonly backoff?: (attempt: number) => number;
}

/** Milliseconds of silence after which the other end is asked whether it is there. */
const QUIET = 20_000;
/** Milliseconds it has for an answer, or to connect at all. */
const PATIENCE = 10_000;

export class Feed {
  /** Whether the server is asked even while the browser's tab is hidden. */
  isForHiddenPages = false;
  private socket: FeedSocket | null = null;
  private cursor: number | null = null;
  private started: number | null = null;
  private attempt = 0;
  private timer: Timer;
  private question: Timer;
  private deadline: Timer;
  private current: FeedState = 'paused';
  private queue: Message[] = [];
  private nextId = 0;
  private readonly followed = new Map<string, { at: Followed; follower: Follower }>();
  private readonly changeListeners = new Set<(changes: readonly ChangeView[]) => void>();
  private readonly healthListeners = new Set<(health: Health) => void>();
  private readonly stateListeners = new Set<(state: FeedState) => void>();

  constructor(private readonly options: FeedOptions) {}

  get state(): FeedState {
    return this.current;
  }

  /** The cursor after which everything has been told or will be; null before `start`. */
  get since(): number | null {
    return this.started;
  }

  /** Begin to tell what came after `cursor`. Further calls do nothing: the first snapshot decides. */
  start(cursor: number): void {
    if (this.cursor === null) {
      this.cursor = cursor;
      this.started = cursor;
      this.resume();
    }
  }

  onChanges(listener: (changes: readonly ChangeView[]) => void): Stop {
    return added(this.changeListeners, listener);
  }

  onHealth(listener: (health: Health) => void): Stop {
    return added(this.healthListeners, listener);
  }

  onState(listener: (state: FeedState) => void): Stop {
    return added(this.stateListeners, listener);
  }

  /** Follow an attempt until it is complete or `Stop` is called. */
  follow(at: Followed, follower: Follower): Stop {
    this.nextId += 1;
    const id = `f${this.nextId}`;
    this.followed.set(id, { at, follower });
    this.send({ op: 'follow', id, ...at });
    return () => {
      if (this.followed.delete(id)) {
        this.send({ op: 'unfollow', id });
      }
    };
  }

  /** Close the connection while nobody looks; `resume` goes on from the same cursor. */
  pause(): void {
    clearTimeout(this.timer);
    this.disconnect();
    this.become('paused');
  }

  /** Connect now, whatever it was waiting for; one that seems to stand is asked whether it does. */
  resume(): void {
    if (this.current === 'open') {
      this.ask();
    } else if (this.cursor !== null && this.current !== 'connecting') {
      clearTimeout(this.timer);
      this.connect();
    }
  }

  dispose(): void {
    this.pause();
    this.cursor = null;
    this.followed.clear();
    this.changeListeners.clear();
    this.healthListeners.clear();
    this.stateListeners.clear();
  }

  private connect(): void {
    this.become('connecting');
    const socket = this.options.connect();
    this.socket = socket;
    socket.onopen = () => this.opened();
    socket.onmessage = event => this.take(JSON.parse(event.data) as Message);
    socket.onclose = () => this.closed(socket);
    this.expectLife();
  }

  private disconnect(): void {
    const { socket } = this;
    this.socket = null;
    this.expectNothing();
    socket?.close();
  }

  private opened(): void {
    this.attempt = 0;
    this.isAlive();
    this.become('open');
    this.send({ op: 'from', cursor: this.cursor });
    for (const [id, { at }] of this.followed) {
      this.send({ op: 'follow', id, ...at });
    }
  }

  private closed(socket: FeedSocket): void {
    if (socket !== this.socket) {
      return;
    }
    this.socket = null;
    this.expectNothing();
    this.become('waiting');
    const backoff = this.options.backoff ?? defaultBackoff;
    this.timer = setTimeout(() => this.connect(), backoff(this.attempt));
    this.attempt += 1;
  }

  /** A sign of life: the next is not expected before it has been quiet for a while. */
  private isAlive(): void {
    this.expectNothing();
    this.question = setTimeout(() => this.ask(), QUIET);
  }

  private ask(): void {
    this.expectLife();
    this.send({ op: 'ping' });
  }

  private expectLife(): void {
    this.deadline ??= setTimeout(() => this.giveUp(), PATIENCE);
  }

  private expectNothing(): void {
    clearTimeout(this.question);
    clearTimeout(this.deadline);
    this.deadline = undefined;
  }

  private giveUp(): void {
    const { socket } = this;
    if (socket !== null) {
      socket.close();
      this.closed(socket); // A dead connection may not tell of its end for minutes.
    }
  }

  private send(message: object): void {
    if (this.current === 'open') {
      this.socket?.send(JSON.stringify(message));
    }
  }

  private become(state: FeedState): void {
    if (state !== this.current) {
      this.current = state;
      tell(this.stateListeners, state);
    }
  }

  private take(message: Message): void {
    this.isAlive();
    if (message.op === 'pong') {
      return;
    }
    if (message.op === 'changes') {
      this.cursor = message.cursor;
    }
    this.queue.push(message);
    if (this.queue.length === 1) {
      (this.options.soon ?? withNextFrame)(() => this.deliver());
    }
  }

  private deliver(): void {
    const messages = this.queue;
    this.queue = [];
    const changes = messages.flatMap(message => (message.op === 'changes' ? message.changes : []));
    if (changes.length) {
      tell(this.changeListeners, changes);
    }
    for (const message of messages) {
      if (message.op === 'health') {
        tell(this.healthListeners, message.health);
      } else if (message.op === 'cells' || message.op === 'log') {
        this.passOn(message);
      } else if (message.op === 'error') {
        this.refused(message);
      }
    }
  }

  private refused({ id, message }: { id: string | null; message: string }): void {
    const found = this.followed.get(id ?? '');
    if (found === undefined) {
      console.warn(`nbflow: ${message}`);
    } else {
      found.follower.onRefused(message);
    }
  }

  private passOn(message: CellsMessage | LogMessage): void {
    const found = this.followed.get(message.id);
    if (found === undefined) {
      return;
    }
    if (message.op === 'cells') {
      found.at = { ...found.at, offset: message.next_offset };
      found.follower.onCells(message.events, message.complete);
    } else {
      found.at = { ...found.at, log_offset: message.next_offset };
      found.follower.onLog(message.text, message.complete);
    }
  }
}

/** Half a second, doubling up to half a minute, a little different for every page. */
function defaultBackoff(attempt: number): number {
  return Math.min(30_000, 500 * 2 ** attempt) * (0.75 + Math.random() / 2);
}

function withNextFrame(deliver: () => void): void {
  // A page in the background gets no frames.
  if (typeof requestAnimationFrame === 'undefined' || document.hidden) {
    setTimeout(deliver, 100);
  } else {
    requestAnimationFrame(deliver);
  }
}

function added<F>(listeners: Set<F>, listener: F): Stop {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

function tell<T>(listeners: ReadonlySet<(value: T) => void>, value: T): void {
  for (const listener of [...listeners]) {
    listener(value);
  }
}

const PAUSE_AFTER = 20_000;

/** Pause the feed when the page has been hidden for a while; go on when it is seen, or the network is back. */
export function pauseWhenHidden(feed: Feed): Stop {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const look = (): void => {
    clearTimeout(timer);
    if (document.hidden) {
      timer = setTimeout(() => feed.pause(), PAUSE_AFTER);
    } else {
      feed.resume();
    }
  };
  document.addEventListener('visibilitychange', look);
  window.addEventListener('online', look);
  return () => {
    clearTimeout(timer);
    document.removeEventListener('visibilitychange', look);
    window.removeEventListener('online', look);
  };
}
