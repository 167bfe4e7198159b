/** What a change says, read out of its data. Pure. */
import type { ChangeView } from '../wire';

export function textOf(value: unknown): string | null {
  return typeof value === 'string' ? value : null;
}

/** One task instance of a run, as a key. */
export function keyOf(taskId: string, mapIndex: number): string {
  return `${mapIndex}/${taskId}`;
}

/** What was written on a run, or on a task instance of it (`key`); null where a change is something else. */
export function noteOf(change: ChangeView): { note: string; key: string | null } | null {
  if (change.kind !== 'request' || change.state === 'refused' || change.data.verb !== 'note') {
    return null;
  }
  const { note, key } = (change.data.payload ?? {}) as { note?: unknown; key?: unknown };
  const named = Array.isArray(key) ? keyOf(String(key[0]), Number(key[1])) : null;
  return { note: textOf(note) ?? '', key: named };
}
