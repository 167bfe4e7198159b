/** A year as weeks from Monday to Sunday, for a calendar. Pure; days are written 2026-03-04, without a zone. */

export interface Day {
  readonly day: string;
  /** 0 is Monday. */
  readonly weekday: number;
  readonly week: number;
}

const MS = 86_400_000;

/** All days of a year with their places. */
export function daysOf(year: number): Day[] {
  const first = Date.UTC(year, 0, 1);
  const count = (Date.UTC(year + 1, 0, 1) - first) / MS;
  const offset = weekdayOf(first);
  return Array.from({ length: count }, (_, n) => ({
    day: new Date(first + n * MS).toISOString().slice(0, 10),
    weekday: (offset + n) % 7,
    week: Math.floor((offset + n) / 7)
  }));
}

/** The week in which each month begins. */
export function monthsOf(year: number): { month: number; week: number }[] {
  const offset = weekdayOf(Date.UTC(year, 0, 1));
  return Array.from({ length: 12 }, (_, month) => {
    const days = (Date.UTC(year, month, 1) - Date.UTC(year, 0, 1)) / MS;
    return { month, week: Math.floor((offset + days + 6) / 7) };
  });
}

/** How a day is shown that has runs in several states: how much of it is which, the most urgent first. */
export function partsOf(counts: readonly (readonly [string, number])[]): [string, number][] {
  const total = counts.reduce((sum, [, count]) => sum + count, 0);
  return counts.map(([state, count]) => [state, count / total]);
}

/** The day this many days later. */
export function later(day: string, days: number): string {
  return new Date(Date.parse(`${day}T00:00:00Z`) + days * MS).toISOString().slice(0, 10);
}

function weekdayOf(at: number): number {
  return (new Date(at).getUTCDay() + 6) % 7;
}
