/** Repairing a failed task: its kept kernel, notebooks about it, and what becomes of the cells edited there. */
import type { NotebookJson, RestClient, TaskRef } from '../client';
import { paths } from '../urls';
import type { DebugSession, Promotion, RequestReceipt } from '../wire';

type Client = Pick<RestClient, 'request'>;

/** One try of a task instance; null is the newest. */
export interface AttemptRef {
  readonly ref: TaskRef;
  readonly tryNumber: number | null;
}

/** What cells say, by their ids. */
export type CellSources = Readonly<Record<string, string>>;

/** Let the Jupyter server know the kernel that was kept when this try failed. */
export function debug(client: Client, attempt: AttemptRef): Promise<DebugSession> {
  return client.request(pathOf(attempt, 'debug'), 'POST', {});
}

/** The executed notebook, made to be opened with that kernel. */
export function debugNotebook(client: Client, attempt: AttemptRef): Promise<NotebookJson> {
  return client.request(pathOf(attempt, 'debug'));
}

export function endKernel(client: Client, attempt: AttemptRef): Promise<unknown> {
  return client.request(pathOf(attempt, 'debug'), 'DELETE');
}

/** The cells of a try after one that loads their inputs. */
export function reconstructed(client: Client, attempt: AttemptRef): Promise<NotebookJson> {
  return client.request(pathOf(attempt, 'reconstruct'));
}

/** A run of what did not succeed, with these cells (sources by id) instead of those executed. */
export function resume(
  client: Client,
  attempt: AttemptRef,
  cells: CellSources
): Promise<RequestReceipt> {
  return client.request(pathOf(attempt, 'resume'), 'POST', { cells });
}

/** Write those of these cells that were edited into the source notebook. */
export function promote(
  client: Client,
  attempt: AttemptRef,
  cells: CellSources
): Promise<Promotion> {
  return client.request(pathOf(attempt, 'promote'), 'POST', { cells });
}

function pathOf({ ref, tryNumber }: AttemptRef, what: string): string {
  const { dagId, runId, taskId, mapIndex } = ref;
  return paths.ofTask(dagId, runId, taskId, what, { try: tryNumber, map_index: mapIndex });
}
