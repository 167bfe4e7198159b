/**
 * Values as a person reads them: durations, instants, sizes, the names of states and reasons. Pure; the
 * current time is an argument.
 */
import type { Texts } from './text';

const MINUTE = 60;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** Seconds in the two units that matter: `120 ms`, `3.2 s`, `4 m 05 s`, `2 h 10 m`, `3 d 4 h`. */
export function duration(seconds: number): string {
  if (seconds < 0.9995) {
    return `${Math.max(0, Math.round(seconds * 1000))} ms`;
  }
  if (seconds < 9.95) {
    return `${seconds.toFixed(1)} s`;
  }
  const whole = Math.round(seconds);
  if (whole < MINUTE) {
    return `${whole} s`;
  }
  if (whole < HOUR) {
    return `${Math.floor(whole / MINUTE)} m ${two(whole % MINUTE)} s`;
  }
  if (whole < DAY) {
    return `${Math.floor(whole / HOUR)} h ${two(Math.floor((whole % HOUR) / MINUTE))} m`;
  }
  return `${Math.floor(whole / DAY)} d ${Math.floor((whole % DAY) / HOUR)} h`;
}

/** Seconds in the one unit that matters: `45 s`, `12 min`, `3 h`, `5 d`. */
export function roughly(seconds: number): string {
  const size = Math.abs(seconds);
  if (size < 59.5) {
    return `${Math.round(size)} s`;
  }
  if (size < 59.5 * MINUTE) {
    return `${Math.round(size / MINUTE)} min`;
  }
  if (size < 23.5 * HOUR) {
    return `${Math.round(size / HOUR)} h`;
  }
  return `${Math.round(size / DAY)} d`;
}

/** Seconds from one instant to another, or to `now` (in ms) while the second is open; null before the first. */
export function secondsBetween(
  start: string | null,
  end: string | null,
  now: number
): number | null {
  if (start === null) {
    return null;
  }
  const until = end === null ? now : Date.parse(end);
  return Math.max(0, (until - Date.parse(start)) / 1000);
}

/** How long something took or takes, or a dash before it began. */
export function span(start: string | null, end: string | null, now: number): string {
  const seconds = secondsBetween(start, end, now);
  return seconds === null ? '–' : duration(seconds);
}

/** An instant seen from now: `in 3 h`, `5 min ago`, `now`. */
export function fromNow(instant: string, now: number, trans: Texts): string {
  const seconds = (Date.parse(instant) - now) / 1000;
  if (Math.abs(seconds) < 1) {
    return trans.__('now');
  }
  return seconds > 0 ? trans.__('in %1', roughly(seconds)) : trans.__('%1 ago', roughly(seconds));
}

/** An instant in the reader's own zone, with the year only when it is another one: `Mar 4, 06:00`. */
export function instant(at: string, now: number, locale?: string, timeZone?: string): string {
  const date = new Date(at);
  const sameYear = date.getFullYear() === new Date(now).getFullYear();
  return formatter(locale, {
    year: sameYear ? undefined : 'numeric',
    month: 'short',
    day: 'numeric',
    hour: '2-digit',
    minute: '2-digit',
    hourCycle: 'h23',
    timeZone
  }).format(date);
}

/** The time of day in the reader's own zone, to the second. */
export function clock(at: string, locale?: string, timeZone?: string): string {
  return formatter(locale, {
    hour: '2-digit',
    minute: '2-digit',
    second: '2-digit',
    hourCycle: 'h23',
    timeZone
  }).format(new Date(at));
}

const formatters = new Map<string, Intl.DateTimeFormat>();

/** Made once for each form: that takes far longer than to use it, and a grid names an instant in every cell. */
function formatter(
  locale: string | undefined,
  options: Intl.DateTimeFormatOptions
): Intl.DateTimeFormat {
  const name = JSON.stringify([locale, options]);
  const known = formatters.get(name) ?? new Intl.DateTimeFormat(locale, options);
  formatters.set(name, known);
  return known;
}

/** An instant as the server thinks of it: `2026-03-04 05:00 UTC`. */
export function utc(at: string): string {
  return `${new Date(at).toISOString().slice(0, 16).replace('T', ' ')} UTC`;
}

/** Bytes with a unit: `812 B`, `14.2 kB`, `1.3 GB`. */
export function bytes(size: number): string {
  const units = ['B', 'kB', 'MB', 'GB', 'TB'];
  let left = size;
  let unit = 0;
  while (left >= 999.5 && unit < units.length - 1) {
    left /= 1000;
    unit += 1;
  }
  const digits = unit > 0 && left < 99.95 ? 1 : 0;
  return `${left.toFixed(digits)} ${units[unit] ?? ''}`;
}

/** The name of a state for a person; the server's own word when it is a new one. */
export function stateName(state: string, trans: Texts): string {
  const names: Record<string, string> = {
    none: trans.__('Not started'),
    scheduled: trans.__('Scheduled'),
    queued: trans.__('Queued'),
    running: trans.__('Running'),
    success: trans.__('Success'),
    failed: trans.__('Failed'),
    up_for_retry: trans.__('Up for retry'),
    up_for_reschedule: trans.__('Up for reschedule'),
    deferred: trans.__('Deferred'),
    skipped: trans.__('Skipped'),
    upstream_failed: trans.__('Upstream failed'),
    removed: trans.__('Removed'),
    cancelled: trans.__('Cancelled')
  };
  return names[state] ?? words(state);
}

/** A reason or another word of the server, readable: `cell_error` becomes `Cell error`. */
export function words(word: string): string {
  const spaced = word.replaceAll('_', ' ');
  return spaced.charAt(0).toUpperCase() + spaced.slice(1);
}

/** What brought a run into being. */
export function runTypeName(runType: string, trans: Texts): string {
  const names: Record<string, string> = {
    manual: trans.__('Manual'),
    scheduled: trans.__('Scheduled'),
    backfill: trans.__('Backfill')
  };
  return names[runType] ?? words(runType);
}

/** What a run is called on the screen: when it is for, else when it was made, else its id. */
export function runTitle(
  run: { run_id: string; logical_date: string | null; created_at?: string | null },
  now: number
): string {
  const at = run.logical_date ?? run.created_at ?? null;
  return at === null ? run.run_id : instant(at, now);
}

/** A run of which only the id is known: `manual__2026-03-04T05:00:00+00:00_1f` is `Manual, Mar 4, 05:00`. */
export function runIdTitle(runId: string, now: number, trans: Texts): string {
  const parts = /^([a-z]+)_{2}(\d{4}-\d\d-\d\dT[\d:.]+(?:Z|[+-]\d\d:\d\d)?)/.exec(runId);
  const [, runType, at] = parts ?? [];
  return runType === undefined || at === undefined || Number.isNaN(Date.parse(at))
    ? runId
    : `${runTypeName(runType, trans)}, ${instant(at, now)}`;
}

/** What a task instance is called: its task, with its index when it is one of many. */
export function instanceName(taskId: string, mapIndex: number): string {
  return mapIndex < 0 ? taskId : `${taskId}[${mapIndex}]`;
}

/** What runs a task, in a word: the operator's own name, else the kind of task. */
export function kindName(task: { kind: string; operator: string }): string {
  return words(task.operator.replace(/Operator$/, '') || task.kind);
}

function two(value: number): string {
  return String(value).padStart(2, '0');
}
