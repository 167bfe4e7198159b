/** The server's end of the feed for tests: connections that the test opens, speaks through and closes. */
import type { FeedSocket } from '../feed';

export class TestSocket implements FeedSocket {
  onopen: FeedSocket['onopen'] = null;
  onmessage: FeedSocket['onmessage'] = null;
  onclose: FeedSocket['onclose'] = null;
  /** What the client has sent. */
  readonly received: Record<string, unknown>[] = [];
  isClosed = false;
  /** Whether the other end is gone without a word. */
  isDead = false;

  send(text: string): void {
    const message = JSON.parse(text) as Record<string, unknown>;
    if (this.isDead) {
      return;
    }
    if (message.op === 'ping') {
      this.say({ op: 'pong' });
    } else {
      this.received.push(message);
    }
  }

  close(): void {
    this.isClosed = true;
  }

  open(): void {
    this.onopen?.(new Event('open'));
  }

  say(message: object): void {
    this.onmessage?.(new MessageEvent('message', { data: JSON.stringify(message) }));
  }

  /** The connection is lost. */
  drop(): void {
    this.onclose?.(new CloseEvent('close'));
  }
}

/** A `connect` for a feed, and the sockets it has made. */
export function sockets(): { connect: () => TestSocket; made: TestSocket[] } {
  const made: TestSocket[] = [];
  const connect = (): TestSocket => {
    const socket = new TestSocket();
    made.push(socket);
    return socket;
  };
  return { connect, made };
}
