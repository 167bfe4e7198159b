/**
 * The log of a task in a widget: from the Jupyter server where the page has one, because a kernel that is busy
 * learns of no choice; from the kernel, which knows its end, everywhere else.
 */
import * as React from 'react';

import { grown, NO_LOG, type GrowingLog } from '../log/blocks';
import { askServer, serverOfPage, type PageServer } from '../page-server';
import { paths } from '../urls';
import type { LogChunk, RunView } from '../wire';

const ASK_AGAIN = 1000;

/** What the kernel says of a log, in the form of what the server says. */
export function logOfKernel(text: string, isOver: boolean): GrowingLog {
  return grown(NO_LOG, text, isOver);
}

/**
 * The log of a task by the page's server, growing while the task runs; null where there is no such server or it
 * does not know the run. Of one attempt: another needs a component of its own.
 */
export function useServerLog(
  run: RunView | null,
  taskId: string,
  mapIndex: number
): GrowingLog | null {
  const [log, setLog] = React.useState<GrowingLog | null>(null);
  const dagId = run?.dag_id;
  const runId = run?.run_id;
  React.useEffect(() => {
    const server = serverOfPage();
    if (server === null || dagId === undefined || runId === undefined) {
      return;
    }
    const path = (offset: number): string =>
      paths.ofTask(dagId, runId, taskId, 'log', { map_index: mapIndex, offset });
    return follow(server, path, setLog);
  }, [dagId, runId, taskId, mapIndex]);
  return log;
}

/** Fetch piece by piece; look again while it grows and somebody can see it. Returns what ends that. */
function follow(
  server: PageServer,
  path: (offset: number) => string,
  show: (log: GrowingLog) => void
): () => void {
  let isStopped = false;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let log = NO_LOG;
  const look = async (offset: number): Promise<void> => {
    const chunk = document.hidden ? null : await ask(server, path(offset));
    if (isStopped || chunk === 'unknown') {
      return;
    }
    if (chunk !== null) {
      log = grown(log, chunk.text, chunk.complete);
      show(log);
    }
    if (chunk?.complete !== true) {
      const next = chunk?.next_offset ?? offset;
      timer = setTimeout(() => void look(next), next > offset ? 0 : ASK_AGAIN);
    }
  };
  void look(0);
  return () => {
    isStopped = true;
    clearTimeout(timer);
  };
}

/** `unknown` where the server has no such run; null where it does not answer now. */
async function ask(server: PageServer, path: string): Promise<LogChunk | 'unknown' | null> {
  try {
    const response = await askServer(server, path);
    if (response.ok) {
      return (await response.json()) as LogChunk;
    }
    return response.status >= 500 ? null : 'unknown';
  } catch {
    // The server is away just now; the next look will tell.
    return null;
  }
}
