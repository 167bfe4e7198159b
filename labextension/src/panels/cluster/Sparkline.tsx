/** A small curve of the last minutes, with the words for those who cannot see it. */
import * as React from 'react';

export interface Point {
  readonly at: number;
  readonly value: number;
}

interface SparklineProps {
  readonly points: readonly Point[];
  /** What the top stands for, unless a value is larger. */
  readonly top: number;
  /** Milliseconds from the left edge to the newest point. */
  readonly span: number;
  readonly label: string;
  readonly width?: number;
  readonly height?: number;
}

export function Sparkline(props: SparklineProps): React.JSX.Element {
  const { points, top, span, label, width = 120, height = 28 } = props;
  const path = pathOf(points, top, span, width, height);
  return (
    <svg
      className="jp-nbflow-curve"
      role="img"
      aria-label={label}
      viewBox={`0 0 ${width} ${height}`}
      preserveAspectRatio="none"
    >
      <title>{label}</title>
      {path === '' ? null : (
        <>
          <path className="jp-nbflow-curve-area" d={`${path}V${height}H${leftOf(path)}Z`} />
          <path className="jp-nbflow-curve-line" d={path} />
        </>
      )}
    </svg>
  );
}

/** One line from the oldest point to the newest, which stands at the right edge. */
export function pathOf(
  points: readonly Point[],
  top: number,
  span: number,
  width: number,
  height: number
): string {
  const newest = points.at(-1);
  if (newest === undefined) {
    return '';
  }
  const most = Math.max(top, ...points.map(point => point.value), Number.MIN_VALUE);
  const places = points
    .filter(point => newest.at - point.at <= span)
    .map(({ at, value }) => {
      const x = width - (width * (newest.at - at)) / span;
      const y = height - 1 - ((height - 2) * value) / most;
      return `${x.toFixed(1)} ${y.toFixed(1)}`;
    });
  const [first = '', ...others] =
    places.length > 1 ? places : [`0 ${placeY(places[0])}`, ...places];
  return `M${first}L${others.join(' ')}`;
}

function placeY(place: string | undefined): string {
  return place?.split(' ')[1] ?? '0';
}

function leftOf(path: string): string {
  return path.slice(1).split(' ')[0] ?? '0';
}
