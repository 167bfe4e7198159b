/** How long the last runs of a DAG took, and whether the newest stands out. */
import { secondsBetween } from '../../format';
import type { DagView } from '../../wire';

/** Seconds of the runs that ended, the oldest first. */
export function durations(dag: DagView): readonly number[] {
  return dag.last_runs
    .filter(run => run.ended_at !== null && run.started_at !== null)
    .map(run => secondsBetween(run.started_at, run.ended_at, 0) ?? 0)
    .reverse();
}

/** Seconds of the newest run that ended; null without any. */
export function lastDuration(dag: DagView): number | null {
  return durations(dag).at(-1) ?? null;
}

export interface Trend {
  readonly last: number;
  /** The one in the middle of all. */
  readonly typical: number;
  /** Whether the last took much longer than is typical. */
  readonly isSlow: boolean;
  /** A line through all of them, in a box of the given size. */
  readonly path: string;
  /** Where it ends. */
  readonly end: readonly [number, number];
}

const FEWEST = 3;
const SLOW = 1.5;
/** Below this nobody minds. */
const SECONDS = 1;

/** How the duration has developed; null while there is too little to tell. */
export function trendOf(seconds: readonly number[], width: number, height: number): Trend | null {
  const last = seconds.at(-1);
  if (last === undefined || seconds.length < 2) {
    return null;
  }
  const typical = median(seconds);
  const most = Math.max(...seconds) || 1;
  const step = width / (seconds.length - 1);
  const points = seconds.map(
    (one, place) => [round(place * step), round(height - (one / most) * height)] as const
  );
  return {
    last,
    typical,
    isSlow: seconds.length >= FEWEST && last > SLOW * typical && last - typical > SECONDS,
    path: `M${points.map(([x, y]) => `${x} ${y}`).join('L')}`,
    end: points.at(-1) ?? [width, height]
  };
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  const upper = sorted[middle] ?? 0;
  return sorted.length % 2 ? upper : ((sorted[middle - 1] ?? 0) + upper) / 2;
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}
