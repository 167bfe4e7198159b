/**
 * Cancelling a run from a widget: by the Jupyter server where the page has one, because a kernel that is busy
 * reads no messages; by a message to the kernel everywhere else.
 */
import { paths } from './urls';
import type { RunView } from './wire';

interface Server {
  readonly baseUrl: string;
  readonly token: string;
}

/** The Jupyter server this page belongs to, as JupyterLab and Notebook 7 tell it; null in other places. */
export function serverOfPage(page: Document = document): Server | null {
  const text = page.getElementById('jupyter-config-data')?.textContent;
  if (!text) {
    return null;
  }
  const config = JSON.parse(text) as { baseUrl?: string; token?: string };
  return { baseUrl: config.baseUrl ?? '/', token: config.token ?? '' };
}

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
  const path = paths.ofRun(run.dag_id, run.run_id, 'cancel');
  const response = await fetch(server.baseUrl.replace(/\/?$/, '/') + path, {
    method: 'POST',
    headers: headersFor(server),
    body: '{}'
  });
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

function headersFor(server: Server): Record<string, string> {
  const xsrf = /(?:^|; )_xsrf=([^;]+)/.exec(document.cookie)?.[1];
  return {
    'Content-Type': 'application/json',
    ...(server.token ? { Authorization: `token ${server.token}` } : {}),
    ...(xsrf === undefined ? {} : { 'X-XSRFToken': xsrf })
  };
}
