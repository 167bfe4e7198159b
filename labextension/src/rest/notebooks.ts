/** Notebooks in the editor: the DAG that one is as it stands, runs of it, and the schedule that is being typed. */
import type { NotebookJson, RestClient } from '../client';
import { apiPath } from '../urls';
import type { NotebookView, RequestReceipt, RunPlan, ScheduleView } from '../wire';

type Client = Pick<RestClient, 'request'>;

/** What is sent of a notebook: everything but its outputs. */
export type NotebookSent = Pick<NotebookJson, 'cells' | 'metadata' | 'nbformat' | 'nbformat_minor'>;

export interface NotebookRun {
  readonly params?: Readonly<Record<string, unknown>>;
  /** Selection expressions; null for all tasks. */
  readonly tasks?: readonly string[] | null;
  readonly note?: string;
}

/** The DAG that a notebook would be; nothing of it is executed or stored. */
export function previewNotebook(
  client: Client,
  path: string,
  notebook: NotebookSent
): Promise<NotebookView> {
  return client.request(apiPath(['notebooks', 'preview']), 'POST', { path, notebook });
}

/** A run of a notebook as it is saved, which makes it a DAG of the project. */
export function runNotebook(
  client: Client,
  path: string,
  run: NotebookRun = {},
  dryRun = false
): Promise<RunPlan> {
  const { params = {}, tasks = null, note = '' } = run;
  const body = { path, params, tasks, note, dry_run: dryRun };
  return client.request(apiPath(['notebooks', 'runs']), 'POST', body);
}

/** Make a saved notebook a DAG of the project, or renew the one it is. */
export function addNotebook(client: Client, path: string): Promise<RequestReceipt> {
  return client.request(apiPath(['notebooks']), 'PUT', { path });
}

/** Let a notebook that was added be no DAG any more. */
export function removeNotebook(client: Client, path: string): Promise<RequestReceipt> {
  return client.request(apiPath(['notebooks'], { path }), 'DELETE');
}

/** What a schedule means in words, its next runs, and what is wrong with it. */
export function previewSchedule(
  client: Client,
  schedule: string,
  timezone: string,
  limit: number
): Promise<ScheduleView> {
  return client.request(apiPath(['schedules', 'preview'], { schedule, timezone, limit }));
}
