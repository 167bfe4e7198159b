/** The DAGs of the home page as a grid: sorted by any column, worked by keyboard, drawn as far as it is in sight. */
import * as React from 'react';

import { useTexts } from '../../text';
import type { DagView } from '../../wire';
import { offsetsOf, useWindowed } from '../windowed';
import type { HomeActions } from './actions';
import { DagTableRow, ROW_HEIGHT } from './DagTableRow';
import { SORTS, type Filters, type Sort } from './filters';

export interface DagTableProps {
  readonly dags: readonly DagView[];
  readonly filters: Filters;
  readonly favourites: ReadonlySet<string>;
  readonly selected: ReadonlySet<string>;
  /** How many questions each DAG asks people. */
  readonly questions: ReadonlyMap<string, number>;
  readonly now: number;
  readonly scroller: React.RefObject<HTMLElement>;
  readonly actions: HomeActions;
  readonly onSelect: (dagIds: ReadonlySet<string>) => void;
}

export interface DagTableHandle {
  /** Put the focus on the row that has it last, or the first. */
  focus: () => void;
}

export const DagTable = React.forwardRef<DagTableHandle, DagTableProps>(
  function DagTable(props, handle) {
    const { dags, favourites, selected, questions, now, scroller, actions, onSelect } = props;
    const trans = useTexts();
    const body = React.useRef<HTMLDivElement>(null);
    const [active, setActive] = React.useState<string | null>(null);
    const isWanted = React.useRef(false);
    const offsets = React.useMemo(() => offsetsOf(dags.map(() => ROW_HEIGHT)), [dags]);
    const { first, end, before, after } = useWindowed(scroller, body, offsets);
    const found = dags.findIndex(dag => dag.dag_id === active);
    const place = Math.max(0, found);

    const goTo = (next: number): void => {
      const to = Math.min(dags.length - 1, Math.max(0, next));
      const dag = dags[to];
      if (dag !== undefined) {
        isWanted.current = true;
        setActive(dag.dag_id);
        bringIntoSight(scroller.current, body.current, to);
      }
    };
    React.useImperativeHandle(handle, () => ({ focus: () => goTo(place) }));
    // The row may only have been drawn now, because it has come into sight.
    React.useLayoutEffect(() => {
      const row = body.current?.querySelector<HTMLElement>('[role="row"][tabindex="0"]');
      if (isWanted.current && row !== null && row !== undefined) {
        isWanted.current = false;
        row.focus({ preventScroll: true });
      }
    });
    const toggle = (dagId: string): void => onSelect(toggled(selected, dagId));
    const onKeyDown = (event: React.KeyboardEvent): void => {
      const dag = isForRow(event) ? dags[place] : undefined;
      const move = moveOf(event.key, place, dags.length, scroller.current);
      const verb = dag === undefined ? undefined : verbOf(event.key, dag, actions, toggle);
      if (dag !== undefined && (move !== null || verb !== undefined)) {
        event.preventDefault();
        event.stopPropagation();
        verb?.();
        if (move !== null) {
          goTo(move);
        }
      }
    };
    const all = dags.length > 0 && dags.every(dag => selected.has(dag.dag_id));
    return (
      <div
        className="jp-nbflow-dags"
        role="grid"
        aria-label={trans.__('DAGs')}
        aria-multiselectable="true"
        aria-rowcount={dags.length + 1}
        data-testid="nbflow-home-dags"
        tabIndex={-1}
        onKeyDown={onKeyDown}
      >
        <Head
          {...props}
          isAll={all}
          onAll={() => onSelect(new Set(all ? [] : dags.map(dag => dag.dag_id)))}
        />
        <div role="rowgroup" ref={body}>
          <div role="presentation" style={{ height: before }} />
          {dags.slice(first, end).map((dag, offset) => (
            <DagTableRow
              key={dag.dag_id}
              dag={dag}
              index={first + offset + 2}
              isActive={first + offset === place}
              isSelected={selected.has(dag.dag_id)}
              isFavourite={favourites.has(dag.dag_id)}
              questions={questions.get(dag.dag_id) ?? 0}
              now={now}
              actions={actions}
              onSelect={toggle}
              onFocus={setActive}
            />
          ))}
          <div role="presentation" style={{ height: after }} />
        </div>
      </div>
    );
  }
);

function toggled(selected: ReadonlySet<string>, dagId: string): ReadonlySet<string> {
  const next = new Set(selected);
  if (!next.delete(dagId)) {
    next.add(dagId);
  }
  return next;
}

/** Where a key leads from a row; null for others. */
function moveOf(
  key: string,
  place: number,
  length: number,
  scroller: HTMLElement | null
): number | null {
  const page = Math.max(1, Math.floor((scroller?.clientHeight ?? 0) / ROW_HEIGHT) - 3);
  const moves: Readonly<Record<string, number>> = {
    ArrowDown: place + 1,
    ArrowUp: place - 1,
    PageDown: place + page,
    PageUp: place - page,
    Home: 0,
    End: length - 1
  };
  return moves[key] ?? null;
}

/** What a key does to a DAG. */
function verbOf(
  key: string,
  dag: DagView,
  actions: HomeActions,
  toggle: (dagId: string) => void
): (() => void) | undefined {
  const verbs: Readonly<Record<string, () => void>> = {
    Enter: () => actions.onOpen(dag.dag_id),
    t: () => actions.onTrigger(dag.dag_id),
    p: () => actions.onPause(dag.dag_id, !dag.paused),
    f: () => actions.onFavourite(dag.dag_id),
    x: () => toggle(dag.dag_id),
    ' ': () => toggle(dag.dag_id)
  };
  return verbs[key];
}

/** Whether a key is meant for a row: not for a shortcut, and not for what is inside the row. */
function isForRow(event: React.KeyboardEvent): boolean {
  const { target, key } = event;
  if (event.ctrlKey || event.metaKey || event.altKey || !(target instanceof HTMLElement)) {
    return false;
  }
  const isInside = target.closest('button, input, a') !== null;
  return target.closest('[data-dag-id]') !== null && !(isInside && [' ', 'Enter'].includes(key));
}

/** Scroll as little as it takes for a row to be seen below the head of the table. */
function bringIntoSight(
  scroller: HTMLElement | null,
  body: HTMLElement | null,
  place: number
): void {
  if (scroller === null || body === null) {
    return;
  }
  const inside = body.getBoundingClientRect().top - scroller.getBoundingClientRect().top;
  const top = inside + scroller.scrollTop + place * ROW_HEIGHT;
  const head = ROW_HEIGHT * 1.5;
  if (top < scroller.scrollTop + head) {
    scroller.scrollTop = Math.max(0, top - head);
  } else if (top + 2 * ROW_HEIGHT > scroller.scrollTop + scroller.clientHeight) {
    scroller.scrollTop = top + 2 * ROW_HEIGHT - scroller.clientHeight;
  }
}

function Head({
  filters,
  actions,
  isAll,
  onAll
}: DagTableProps & { isAll: boolean; onAll: () => void }): React.JSX.Element {
  const trans = useTexts();
  const labels: Readonly<Record<Sort, string>> = {
    name: trans.__('DAG'),
    owner: trans.__('Owner'),
    state: trans.__('Last runs'),
    duration: trans.__('Duration'),
    next: trans.__('Next run')
  };
  const sortBy = (sort: Sort): void =>
    actions.onFilters({
      ...filters,
      sort,
      descending: filters.sort === sort && !filters.descending
    });
  return (
    <div role="rowgroup" className="jp-nbflow-dags-head">
      <div role="row" className="jp-nbflow-dags-row" aria-rowindex={1}>
        <span role="columnheader" className="jp-nbflow-dags-pick">
          <input
            type="checkbox"
            checked={isAll}
            aria-label={trans.__('Select all that are shown')}
            onChange={onAll}
          />
        </span>
        {SORTS.map(sort => {
          const isBy = filters.sort === sort;
          return (
            <span
              key={sort}
              role="columnheader"
              className={`jp-nbflow-dags-${sort}`}
              aria-sort={isBy ? (filters.descending ? 'descending' : 'ascending') : 'none'}
            >
              <button type="button" className="jp-nbflow-dags-sort" onClick={() => sortBy(sort)}>
                {labels[sort]}
                <span aria-hidden="true">{isBy ? (filters.descending ? ' ↓' : ' ↑') : ''}</span>
              </button>
            </span>
          );
        })}
        <span role="columnheader" className="jp-nbflow-dags-do">
          <span className="jp-nbflow-hidden">{trans.__('Actions')}</span>
        </span>
      </div>
    </div>
  );
}
