/**
 * What a person ticks and types in the dialogs that do something to task instances, and the request that it
 * means. Pure. Which instances that are, the server says (`ClearPreview`).
 */
import type { ClearRequest, ClearRunsRequest, MarkRequest } from '../client';

/** Which tasks of a run: what failed with what depends on it, all, or what an expression says. */
export type Scope = 'resume' | 'all' | 'selection';

export interface ClearDraft {
  readonly scope: Scope;
  /** A selection expression, as typed. */
  readonly selection: string;
  readonly upstream: boolean;
  readonly downstream: boolean;
  readonly only_failed: boolean;
  readonly only_running: boolean;
  readonly past: boolean;
  readonly future: boolean;
  readonly recursive: boolean;
  readonly latest: boolean;
  readonly no_cache: boolean;
  readonly note: string;
}

/** The same for many runs: those of these states, all without any, and of these days in the reader's zone. */
export interface ClearRunsDraft extends ClearDraft {
  readonly states: readonly string[];
  /** `2026-03-04`, or empty for no bound; both days are meant with all their hours. */
  readonly since: string;
  readonly until: string;
}

const NOTHING: ClearDraft = {
  scope: 'resume',
  selection: '',
  upstream: false,
  downstream: false,
  only_failed: false,
  only_running: false,
  past: false,
  future: false,
  recursive: false,
  latest: false,
  no_cache: false,
  note: ''
};

/** What a dialog begins with: resuming a run, or a task with everything that depends on it. */
export function firstDraft(taskId: string | null): ClearDraft {
  return taskId === null
    ? NOTHING
    : { ...NOTHING, scope: 'selection', selection: taskId, downstream: true };
}

/** What failed, in every run that failed. */
export const FIRST_RUNS: ClearRunsDraft = { ...NOTHING, states: ['failed'], since: '', until: '' };

/** The request that a draft means; null while it lacks an expression. */
export function clearRequest(draft: ClearDraft): ClearRequest | null {
  const { scope, selection, note, ...ticks } = draft;
  if (scope === 'selection' && selection.trim() === '') {
    return null;
  }
  const resumes = scope === 'resume';
  return {
    ...ticks,
    tasks: resumes ? null : [scope === 'all' ? '*' : selection],
    // To resume is a choice of its own, which nothing widens or narrows.
    only_failed: ticks.only_failed && !resumes,
    only_running: ticks.only_running && !resumes,
    upstream: ticks.upstream && !resumes,
    downstream: ticks.downstream && !resumes,
    note: note.trim() === '' ? null : note
  };
}

export function clearRunsRequest(draft: ClearRunsDraft): ClearRunsRequest | null {
  const { states, since, until, ...rest } = draft;
  const request = clearRequest(rest);
  return request === null
    ? null
    : {
        ...request,
        states,
        since: since === '' ? null : new Date(`${since}T00:00:00`).toISOString(),
        until: until === '' ? null : new Date(`${until}T23:59:59.999`).toISOString()
      };
}

export interface MarkDraft {
  /** The task instance, or all of the task; null for the run. */
  readonly selection: string | null;
  readonly state: MarkRequest['state'];
  readonly upstream: boolean;
  readonly downstream: boolean;
  readonly past: boolean;
  readonly future: boolean;
}

/** The state that is most likely meant: what did not succeed is to count as if it had. */
export function firstMark(selection: string | null, state: string): MarkDraft {
  const ticks = { upstream: false, downstream: false, past: false, future: false };
  return { ...ticks, selection, state: state === 'success' ? 'failed' : 'success' };
}

export function markRequest({ selection, ...draft }: MarkDraft): MarkRequest {
  return { ...draft, tasks: selection === null ? null : [selection] };
}

/** The task of `train[3]`; null of one that is not mapped. */
export function wholeTask(name: string): string | null {
  return /^(.+)\[\d+\]$/.exec(name)?.[1] ?? null;
}
