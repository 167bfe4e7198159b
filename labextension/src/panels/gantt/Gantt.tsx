/** A run in time: a row for each task and group, tries as bars, from the first that began to the last. */
import * as React from 'react';

import { clock, duration, stateName } from '../../format';
import { criticalPath } from '../../graph/critical-path';
import { Tip } from '../../graph/GraphTip';
import { nodeStates } from '../../graph/node-states';
import { StateIcon } from '../../graph/StateIcon';
import { useNow } from '../../graph/useNow';
import { useChoice, useChosenSet } from '../../live/view-state';
import { byUrgency, isFinished } from '../../states';
import { useTexts, type Texts } from '../../text';
import type { RunDetail, TryBar } from '../../wire';
import { Button, Notice, Switch } from '../controls';
import { Icon } from '../icons';
import { spanOf, useSight } from '../windowing';
import { ganttOf, marksOf, type Bar } from './bars';
import { rowsOf, type GanttRow } from './rows';

export interface GanttProps {
  readonly run: RunDetail;
  readonly tries: readonly TryBar[];
  readonly taskId: string | null;
  readonly onChooseTask: (taskId: string) => void;
}

const ROW = 26;
const NAMES = 230;
const HEAD = 26;
const MOST_ZOOM = 64;
/** Room for the words behind the last bar. */
const END = 90;

interface Scale {
  readonly from: number;
  readonly perPixel: number;
}

export function Gantt(props: GanttProps): React.JSX.Element {
  const { run, tries } = props;
  const trans = useTexts();
  const isMoving = !isFinished(run.run.state);
  const now = useNow(isMoving);
  const [text, setZoom] = useChoice('gantt.zoom', '1');
  const zoom = Math.max(1, Math.min(MOST_ZOOM, Number(text) || 1));
  const [critical, setCritical] = useChoice('gantt.critical', 'yes');
  const gantt = React.useMemo(() => ganttOf(run, tries, now), [run, tries, now]);
  const path = React.useMemo(
    () => criticalPath(run.tasks, nodeStates(run.instances, undefined, run.mapped), now),
    [run, now]
  );
  const isMarked = critical === 'yes';
  const [closed, setClosed] = useChosenSet('gantt.closed');
  const rows = React.useMemo(
    () => rowsOf(gantt.tasks, run.groups, closed),
    [gantt, run.groups, closed]
  );
  const toggle = (groupId: string): void => {
    const next = new Set(closed);
    if (!next.delete(groupId)) {
      next.add(groupId);
    }
    setClosed(next);
  };
  if (gantt.tasks.every(task => task.bars.length === 0)) {
    return (
      <Notice kind="empty" title={trans.__('Nothing has begun yet')}>
        <p>{trans.__('Bars appear as soon as the first task is handed to a worker.')}</p>
      </Notice>
    );
  }
  return (
    <div className="jp-nbflow-history">
      <div className="jp-nbflow-run-filters">
        <span className="jp-nbflow-muted">
          {trans.__('%1 from the first task to the last', duration((gantt.to - gantt.from) / 1000))}
          {path === null ? '' : ` · ${trans.__('critical path %1', duration(path.seconds))}`}
        </span>
        <span className="jp-nbflow-spring" />
        {run.groups.length ? (
          <Button
            label={closed.size ? trans.__('Open groups') : trans.__('Close groups')}
            onClick={() =>
              setClosed(new Set(closed.size ? [] : run.groups.map(one => one.group_id)))
            }
          />
        ) : null}
        <Switch
          isOn={isMarked}
          caption={trans.__('Critical path')}
          label={trans.__('Mark the tasks that decide how long the run takes')}
          onChange={isOn => setCritical(isOn ? 'yes' : 'no')}
        />
        <Button
          label="−"
          isDisabled={zoom === 1}
          onClick={() => setZoom(String(zoom / 2))}
          testId="nbflow-gantt-out"
        />
        <Button
          label="+"
          isDisabled={zoom === MOST_ZOOM}
          onClick={() => setZoom(String(zoom * 2))}
          testId="nbflow-gantt-in"
        />
      </div>
      <Chart
        {...props}
        {...{ rows, zoom }}
        from={gantt.from}
        to={gantt.to}
        onToggleGroup={toggle}
        critical={new Set(isMarked ? path?.tasks : [])}
        onZoom={next => setZoom(String(Math.max(1, Math.min(MOST_ZOOM, next))))}
      />
    </div>
  );
}

type ChartProps = GanttProps & {
  readonly rows: readonly GanttRow[];
  readonly from: number;
  readonly to: number;
  readonly zoom: number;
  readonly critical: ReadonlySet<string>;
  readonly onZoom: (zoom: number) => void;
  readonly onToggleGroup: (groupId: string) => void;
};

function Chart(props: ChartProps): React.JSX.Element {
  const { rows, from, to, zoom, critical, taskId, onChooseTask, onZoom, onToggleGroup } = props;
  const trans = useTexts();
  const ref = React.useRef<HTMLDivElement>(null);
  const sight = useSight(ref);
  const [tip, setTip] = React.useState<{ row: GanttRow; x: number; y: number } | null>(null);
  const room = Math.max(120, sight.width - NAMES - END) * zoom;
  const length = to - from;
  const scale = { from, perPixel: room / length };
  const shown = spanOf(sight.top, sight.height, ROW, rows.length);
  const size = { width: NAMES + room + END, height: HEAD + rows.length * ROW };
  return (
    <div className="jp-nbflow-grid-frame">
      {/* eslint-disable-next-line jsx-a11y/no-static-element-interactions -- the wheel with Ctrl zooms, as the buttons do */}
      <div
        ref={ref}
        className="jp-nbflow-gantt"
        data-testid="nbflow-gantt"
        // eslint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- it scrolls
        tabIndex={0}
        onKeyDown={event => {
          const factor = { '+': 2, '-': 0.5 }[event.key];
          if (factor !== undefined) {
            event.preventDefault();
            onZoom(zoom * factor);
          }
        }}
        onMouseLeave={() => setTip(null)}
      >
        <div className="jp-nbflow-grid-sheet" style={size}>
          <Axis length={length} room={room} from={from} />
          <Lines length={length} room={room} />
          <ul className="jp-nbflow-gantt-rows" aria-label={trans.__('Tasks in time')}>
            {rows.slice(shown.from, shown.to).map((row, n) => (
              <Row
                key={`${row.kind} ${row.taskId}`}
                row={row}
                top={HEAD + (shown.from + n) * ROW}
                scale={scale}
                isCritical={critical.has(row.taskId)}
                isCurrent={row.kind === 'task' && row.taskId === taskId}
                onChoose={() =>
                  row.kind === 'task' ? onChooseTask(row.taskId) : onToggleGroup(row.taskId)
                }
                onPoint={event => setTip({ row, ...pointOf(event, ref.current) })}
              />
            ))}
          </ul>
        </div>
      </div>
      {tip === null ? null : (
        <Tip x={tip.x} y={tip.y} below={tip.y < sight.height / 2}>
          <Words row={tip.row} isCritical={critical.has(tip.row.taskId)} />
        </Tip>
      )}
    </div>
  );
}

function pointOf(event: React.MouseEvent, chart: HTMLElement | null): { x: number; y: number } {
  const box = chart?.getBoundingClientRect();
  const x = event.clientX - (box?.left ?? 0);
  const y = event.clientY - (box?.top ?? 0);
  const half = 165;
  return {
    x: Math.max(half, Math.min((box?.width ?? 0) - half, x)),
    y: y + (y < (box?.height ?? 0) / 2 ? 14 : -14)
  };
}

interface AxisProps {
  /** In milliseconds, and as many pixels. */
  readonly length: number;
  readonly room: number;
}

function Axis(props: AxisProps & { readonly from: number }): React.JSX.Element {
  const { length, room, from } = props;
  return (
    <div className="jp-nbflow-gantt-axis" style={{ height: HEAD }} aria-hidden="true">
      <div className="jp-nbflow-gantt-corner">{clock(new Date(from).toISOString())}</div>
      {marksOf(length, room).map(at => (
        <div
          key={at}
          className="jp-nbflow-gantt-mark"
          style={{ left: NAMES + (at / length) * room }}
        >
          {at === 0 ? '0' : duration(at / 1000)}
        </div>
      ))}
    </div>
  );
}

/** The marks of the axis go on behind the bars. */
function Lines({ length, room }: AxisProps): React.JSX.Element {
  return (
    <div aria-hidden="true">
      {marksOf(length, room).map(at => (
        <div
          key={at}
          className="jp-nbflow-gantt-line"
          style={{ left: NAMES + (at / length) * room }}
        />
      ))}
    </div>
  );
}

interface RowProps {
  readonly row: GanttRow;
  readonly top: number;
  readonly scale: Scale;
  readonly isCritical: boolean;
  readonly isCurrent: boolean;
  readonly onChoose: () => void;
  readonly onPoint: (event: React.MouseEvent) => void;
}

function Row(props: RowProps): React.JSX.Element {
  const { row, top, scale, isCritical, isCurrent, onChoose, onPoint } = props;
  const trans = useTexts();
  const isGroup = row.kind === 'group';
  return (
    <li
      className="jp-nbflow-gantt-row"
      data-kind={row.kind}
      data-task-id={isGroup ? undefined : row.taskId}
      data-group-id={isGroup ? row.taskId : undefined}
      data-state={row.state}
      data-current={isCurrent || undefined}
      data-critical={isCritical || undefined}
      style={{ top, height: ROW }}
    >
      <button
        type="button"
        aria-label={labelOf(row, isCritical, trans)}
        aria-expanded={isGroup ? row.isOpen : undefined}
        onClick={onChoose}
        onMouseMove={onPoint}
      >
        <span className="jp-nbflow-gantt-name" style={{ paddingLeft: 16 + row.depth * 14 }}>
          {isGroup ? <Icon name="chevron" size={12} /> : null}
          <StateIcon state={row.state} size={12} />
          <span className="jp-nbflow-ellipsis">{row.name}</span>
        </span>
        {row.bars.map(bar => (
          <BarMark key={bar.tryNumber} bar={bar} scale={scale} />
        ))}
        <Behind row={row} scale={scale} />
      </button>
    </li>
  );
}

function labelOf(row: GanttRow, isCritical: boolean, trans: Texts): string {
  const label = [
    row.taskId,
    stateName(row.state, trans),
    took(row),
    row.kind === 'group' ? trans._n('%1 task', '%1 tasks', row.size) : '',
    row.bars.length > 1 ? trans.__('%1 tries', row.bars.length) : '',
    isCritical ? trans.__('on the critical path') : ''
  ];
  return label.filter(part => part !== '').join(', ');
}

/** How long the last try took, in words; empty of what has not begun. */
function took({ bars }: GanttRow): string {
  const last = bars.at(-1);
  return last === undefined ? '' : duration((last.to - (last.from ?? last.queued)) / 1000);
}

/** The words behind the last bar. */
function Behind({ row, scale }: { row: GanttRow; scale: Scale }): React.JSX.Element | null {
  const trans = useTexts();
  const last = row.bars.at(-1);
  return last === undefined ? null : (
    <span
      className="jp-nbflow-gantt-words"
      style={{ left: NAMES + (last.to - scale.from) * scale.perPixel + 6 }}
    >
      {took(row)}
      {row.bars.length > 1 ? ` · ${trans.__('%1 tries', row.bars.length)}` : ''}
      {row.kind === 'task' && row.counts !== null ? ` · ${sum(row.counts)}×` : ''}
    </span>
  );
}

const LEAST = 2;

function BarMark({ bar, scale }: { bar: Bar; scale: Scale }): React.JSX.Element {
  const at = (instant: number): number => NAMES + (instant - scale.from) * scale.perPixel;
  const until = bar.from ?? bar.to;
  return (
    <>
      <span
        className="jp-nbflow-gantt-wait"
        style={{ left: at(bar.queued), width: Math.max(0, at(until) - at(bar.queued)) }}
      />
      {bar.from === null ? null : (
        <span
          className="jp-nbflow-gantt-bar"
          data-state={bar.state}
          data-try={bar.tryNumber}
          style={{ left: at(bar.from), width: Math.max(LEAST, at(bar.to) - at(bar.from)) }}
        />
      )}
    </>
  );
}

function Words({ row, isCritical }: { row: GanttRow; isCritical: boolean }): React.JSX.Element {
  const trans = useTexts();
  return (
    <>
      <div className="jp-nbflow-tip-title">{row.taskId}</div>
      {row.kind === 'group' ? (
        <div className="jp-nbflow-badge" data-state={row.state}>
          <StateIcon state={row.state} size={13} />
          {`${stateName(row.state, trans)} · ${trans._n('%1 task', '%1 tasks', row.size)}`}
        </div>
      ) : row.counts === null ? (
        row.bars.map(bar => (
          <div key={bar.tryNumber} className="jp-nbflow-badge" data-state={bar.state}>
            <StateIcon state={bar.state} size={13} />
            {[
              row.bars.length > 1 ? trans.__('Try %1', bar.tryNumber) : '',
              stateName(bar.state, trans),
              bar.from === null ? '' : duration((bar.to - bar.from) / 1000),
              trans.__('waited %1', duration(((bar.from ?? bar.to) - bar.queued) / 1000))
            ]
              .filter(part => part !== '')
              .join(' · ')}
          </div>
        ))
      ) : (
        byUrgency(row.counts).map(([state, count]) => (
          <div key={state} className="jp-nbflow-badge" data-state={state}>
            <StateIcon state={state} size={13} />
            {`${stateName(state, trans)} · ${count.toLocaleString()}`}
          </div>
        ))
      )}
      {row.bars.length ? null : (
        <div className="jp-nbflow-muted">{stateName(row.state, trans)}</div>
      )}
      {isCritical ? (
        <div className="jp-nbflow-muted">
          {trans.__('On the critical path: were it shorter, so would be the run.')}
        </div>
      ) : null}
    </>
  );
}

function sum(counts: Readonly<Record<string, number>>): number {
  return Object.values(counts).reduce((a, b) => a + b, 0);
}
