/** The schedule of a notebook, as its metadata has it and as a form shows it. Pure. */
import type { ScheduleView } from '../wire';

export interface ScheduleDraft {
  /** Cron, a preset such as `@daily`, or JSON; empty for no schedule. */
  readonly schedule: string;
  readonly timezone: string;
  /** Whether runs that were missed are made up for; as many, if it is a number. */
  readonly catchup: boolean | number;
  /** The first day, empty for from now on. */
  readonly startDate: string;
  readonly isActive: boolean;
  /** What scheduled runs get instead of what the parameters cell says. */
  readonly params: Readonly<Record<string, unknown>>;
}

export type Settings = Readonly<Record<string, unknown>>;

/** What people mostly want, with the word for it. */
export const PRESETS: readonly (readonly [string, string])[] = [
  ['0 * * * *', 'hourly'],
  ['0 6 * * *', 'daily'],
  ['0 6 * * 1-5', 'weekdays'],
  ['0 6 * * 1', 'weekly'],
  ['0 6 1 * *', 'monthly']
];

/** The form of what the notebook says. A notebook without a schedule begins in the reader's own zone. */
export function draftOf(settings: Settings, zone: string, isPaused: boolean): ScheduleDraft {
  const { schedule, timezone, catchup, start_date: start, params } = settings;
  const hasSchedule = schedule !== undefined && schedule !== null;
  return {
    schedule: !hasSchedule
      ? ''
      : typeof schedule === 'string'
        ? schedule
        : JSON.stringify(schedule),
    timezone: typeof timezone === 'string' ? timezone : hasSchedule ? 'UTC' : zone,
    catchup: typeof catchup === 'boolean' || typeof catchup === 'number' ? catchup : false,
    startDate: typeof start === 'string' ? start : '',
    isActive: !isPaused,
    params: typeof params === 'object' && params !== null ? (params as Settings) : {}
  };
}

/** The metadata of the notebook with what the form says; what says nothing is left out. */
export function settingsOf(draft: ScheduleDraft, before: Settings): Settings {
  const { schedule, timezone, catchup, startDate, params } = draft;
  const text = schedule.trim();
  const given: Record<string, unknown> = {
    schedule: text === '' ? undefined : parsed(text),
    timezone: text === '' && before.timezone === undefined ? undefined : timezone || undefined,
    catchup: catchup === false ? undefined : catchup,
    start_date: startDate || undefined,
    params: Object.keys(params).length ? params : undefined
  };
  const merged = { ...before, ...given };
  return Object.fromEntries(Object.entries(merged).filter(([, value]) => value !== undefined));
}

/** Text that is JSON means what it says: several crons, a timetable, assets. */
function parsed(text: string): unknown {
  if (!/^[[{]/.test(text)) {
    return text;
  }
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return text;
  }
}

export interface FieldErrors {
  readonly schedule: readonly string[];
  readonly timezone: readonly string[];
}

/** What is wrong, at the field that it is wrong in. */
export function errorsOf(view: ScheduleView | null, timezone: string): FieldErrors {
  const messages = (view?.problems ?? []).map(({ message, fix }) =>
    [message, fix].filter(part => typeof part === 'string').join(' ')
  );
  const isOfZone = (message: string): boolean =>
    timezone !== '' && message.includes(timezone) && /zone/i.test(message);
  return {
    schedule: messages.filter(message => !isOfZone(message)),
    timezone: messages.filter(isOfZone)
  };
}
