/** One row of the grid: a task, or a group with the most urgent state of its tasks. */
import * as React from 'react';

import type { Column } from '../../fold/grid';
import { runTitle, stateName } from '../../format';
import { byUrgency } from '../../states';
import { useTexts } from '../../text';
import { Icon } from '../icons';
import { cellId } from './Grid';
import { worst, type Row } from './rows';
import { COLUMN, HEAD, NAMES, ROW } from './sizes';

export interface GridRowProps {
  readonly id: string;
  readonly row: Row;
  readonly n: number;
  readonly columns: readonly Column[];
  readonly states: readonly string[];
  /** The columns that are drawn. */
  readonly from: number;
  readonly to: number;
  readonly width: number;
  /** The column that the keys are at, in this row. */
  readonly active: number | null;
  readonly isCurrent: boolean;
  /** The run whose instance of this task is open. */
  readonly currentRun: string | null;
}

export const GridRow = React.memo(function GridRow(props: GridRowProps): React.JSX.Element {
  const { id, row, n, columns, states, from, to, width, active, isCurrent, currentRun } = props;
  return (
    <div
      className="jp-nbflow-grid-row"
      role="row"
      aria-rowindex={n + 2}
      data-row={n}
      data-kind={row.kind}
      data-current={isCurrent || undefined}
      data-task-id={row.kind === 'task' ? row.id : undefined}
      data-group-id={row.kind === 'group' ? row.id : undefined}
      style={{ top: HEAD + n * ROW, width, height: ROW }}
    >
      <Name id={cellId(id, { row: n, column: -1 })} row={row} isActive={active === -1} />
      {columns.slice(from, to).map((column, k) => (
        <Cell
          key={column.run_id}
          id={cellId(id, { row: n, column: from + k })}
          row={row}
          place={from + k}
          column={column}
          state={stateIn(column, row, states)}
          isActive={active === from + k}
          isSelected={column.run_id === currentRun}
        />
      ))}
    </div>
  );
});

function Name({
  id,
  row,
  isActive
}: {
  id: string;
  row: Row;
  isActive: boolean;
}): React.JSX.Element {
  const trans = useTexts();
  const isGroup = row.kind === 'group';
  const isGone = row.kind === 'task' && row.task.gone;
  const title = isGone ? trans.__('%1: not in the current version', row.id) : row.id;
  return (
    <div
      id={id}
      className="jp-nbflow-grid-name"
      role="rowheader"
      aria-colindex={1}
      aria-expanded={isGroup ? row.isOpen : undefined}
      data-column={-1}
      data-active={isActive || undefined}
      data-gone={isGone || undefined}
      title={title}
      style={{ width: NAMES, paddingLeft: 16 + row.depth * 14 }}
    >
      {isGroup ? <Icon name="chevron" size={12} /> : null}
      <span className="jp-nbflow-ellipsis">{row.name}</span>
      {row.kind === 'task' && row.task.mapped ? (
        <span className="jp-nbflow-grid-mapped" title={trans.__('Mapped')}>
          [ ]
        </span>
      ) : null}
      {isGroup && !row.isOpen ? <span className="jp-nbflow-faint">{row.places.length}</span> : null}
    </div>
  );
}

/** The state of a task, or the most urgent one of a group, in a run; null where it is not in that. */
function stateIn(column: Column, row: Row, states: readonly string[]): string | null {
  const code =
    row.kind === 'task' ? (column.codes[row.place] ?? -1) : worst(column.codes, row.places);
  return states[code] ?? null;
}

interface CellProps {
  readonly id: string;
  readonly row: Row;
  readonly place: number;
  readonly column: Column;
  readonly state: string | null;
  readonly isActive: boolean;
  readonly isSelected: boolean;
}

/** Of the thousands that stay in sight while one scrolls none is drawn anew. */
const Cell = React.memo(function Cell(props: CellProps): React.JSX.Element {
  const { id, row, place, column, state, isActive, isSelected } = props;
  const trans = useTexts();
  const counts = row.kind === 'task' ? column.mapped[row.id] : undefined;
  const total = counts === undefined ? 0 : Object.values(counts).reduce((a, b) => a + b, 0);
  const word = state === null ? trans.__('not in this run') : stateName(state, trans);
  const many = total > 0 ? `, ${trans._n('%1 instance', '%1 instances', total)}` : '';
  return (
    <div
      id={id}
      className="jp-nbflow-grid-cell"
      role="gridcell"
      aria-colindex={place + 2}
      aria-label={`${row.name}, ${runTitle(column, 0)}: ${word}${many}`}
      aria-selected={isSelected}
      data-column={place}
      data-state={state ?? 'absent'}
      data-mapped={counts === undefined ? undefined : ''}
      data-active={isActive || undefined}
      style={{ left: NAMES + place * COLUMN }}
    >
      {counts === undefined ? null : (
        <span className="jp-nbflow-grid-count" style={{ backgroundImage: shares(counts, total) }}>
          {short(total)}
        </span>
      )}
    </div>
  );
});

/** A number in three characters: `7`, `150`, `2k`, `40k`, `1M`. */
export function short(count: number): string {
  if (count < 1000) {
    return String(count);
  }
  return count < 999_500 ? `${Math.round(count / 1000)}k` : `${Math.round(count / 1e6)}M`;
}

/** The states of the instances side by side, in proportion, the most urgent first. */
function shares(counts: Readonly<Record<string, number>>, total: number): string {
  let from = 0;
  const stops = byUrgency(counts).flatMap(([state, count]) => {
    const start = from;
    from += (count / total) * 100;
    const colour = `var(--jp-nbflow-colour-${state.replaceAll('_', '-')})`;
    return [`${colour} ${start.toFixed(1)}%`, `${colour} ${from.toFixed(1)}%`];
  });
  return `linear-gradient(to right, ${stops.join(', ')})`;
}
