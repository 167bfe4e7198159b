/** What the pointer is at in the grid, in words: a run, or a task in a run. */
import * as React from 'react';

import type { Column } from '../../fold/grid';
import { duration, runTitle, runTypeName, secondsBetween, stateName, utc } from '../../format';
import { Tip } from '../../graph/GraphTip';
import { StateIcon } from '../../graph/StateIcon';
import { byUrgency } from '../../states';
import { useTexts } from '../../text';
import { worst, type Row } from './rows';

export interface Pointed {
  readonly row: number;
  readonly column: number;
  /** Where, in pixels of the frame around the grid. */
  readonly x: number;
  readonly y: number;
  readonly room: number;
  /** The card stands below the pointer. */
  readonly below: boolean;
}

export interface GridCardProps {
  readonly pointed: Pointed | null;
  readonly rows: readonly Row[];
  readonly columns: readonly Column[];
  readonly states: readonly string[];
  readonly now: number;
  readonly more?: (runId: string, taskId: string) => Promise<string>;
}

const HALF = 165;
const AWAY = 14;

export function GridCard(props: GridCardProps): React.JSX.Element | null {
  const { pointed, rows, columns, states, now, more } = props;
  const column = pointed === null ? undefined : columns[pointed.column];
  const row = pointed === null ? undefined : rows[pointed.row];
  if (pointed === null || column === undefined) {
    return null;
  }
  const { x, y, room, below } = pointed;
  const at = Math.max(HALF, Math.min(room - HALF, x));
  return (
    <Tip x={at} y={y + (below ? AWAY : -AWAY)} below={below}>
      {row === undefined ? (
        <RunCard column={column} now={now} />
      ) : (
        <InstanceCard {...{ row, column, states, now, more }} key={`${column.run_id} ${row.id}`} />
      )}
    </Tip>
  );
}

function RunCard({ column, now }: { column: Column; now: number }): React.JSX.Element {
  const trans = useTexts();
  const seconds = secondsBetween(column.started_at, column.ended_at, now);
  const waited = secondsBetween(column.created_at, column.started_at, now);
  return (
    <>
      <div className="jp-nbflow-tip-title">{runTitle(column, now)}</div>
      <State state={column.state} more={seconds === null ? '' : duration(seconds)} />
      <div className="jp-nbflow-muted">
        {runTypeName(column.run_type, trans)}
        {` · ${trans.__('version %1', column.version)}`}
        {waited === null ? '' : ` · ${trans.__('waited %1', duration(waited))}`}
      </div>
      {column.logical_date === null ? null : (
        <div className="jp-nbflow-muted">{utc(column.logical_date)}</div>
      )}
      {column.note ? <div className="jp-nbflow-tip-message">{column.note}</div> : null}
      <div className="jp-nbflow-faint jp-nbflow-tip-id">{column.run_id}</div>
    </>
  );
}

type InstanceCardProps = Pick<GridCardProps, 'states' | 'now' | 'more'> & {
  readonly row: Row;
  readonly column: Column;
};

function InstanceCard({ row, column, states, now, more }: InstanceCardProps): React.JSX.Element {
  const trans = useTexts();
  const code =
    row.kind === 'task' ? (column.codes[row.place] ?? -1) : worst(column.codes, row.places);
  const state = states[code];
  const counts =
    row.kind === 'task' ? column.mapped[row.id] : countsOf(column.codes, row.places, states);
  return (
    <>
      <div className="jp-nbflow-tip-title">{row.id}</div>
      {state === undefined ? (
        <div className="jp-nbflow-muted">{trans.__('This run does not have the task.')}</div>
      ) : counts === undefined ? (
        <State state={state} more="" />
      ) : (
        byUrgency(counts).map(([one, count]) => (
          <State key={one} state={one} more={count.toLocaleString()} />
        ))
      )}
      {row.kind === 'task' && counts === undefined && state !== undefined ? (
        <More runId={column.run_id} taskId={row.id} state={state} more={more} />
      ) : null}
      <div className="jp-nbflow-muted">
        {`${runTitle(column, now)} · ${runTypeName(column.run_type, trans)}`}
      </div>
    </>
  );
}

function countsOf(
  codes: readonly number[],
  places: readonly number[],
  states: readonly string[]
): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const place of places) {
    const state = states[codes[place] ?? -1];
    if (state !== undefined) {
      counts[state] = (counts[state] ?? 0) + 1;
    }
  }
  return counts;
}

function State({ state, more }: { state: string; more: string }): React.JSX.Element {
  const trans = useTexts();
  return (
    <div className="jp-nbflow-badge" data-state={state}>
      <StateIcon state={state} size={13} />
      {`${stateName(state, trans)}${more === '' ? '' : ` · ${more}`}`}
    </div>
  );
}

const PATIENCE = 180;

/** Asked for once the pointer rests. */
function More({
  runId,
  taskId,
  state,
  more
}: Pick<GridCardProps, 'more'> & {
  readonly runId: string;
  readonly taskId: string;
  readonly state: string;
}): React.JSX.Element | null {
  const [text, setText] = React.useState('');
  React.useEffect(() => {
    let isOver = false;
    const timer = setTimeout(() => {
      more?.(runId, taskId).then(
        found => !isOver && setText(found),
        () => undefined // The card says enough without it.
      );
    }, PATIENCE);
    return () => {
      isOver = true;
      clearTimeout(timer);
    };
  }, [more, runId, taskId, state]);
  return text === '' ? null : <div className="jp-nbflow-tip-message">{text}</div>;
}
