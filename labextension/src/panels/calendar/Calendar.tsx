/** A year of a DAG: how the runs of each day ended, and what is planned. Keys move from day to day and week to week. */
import * as React from 'react';

import { stateName } from '../../format';
import { Tip } from '../../graph/GraphTip';
import { StateIcon } from '../../graph/StateIcon';
import type { ListingState } from '../../live/listing';
import { byUrgency } from '../../states';
import { useTexts, type Texts } from '../../text';
import type { CalendarDay, CalendarView } from '../../wire';
import { Button } from '../controls';
import { Pending } from '../grid/GridView';
import { daysOf, later, monthsOf, partsOf, type Day } from './weeks';

export interface CalendarProps {
  readonly listing: ListingState<CalendarView>;
  readonly onYear: (year: number) => void;
  /** The runs of a day are to be seen. */
  readonly onChooseDay: (day: CalendarDay) => void;
  readonly onReload: () => void;
}

export function Calendar(props: CalendarProps): React.JSX.Element {
  const { listing, onYear, onReload } = props;
  const trans = useTexts();
  const { value } = listing;
  if (value === null) {
    return <Pending error={listing.error} onReload={onReload} />;
  }
  const { year, first_year: first, last_year: last } = value;
  return (
    <div className="jp-nbflow-history jp-nbflow-calendar" data-testid="nbflow-calendar">
      <div className="jp-nbflow-run-filters">
        <Button
          label="‹"
          isDisabled={year <= first}
          onClick={() => onYear(year - 1)}
          testId="nbflow-year-before"
        />
        <strong>{year}</strong>
        <Button
          label="›"
          isDisabled={year >= last}
          onClick={() => onYear(year + 1)}
          testId="nbflow-year-after"
        />
        <span className="jp-nbflow-muted">{trans.__('Days in %1', value.timezone)}</span>
        <span className="jp-nbflow-spring" />
        <YearCounts value={value} />
      </div>
      <Year {...props} value={value} />
      {value.planned_until === null ? null : (
        <p className="jp-nbflow-calendar-note jp-nbflow-muted">
          {trans.__('Planned runs are shown up to %1.', value.planned_until.slice(0, 10))}
        </p>
      )}
    </div>
  );
}

function YearCounts({ value }: { readonly value: CalendarView }): React.JSX.Element {
  const trans = useTexts();
  const counts: Record<string, number> = {};
  let planned = 0;
  for (const day of value.days) {
    planned += day.planned;
    for (const [state, count] of Object.entries(day.counts)) {
      counts[state] = (counts[state] ?? 0) + count;
    }
  }
  return (
    <span className="jp-nbflow-calendar-counts">
      {byUrgency(counts).map(([state, count]) => (
        <span key={state} data-state={state}>
          <StateIcon state={state} size={12} />
          {`${count.toLocaleString()} ${stateName(state, trans)}`}
        </span>
      ))}
      {planned ? <span className="jp-nbflow-muted">{trans.__('%1 planned', planned)}</span> : null}
    </span>
  );
}

const SQUARE = 15;
const GAP = 3;
const STEP = SQUARE + GAP;
const LEFT = 34;
const TOP = 20;

type YearProps = CalendarProps & { readonly value: CalendarView };

function Year({ value, onChooseDay }: YearProps): React.JSX.Element {
  const trans = useTexts();
  const frame = React.useRef<HTMLDivElement>(null);
  const days = React.useMemo(() => daysOf(value.year), [value.year]);
  const byDay = new Map(value.days.map(day => [day.day, day]));
  const inYear = value.today.startsWith(String(value.year));
  const [active, setActive] = React.useState(inYear ? value.today : `${value.year}-01-01`);
  const current = active.startsWith(String(value.year)) ? active : `${value.year}-01-01`;
  const [pointed, setPointed] = React.useState<{ day: Day; x: number; y: number } | null>(null);
  const weeks = Array.from({ length: 7 }, (_, weekday) =>
    days.filter(day => day.weekday === weekday)
  );
  const choose = (day: string): void => {
    const found = byDay.get(day);
    if (found !== undefined && Object.keys(found.counts).length > 0) {
      onChooseDay(found);
    }
  };
  const onKeyDown = (event: React.KeyboardEvent): void => {
    const by = { ArrowLeft: -7, ArrowRight: 7, ArrowUp: -1, ArrowDown: 1 }[event.key];
    if (by !== undefined) {
      event.preventDefault();
      const next = later(current, by);
      if (next.startsWith(String(value.year))) {
        setActive(next);
        frame.current?.querySelector<HTMLElement>(`[data-day="${next}"]`)?.focus();
      }
    }
  };
  return (
    <div className="jp-nbflow-calendar-frame" ref={frame}>
      {/* eslint-disable-next-line jsx-a11y/interactive-supports-focus -- its cells take the focus */}
      <div
        role="grid"
        aria-label={trans.__('Runs of %1 by day', value.year)}
        className="jp-nbflow-calendar-year"
        style={{ width: LEFT + 54 * STEP, height: TOP + 7 * STEP + 4 }}
        onKeyDown={onKeyDown}
        onMouseLeave={() => setPointed(null)}
      >
        <Months year={value.year} />
        {weeks.map((row, weekday) => (
          <div key={weekday} role="row" aria-label={weekdayName(weekday)}>
            {row.map(day => (
              <Square
                key={day.day}
                day={day}
                found={byDay.get(day.day)}
                isToday={day.day === value.today}
                isActive={day.day === current}
                onChoose={() => {
                  setActive(day.day);
                  choose(day.day);
                }}
                onPoint={() => setPointed({ day, ...placeOf(day) })}
              />
            ))}
          </div>
        ))}
      </div>
      {pointed === null ? null : (
        <Tip x={Math.max(120, pointed.x)} y={pointed.y + STEP + 4} below>
          <DayWords day={pointed.day.day} found={byDay.get(pointed.day.day)} />
        </Tip>
      )}
    </div>
  );
}

function Months({ year }: { readonly year: number }): React.JSX.Element {
  return (
    <div role="presentation" aria-hidden="true">
      {monthsOf(year).map(({ month, week }) => (
        <span key={month} className="jp-nbflow-calendar-month" style={{ left: LEFT + week * STEP }}>
          {new Intl.DateTimeFormat(undefined, { month: 'short', timeZone: 'UTC' }).format(
            Date.UTC(year, month, 1)
          )}
        </span>
      ))}
      {[0, 2, 4, 6].map(weekday => (
        <span
          key={weekday}
          className="jp-nbflow-calendar-weekday"
          style={{ top: TOP + weekday * STEP }}
        >
          {weekdayName(weekday)}
        </span>
      ))}
    </div>
  );
}

interface SquareProps {
  readonly day: Day;
  readonly found: CalendarDay | undefined;
  readonly isToday: boolean;
  readonly isActive: boolean;
  readonly onChoose: () => void;
  readonly onPoint: () => void;
}

function Square(props: SquareProps): React.JSX.Element {
  const { day, found, isToday, isActive, onChoose, onPoint } = props;
  const trans = useTexts();
  const parts = partsOf(byUrgency(found?.counts ?? {}));
  const total = totalOf(found);
  const isPlanned = total === 0 && found !== undefined;
  const { x, y } = placeOf(day);
  return (
    <button
      type="button"
      role="gridcell"
      className="jp-nbflow-calendar-day"
      data-day={day.day}
      data-state={parts[0]?.[0]}
      data-planned={isPlanned || undefined}
      aria-current={isToday ? 'date' : undefined}
      aria-label={dayLabel(day.day, found, trans)}
      tabIndex={isActive ? 0 : -1}
      style={{ left: x, top: y, backgroundImage: gradient(parts) }}
      onClick={onChoose}
      onMouseEnter={onPoint}
      onFocus={onPoint}
    >
      {numberOf(total)}
    </button>
  );
}

function totalOf(found: CalendarDay | undefined): number {
  return Object.values(found?.counts ?? {}).reduce((a, b) => a + b, 0);
}

/** One run needs no number, and a square has room for two figures. */
function numberOf(total: number): string {
  return total < 2 ? '' : total > 99 ? '99+' : String(total);
}

/** The states of a day above each other, the most urgent on top. */
function gradient(parts: readonly (readonly [string, number])[]): string | undefined {
  if (parts.length === 0) {
    return undefined;
  }
  let from = 0;
  const stops = parts.flatMap(([state, part]) => {
    const start = from;
    from += part * 100;
    const colour = `var(--jp-nbflow-colour-${state.replaceAll('_', '-')})`;
    return [`${colour} ${start.toFixed(1)}%`, `${colour} ${from.toFixed(1)}%`];
  });
  return `linear-gradient(${stops.join(', ')})`;
}

function DayWords(props: {
  readonly day: string;
  readonly found: CalendarDay | undefined;
}): React.JSX.Element {
  const { day, found } = props;
  const trans = useTexts();
  return (
    <>
      <div className="jp-nbflow-tip-title">{dayName(day)}</div>
      {byUrgency(found?.counts ?? {}).map(([state, count]) => (
        <div key={state} className="jp-nbflow-badge" data-state={state}>
          <StateIcon state={state} size={13} />
          {`${stateName(state, trans)} · ${count}`}
        </div>
      ))}
      {found?.planned ? <div>{trans.__('%1 planned', found.planned)}</div> : null}
      {found === undefined ? <div className="jp-nbflow-muted">{trans.__('No runs')}</div> : null}
    </>
  );
}

function dayLabel(day: string, found: CalendarDay | undefined, trans: Texts): string {
  const counts = byUrgency(found?.counts ?? {}).map(
    ([state, count]) => `${count} ${stateName(state, trans)}`
  );
  const planned = found?.planned ? [trans.__('%1 planned', found.planned)] : [];
  const words = [...counts, ...planned].join(', ') || trans.__('No runs');
  return `${dayName(day)}: ${words}`;
}

function placeOf({ week, weekday }: Day): { x: number; y: number } {
  return { x: LEFT + week * STEP, y: TOP + weekday * STEP };
}

function dayName(day: string): string {
  return new Intl.DateTimeFormat(undefined, { dateStyle: 'full', timeZone: 'UTC' }).format(
    Date.parse(`${day}T00:00:00Z`)
  );
}

function weekdayName(weekday: number): string {
  // 5 January 2026 was a Monday.
  return new Intl.DateTimeFormat(undefined, { weekday: 'short', timeZone: 'UTC' }).format(
    Date.UTC(2026, 0, 5 + weekday)
  );
}
