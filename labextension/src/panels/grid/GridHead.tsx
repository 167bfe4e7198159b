/** The head of the grid: for each run its day, its duration as a bar, its state and its type. */
import * as React from 'react';

import type { Column } from '../../fold/grid';
import {
  duration,
  instant,
  runTitle,
  runTypeName,
  secondsBetween,
  span,
  stateName
} from '../../format';
import { StateIcon } from '../../graph/StateIcon';
import { useTexts, type Texts } from '../../text';
import type { Span } from '../windowing';
import { cellId, type Place } from './Grid';
import { BAR, COLUMN, HEAD, NAMES } from './sizes';

export interface GridHeadProps {
  readonly id: string;
  /** Oldest first. */
  readonly columns: readonly Column[];
  readonly shown: Span;
  readonly now: number;
  readonly width: number;
  readonly active: Place;
  readonly currentRun: string | null;
}

const LEAST = 3;

export function GridHead(props: GridHeadProps): React.JSX.Element {
  const { id, columns, shown, now, width, active, currentRun } = props;
  const trans = useTexts();
  const seconds = columns.map(one => secondsBetween(one.started_at, one.ended_at, now) ?? 0);
  const longest = Math.max(0, ...seconds);
  return (
    <div
      className="jp-nbflow-grid-head"
      role="row"
      aria-rowindex={1}
      data-row={-1}
      style={{ width, height: HEAD }}
    >
      <div
        className="jp-nbflow-grid-corner"
        role="columnheader"
        id={cellId(id, { row: -1, column: -1 })}
        aria-colindex={1}
        aria-label={trans.__('Task')}
        style={{ width: NAMES }}
      >
        {longest > 0 ? (
          <>
            <span className="jp-nbflow-grid-scale">{duration(longest)}</span>
            <span className="jp-nbflow-grid-scale jp-mod-half">{duration(longest / 2)}</span>
          </>
        ) : null}
      </div>
      {columns.slice(shown.from, shown.to).map((column, n) => {
        const place = { row: -1, column: shown.from + n };
        const height = longest > 0 ? ((seconds[place.column] ?? 0) / longest) * BAR : 0;
        return (
          <HeadCell
            key={column.run_id}
            id={cellId(id, place)}
            place={place.column}
            column={column}
            day={dayLabel(columns, place.column, now)}
            height={Math.max(column.started_at === null ? 0 : LEAST, height)}
            isActive={active.row === -1 && active.column === place.column}
            isCurrent={column.run_id === currentRun}
            label={headLabel(column, now, trans)}
          />
        );
      })}
    </div>
  );
}

interface HeadCellProps {
  readonly id: string;
  readonly place: number;
  readonly column: Column;
  readonly day: string | null;
  readonly height: number;
  readonly isActive: boolean;
  readonly isCurrent: boolean;
  readonly label: string;
}

function HeadCell(props: HeadCellProps): React.JSX.Element {
  const { id, place, column, day, height, isActive, isCurrent, label } = props;
  return (
    <div
      id={id}
      className="jp-nbflow-grid-run"
      role="columnheader"
      aria-colindex={place + 2}
      aria-label={label}
      aria-current={isCurrent || undefined}
      data-column={place}
      data-run-id={column.run_id}
      data-state={column.state}
      data-active={isActive || undefined}
      style={{ left: NAMES + place * COLUMN }}
    >
      {day === null ? null : <span className="jp-nbflow-grid-day">{day}</span>}
      <span className="jp-nbflow-grid-bar" style={{ height }} />
      <StateIcon state={column.state} size={12} />
      <TypeMark type={column.run_type} />
    </div>
  );
}

const MARKS: Readonly<Record<string, string>> = {
  manual: 'M3 1.8v6.4L8.4 5z',
  backfill: 'M5 1.6L1.6 5 5 8.4zM8.8 1.6L5.4 5l3.4 3.4z',
  asset_triggered: 'M5 1.2L8.8 5 5 8.8 1.2 5z'
};

/** What brought the run about; that of the schedule, the rule, has no mark. */
function TypeMark({ type }: { type: string }): React.JSX.Element {
  return (
    <svg className="jp-nbflow-grid-type" width="10" height="10" viewBox="0 0 10 10" aria-hidden>
      {MARKS[type] === undefined ? null : <path d={MARKS[type]} fill="currentColor" />}
    </svg>
  );
}

/** Dates stand above the first run of a day, where there is room for them. */
const ROOM = 4;

export function dayLabel(columns: readonly Column[], place: number, now: number): string | null {
  let last = -ROOM;
  for (let n = 0; n <= place; n += 1) {
    if (dayOf(columns[n]) !== dayOf(columns[n - 1]) && n - last >= ROOM) {
      last = n;
    }
  }
  const at = atOf(columns[place]);
  return last === place && at !== null ? (instant(at, now).split(',')[0] ?? null) : null;
}

function atOf(column: Column | undefined): string | null {
  return column?.logical_date ?? column?.created_at ?? null;
}

function dayOf(column: Column | undefined): string {
  const at = atOf(column);
  return at === null ? '' : new Date(at).toDateString();
}

export function headLabel(column: Column, now: number, trans: Texts): string {
  const parts = [
    runTitle(column, now),
    stateName(column.state, trans),
    column.started_at === null ? '' : span(column.started_at, column.ended_at, now),
    runTypeName(column.run_type, trans)
  ];
  return parts.filter(part => part !== '').join(', ');
}
