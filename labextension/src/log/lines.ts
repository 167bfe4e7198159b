/** A log by its lines: how grave each is, and which of them are asked for. Pure. */

export const LEVELS = ['debug', 'info', 'warning', 'error'] as const;
export type Level = (typeof LEVELS)[number];

export interface LogLine {
  /** From 1 on, the first line of the whole log. */
  readonly number: number;
  readonly text: string;
  /** Null of what says nothing about it, such as what `print` writes. */
  readonly level: Level | null;
}

/** What one wants to see: lines that hold `query`, and are at least as grave as `level`. */
export interface LogFilter {
  readonly query: string;
  readonly level: Level | null;
}

export const NO_FILTER: LogFilter = { query: '', level: null };

const TIME = String.raw`(?:\[?\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d\S*\]?[\s-]+)?`;
const WORD = /^\W{0,2}(DEBUG|INFO|WARNING|WARN|ERROR|CRITICAL|FATAL)\b/;
const WITH_TIME = new RegExp(`^${TIME}`);
/** Python's own warnings: `file.py:3: UserWarning: …` */
const PYTHON_WARNING = /:\d+: \w*Warning: /;
const TRACEBACK = /^\s*Traceback \(most recent call last\)/;

const LEVEL_OF: Readonly<Record<string, Level>> = {
  DEBUG: 'debug',
  INFO: 'info',
  WARNING: 'warning',
  WARN: 'warning',
  ERROR: 'error',
  CRITICAL: 'error',
  FATAL: 'error'
};

/** The lines of a text that begins with line `first`, inside a traceback or not. */
export interface Lines {
  readonly lines: readonly LogLine[];
  /** Whether what comes after the last line still belongs to a traceback. */
  readonly isTraceback: boolean;
}

/** The lines of a log. A traceback is as grave as an error, up to the line that names the exception. */
export function linesOf(text: string, first = 1, isTraceback = false): Lines {
  const texts = text.split('\n');
  if (texts[texts.length - 1] === '') {
    texts.pop();
  }
  const lines = texts.map((line, place): LogLine => {
    const isStart = TRACEBACK.test(line);
    const isInside = isTraceback;
    isTraceback = isStart || (isTraceback && (/^\s/.test(line) || line === ''));
    const level = isStart || isInside ? 'error' : levelOf(line);
    return { number: first + place, text: line, level };
  });
  return { lines, isTraceback };
}

function levelOf(text: string): Level | null {
  const word = WORD.exec(text.replace(WITH_TIME, ''))?.[1];
  if (word !== undefined) {
    return LEVEL_OF[word] ?? null;
  }
  return PYTHON_WARNING.test(text) ? 'warning' : null;
}

/** The lines that pass the filter. */
export function passing(lines: readonly LogLine[], { query, level }: LogFilter): LogLine[] {
  const wanted = query.trim().toLowerCase();
  const least = level === null ? -1 : LEVELS.indexOf(level);
  return lines.filter(
    line =>
      (least < 0 || (line.level !== null && LEVELS.indexOf(line.level) >= least)) &&
      (wanted === '' || line.text.toLowerCase().includes(wanted))
  );
}

/** How many lines are exactly so grave. */
export function countLevel(lines: readonly LogLine[], level: Level): number {
  return lines.filter(line => line.level === level).length;
}

/** A line in parts: every second one is what was asked for. */
export function splitBy(text: string, query: string): string[] {
  const wanted = query.trim();
  if (wanted === '') {
    return [text];
  }
  const escaped = wanted.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
  return text.split(new RegExp(`(${escaped})`, 'i'));
}
