/**
 * Runs by tasks: a column for each run, the newest on the right, with its duration on top; a row for each task or
 * closed group. Only what is near the window is drawn. One stop for the tab key; arrows move about in it.
 */
import * as React from 'react';

import type { Column, Grid as GridData } from '../../fold/grid';
import { useNow } from '../../graph/useNow';
import { useTexts } from '../../text';
import { Notice } from '../controls';
import { useElementId } from '../ids';
import { revealing, spanOf, useSight, type Sight, type Span } from '../windowing';
import { GridCard, type Pointed } from './GridCard';
import { GridHead } from './GridHead';
import { GridRow } from './GridRow';
import type { Row } from './rows';
import { COLUMN, HEAD, NAMES, ROW } from './sizes';

export interface GridProps {
  readonly grid: GridData;
  readonly rows: readonly Row[];
  readonly hasOlder: boolean;
  readonly isLoadingOlder: boolean;
  readonly runId: string | null;
  readonly taskId: string | null;
  readonly onOlder: () => void;
  readonly onChooseRun: (runId: string) => void;
  readonly onChooseTask: (runId: string, taskId: string) => void;
  readonly onToggleGroup: (groupId: string) => void;
  /** More about a task in a run, which the grid itself does not know. */
  readonly more?: (runId: string, taskId: string) => Promise<string>;
}

/** A place in the grid: row -1 is the head, column -1 the names. */
export interface Place {
  readonly row: number;
  readonly column: number;
}

export function Grid(props: GridProps): React.JSX.Element {
  const { grid, rows, more } = props;
  const trans = useTexts();
  const id = useElementId();
  const ref = React.useRef<HTMLDivElement>(null);
  const sight = useSight(ref);
  // Oldest first: the order on the screen.
  const columns = React.useMemo(() => [...grid.columns].reverse(), [grid.columns]);
  const now = useNow(columns.some(column => column.state === 'running'));
  const [active, setActive] = React.useState<Place>({ row: -1, column: columns.length - 1 });
  const [pointed, setPointed] = React.useState<Pointed | null>(null);
  useOlderOnTheLeft(ref, columns, sight.look);
  useOlder(props, ref, sight.left, columns.length);
  const place = within(active, rows.length, columns.length);
  const act = useAction(props, columns);
  const onKeyDown = (event: React.KeyboardEvent): void => {
    const next = step(event, place, rows.length, columns.length, sight.height);
    if (event.key === 'Enter' || event.key === ' ') {
      event.preventDefault();
      act(place);
    } else if (next !== null) {
      event.preventDefault();
      setPointed(null);
      setActive(next);
      reveal(ref.current, next);
    }
  };
  return (
    <div className="jp-nbflow-grid-frame">
      <div
        ref={ref}
        className="jp-nbflow-grid"
        data-testid="nbflow-grid"
        role="grid"
        aria-label={trans.__('Runs by tasks, the newest run on the right')}
        aria-rowcount={rows.length + 1}
        aria-colcount={columns.length + 1}
        aria-activedescendant={cellId(id, place)}
        aria-busy={props.isLoadingOlder}
        tabIndex={0}
        onKeyDown={onKeyDown}
        onClick={event => {
          const at = placeOf(event.target);
          if (at !== null) {
            setActive(at);
            act(at);
          }
        }}
        onMouseMove={event => {
          const at = placeOf(event.target);
          const isOver = at !== null && at.column >= 0;
          setPointed(isOver ? pointedAt(event, at, event.currentTarget) : null);
        }}
        onMouseLeave={() => setPointed(null)}
      >
        <Sheet {...props} {...{ id, columns, sight, place, pointed, now }} />
      </div>
      {rows.length ? null : <Notice kind="empty" title={trans.__('No task is called like that')} />}
      <GridCard {...{ pointed, rows, columns, now, more }} states={grid.states} />
    </div>
  );
}

type SheetProps = GridProps & {
  readonly id: string;
  readonly columns: readonly Column[];
  readonly sight: Sight;
  readonly place: Place;
  readonly pointed: Pointed | null;
  readonly now: number;
};

/** All of the grid, of which a window shows a part. */
function Sheet(props: SheetProps): React.JSX.Element {
  const { grid, rows, runId, taskId, id, columns, sight, place, pointed, now } = props;
  const inSight = spanOf(sight.left, sight.width - NAMES, COLUMN, columns.length);
  const width = NAMES + columns.length * COLUMN + END;
  const height = HEAD + rows.length * ROW;
  const current = columns.findIndex(column => column.run_id === runId);
  return (
    <div className="jp-nbflow-grid-sheet" role="presentation" style={{ width, height }}>
      <Stripe column={current} height={height} kind="current" />
      <Stripe column={pointed?.column ?? -1} height={height} kind="pointed" />
      <GridHead
        {...{ id, columns, now, width }}
        shown={inSight}
        active={place}
        currentRun={runId}
      />
      {visible(rows, spanOf(sight.top, sight.height - HEAD, ROW, rows.length)).map(([row, n]) => (
        <GridRow
          key={`${row.kind} ${row.id}`}
          {...{ id, row, n, columns, width }}
          states={grid.states}
          from={inSight.from}
          to={inSight.to}
          active={place.row === n ? place.column : null}
          isCurrent={row.kind === 'task' && row.id === taskId}
          currentRun={row.id === taskId ? runId : null}
        />
      ))}
    </div>
  );
}

/** What a click, or the enter key, does at a place. */
function useAction(props: GridProps, columns: readonly Column[]): (at: Place) => void {
  const { rows, onToggleGroup, onChooseTask, onChooseRun } = props;
  return at => {
    const row = rows[at.row];
    const column = columns[at.column];
    if (row?.kind === 'group') {
      onToggleGroup(row.id);
    } else if (column !== undefined && row !== undefined) {
      onChooseTask(column.run_id, row.id);
    } else if (column !== undefined) {
      onChooseRun(column.run_id);
    }
  };
}

/** Older runs are fetched when the left end comes near, or while there is room for them. */
function useOlder(
  { hasOlder, onOlder }: GridProps,
  ref: React.RefObject<HTMLElement>,
  left: number,
  count: number
): void {
  React.useEffect(() => {
    const grid = ref.current;
    if (hasOlder && count > 0 && grid?.clientWidth && grid.scrollLeft < COLUMN * NEAR) {
      onOlder();
    }
  }, [hasOlder, ref, left, count, onOlder]);
}

const NEAR = 6;
/** Behind the newest run. */
const END = 10;

function visible<T>(things: readonly T[], { from, to }: Span): [T, number][] {
  return things.slice(from, to).map((thing, n) => [thing, from + n]);
}

function Stripe(props: { column: number; height: number; kind: string }): React.JSX.Element | null {
  const { column, height, kind } = props;
  return column < 0 ? null : (
    <div
      className="jp-nbflow-grid-stripe"
      role="presentation"
      data-kind={kind}
      style={{ left: NAMES + column * COLUMN, height }}
    />
  );
}

/** Begins at the right end, where the newest run is, and stays with what is seen when older runs come in. */
function useOlderOnTheLeft(
  ref: React.RefObject<HTMLDivElement>,
  columns: readonly Column[],
  look: () => void
): void {
  const before = React.useRef<{ newest: string | undefined; count: number; end: boolean } | null>(
    null
  );
  const newest = columns.at(-1)?.run_id;
  React.useLayoutEffect(() => {
    const element = ref.current;
    if (element === null) {
      return;
    }
    const last = before.current;
    const added = columns.length - (last?.count ?? 0);
    if (last === null || (last.end && last.newest !== newest)) {
      element.scrollLeft = element.scrollWidth;
    } else if (last.newest === newest && added > 0) {
      element.scrollLeft += added * COLUMN;
    }
    look();
  }, [ref, columns.length, newest, look]);
  React.useLayoutEffect(() => {
    const element = ref.current;
    if (element !== null) {
      const end = element.scrollLeft + element.clientWidth >= element.scrollWidth - COLUMN;
      before.current = { newest, count: columns.length, end };
    }
  });
}

export function cellId(id: string, { row, column }: Place): string {
  return `${id}-${row}-${column}`;
}

function placeOf(target: EventTarget): Place | null {
  const cell = target instanceof Element ? target.closest<HTMLElement>('[data-column]') : null;
  const row = cell?.closest<HTMLElement>('[data-row]');
  return cell === null || row === null || row === undefined
    ? null
    : { row: Number(row.dataset.row), column: Number(cell.dataset.column) };
}

function pointedAt(event: React.MouseEvent, at: Place, grid: HTMLElement): Pointed {
  const { left, top, width, height } = (grid.parentElement ?? grid).getBoundingClientRect();
  const x = event.clientX - left;
  const y = event.clientY - top;
  return { ...at, x, y, room: width, below: y < height / 2 };
}

function within({ row, column }: Place, rows: number, columns: number): Place {
  return { row: Math.min(row, rows - 1), column: Math.min(column, columns - 1) };
}

/** Where a key leads; null for keys that lead nowhere. */
export function step(
  { key, ctrlKey }: Pick<React.KeyboardEvent, 'key' | 'ctrlKey'>,
  at: Place,
  rows: number,
  columns: number,
  height: number
): Place | null {
  const page = Math.max(1, Math.floor((height - HEAD) / ROW) - 1);
  const rowKeys: Record<string, number> = {
    ArrowUp: at.row - 1,
    ArrowDown: at.row + 1,
    PageUp: at.row - page,
    PageDown: at.row + page
  };
  const columnKeys: Record<string, number> = {
    ArrowLeft: at.column - 1,
    ArrowRight: at.column + 1,
    Home: -1,
    End: columns - 1
  };
  const row = ctrlKey && key === 'Home' ? -1 : ctrlKey && key === 'End' ? rows - 1 : null;
  if (row !== null) {
    return { row, column: columnKeys[key] ?? at.column };
  }
  if (rowKeys[key] !== undefined) {
    return { row: clamp(rowKeys[key], rows - 1), column: at.column };
  }
  return columnKeys[key] === undefined
    ? null
    : { row: at.row, column: clamp(columnKeys[key], columns - 1) };
}

function clamp(value: number, most: number): number {
  return Math.max(-1, Math.min(most, value));
}

function reveal(grid: HTMLElement | null, { row, column }: Place): void {
  if (grid === null) {
    return;
  }
  if (row >= 0) {
    grid.scrollTop = revealing(grid.scrollTop, grid.clientHeight - HEAD, ROW, row);
  }
  if (column >= 0) {
    grid.scrollLeft = revealing(grid.scrollLeft, grid.clientWidth - NAMES, COLUMN, column);
  }
}
