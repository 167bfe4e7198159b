/**
 * Cancelling a run from a widget: by the Jupyter server where the page has one, because a kernel that is busy
 * reads no messages; by a message to the kernel everywhere else.
 */
import { askServer, serverOfPage } from '../page-server';
import { paths } from '../urls';
import type { RunView } from '../wire';

/** Ask for the end of `run`. Rejects with a sentence when the server refuses. */
export async function cancelRun(
  run: RunView | null,
  kernel: { send(content: unknown): void }
): Promise<void> {
  if (run === null) {
    return;
  }
  const server = serverOfPage();
  if (server === null) {
    kernel.send({ verb: 'cancel' });
    return;
  }
  const response = await askServer(server, paths.ofRun(run.dag_id, run.run_id, 'cancel'), {});
  if (!response.ok) {
    const answer = (await response.json().catch(() => null)) as { message?: string } | null;
    throw new Refused(
      answer?.message ?? `The server could not cancel the run (HTTP ${response.status}).`
    );
  }
}

class Refused extends Error {
  override toString(): string {
    return this.message;
  }
}
