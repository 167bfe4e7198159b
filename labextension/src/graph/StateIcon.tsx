/**
 * The sign of each state: a shape of its own, so that states are told apart without colour. The colour comes
 * from CSS by `data-state` on the sign or anything around it.
 */
import * as React from 'react';

/** Marks inside a full disc are cut out in the colour of the ground. */
const CUT = 'jp-nbflow-glyph-cut';

const DISC = <circle cx="8" cy="8" r="7" fill="currentColor" />;
const RING = <circle cx="8" cy="8" r="6.2" fill="none" stroke="currentColor" strokeWidth="1.6" />;

function line(d: string, className?: string): React.JSX.Element {
  return (
    <path
      d={d}
      className={className}
      fill="none"
      stroke="currentColor"
      strokeWidth="1.7"
      strokeLinecap="round"
      strokeLinejoin="round"
    />
  );
}

const SHAPES: Readonly<Record<string, React.JSX.Element>> = {
  none: (
    <circle
      cx="8"
      cy="8"
      r="6.2"
      fill="none"
      stroke="currentColor"
      strokeWidth="1.4"
      strokeDasharray="2.2 2.1"
    />
  ),
  scheduled: (
    <>
      {RING}
      {line('M8 4.8V8l2.2 1.6')}
    </>
  ),
  queued: (
    <>
      {RING}
      <circle cx="5.2" cy="8" r="1.05" fill="currentColor" />
      <circle cx="8" cy="8" r="1.05" fill="currentColor" />
      <circle cx="10.8" cy="8" r="1.05" fill="currentColor" />
    </>
  ),
  running: (
    <>
      <circle
        cx="8"
        cy="8"
        r="6.1"
        fill="none"
        stroke="currentColor"
        strokeWidth="1.9"
        opacity="0.28"
      />
      <path
        className="jp-nbflow-glyph-spin"
        d="M8 1.9A6.1 6.1 0 0 1 14.1 8"
        fill="none"
        stroke="currentColor"
        strokeWidth="1.9"
        strokeLinecap="round"
      />
      <path d="M6.6 5.5v5l4-2.5z" fill="currentColor" />
    </>
  ),
  success: (
    <>
      {DISC}
      {line('M4.8 8.3l2.2 2.2 4.2-4.6', CUT)}
    </>
  ),
  failed: (
    <>
      {DISC}
      {line('M5.5 5.5l5 5M10.5 5.5l-5 5', CUT)}
    </>
  ),
  up_for_retry: (
    <>
      {line('M13.4 8a5.4 5.4 0 1 1-1.7-3.9')}
      <path d="M13.9 1.9v4.1H9.8z" fill="currentColor" />
    </>
  ),
  up_for_reschedule: (
    <>
      {RING}
      {line('M8 4.8V8H5.4')}
    </>
  ),
  deferred: line(
    'M4.6 2h6.8M4.6 14h6.8M5.4 2c0 3.4 5.2 3.6 5.2 6s-5.2 2.6-5.2 6M10.6 2c0 3.4-5.2 3.6-5.2 6s5.2 2.6 5.2 6'
  ),
  skipped: (
    <>
      {RING}
      {line('M5 5.6L7.4 8 5 10.4M8.6 5.6L11 8l-2.4 2.4')}
    </>
  ),
  upstream_failed: (
    <>
      {RING}
      {line('M8 11.3V5M5.6 7.2L8 4.8l2.4 2.4')}
    </>
  ),
  removed: (
    <>
      {RING}
      {line('M5.2 8h5.6')}
    </>
  ),
  // Of backfills.
  finished: (
    <>
      {RING}
      {line('M5 8.3l2.1 2.1L11 6.2')}
    </>
  ),
  paused: (
    <>
      {RING}
      {line('M6.4 5.6v4.8M9.6 5.6v4.8')}
    </>
  ),
  cancelled: (
    <>
      {DISC}
      <rect className={CUT} x="5.4" y="5.4" width="5.2" height="5.2" rx="0.8" fill="currentColor" />
    </>
  )
};

/** The sign of `state` as part of a drawing, 16 by 16. */
export function StateGlyph({ state }: { state: string }): React.JSX.Element {
  return (
    <g className="jp-nbflow-glyph" data-state={state}>
      {SHAPES[state] ?? RING}
    </g>
  );
}

/** The sign of `state` in a line of text. Its name has to stand beside it, or be given as `label`. */
export function StateIcon({
  state,
  size = 16,
  label
}: {
  state: string;
  size?: number;
  label?: string;
}): React.JSX.Element {
  const naming =
    label === undefined ? { 'aria-hidden': true } : { role: 'img', 'aria-label': label };
  return (
    <svg
      className="jp-nbflow-state-icon"
      width={size}
      height={size}
      viewBox="0 0 16 16"
      {...naming}
    >
      {label === undefined ? null : <title>{label}</title>}
      <StateGlyph state={state} />
    </svg>
  );
}

const KINDS: Readonly<Record<string, React.JSX.Element>> = {
  notebook: line('M3.5 2.2h9v11.6h-9zM6 2.2v11.6M8.4 5.6h2M8.4 8h2'),
  cells: line('M2.4 3.2h11.2v3.6H2.4zM2.4 9.2h11.2v3.6H2.4z'),
  python: line(
    'M6.2 2.6c-2 0-1.4 2.2-1.6 3.6C4.5 7.4 3.6 8 2.8 8c.8 0 1.7.6 1.8 1.8.2 1.4-.4 3.6 1.6 3.6M9.8 2.6c2 0 1.4 2.2 1.6 3.6.1 1.2 1 1.8 1.8 1.8-.8 0-1.7.6-1.8 1.8-.2 1.4.4 3.6-1.6 3.6'
  ),
  dag: line(
    'M1.8 6h4v4h-4zM10.2 2h4v4h-4zM10.2 10h4v4h-4zM5.8 8c2.4 0 2-4 4.4-4M5.8 8c2.4 0 2 4 4.4 4'
  ),
  asset: line(
    'M8 2.4c3 0 5 .8 5 1.9v7.4c0 1.1-2 1.9-5 1.9s-5-.8-5-1.9V4.3c0-1.1 2-1.9 5-1.9M3 4.3c0 1.1 2 1.9 5 1.9s5-.8 5-1.9'
  ),
  alias: line(
    'M8 2.4c3 0 5 .8 5 1.9v7.4c0 1.1-2 1.9-5 1.9s-5-.8-5-1.9V4.3c0-1.1 2-1.9 5-1.9M8 8v.2'
  ),
  bash: line('M2.2 3h11.6v10H2.2zM4.8 6.2l2 1.8-2 1.8M8.6 10h2.6'),
  empty: line('M8 2.6a5.4 5.4 0 1 0 0 10.8 5.4 5.4 0 0 0 0-10.8M8 7.9v.2')
};

/** The sign of a kind of task, 16 by 16: what a node shows while there is no run. */
export function KindGlyph({ kind }: { kind: string }): React.JSX.Element {
  return <g className="jp-nbflow-kind-glyph">{KINDS[kind] ?? KINDS.empty}</g>;
}
