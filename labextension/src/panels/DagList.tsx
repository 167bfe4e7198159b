/** The list of DAGs in the side panel: search, what each did last, when it runs next, pause and trigger. */
import * as React from 'react';

import type { FeedState } from '../feed';
import { stateName } from '../format';
import { StateIcon } from '../graph/StateIcon';
import { isBad } from '../states';
import { useTexts } from '../text';
import type { DagView, Health, ImportErrorView } from '../wire';
import { Button, Loading, Notice, Switch } from './controls';
import { Asks, Dots, NextRun, Problems } from './DagParts';
import { FindField } from './FindField';
import { HealthBanner, HealthLine, ReadOnly } from './HealthBanner';
import { matches } from './home/filters';
import { ImportErrors, type ImportErrorsProps } from './ImportErrors';
import { offsetsOf, useWindowed } from './windowed';

export interface DagListProps {
  /** Null until they are fetched. */
  readonly dags: readonly DagView[] | null;
  readonly health: Health | null;
  /** Why this person may only look; null if they may more. */
  readonly readOnly: string | null;
  readonly importErrors: readonly ImportErrorView[];
  /** How many questions each DAG asks people. */
  readonly questions: ReadonlyMap<string, number>;
  readonly error: string | null;
  readonly connection: FeedState;
  readonly now: number;
  readonly onOpen: (dagId: string, runId?: string) => void;
  readonly onQuestion: (dagId: string) => void;
  readonly onTrigger: (dagId: string) => void;
  readonly onPause: (dagId: string, paused: boolean) => void;
  readonly onReload: () => void;
  readonly onStartScheduler: () => void;
  readonly onOpenCluster: () => void;
  /** Opens the page with everything that has no room here. */
  readonly onHome: () => void;
  readonly onOpenFile: ImportErrorsProps['onOpenFile'];
}

type Filter = 'all' | 'running' | 'failed' | 'paused';

const TESTS: Readonly<Record<Filter, (dag: DagView) => boolean>> = {
  all: () => true,
  running: dag => dag.running > 0,
  failed: dag => isBad(dag.last_runs[0]?.state ?? ''),
  paused: dag => dag.paused
};

export function DagList(props: DagListProps): React.JSX.Element {
  const { dags, health, importErrors, error, connection, now } = props;
  const [search, setSearch] = React.useState('');
  const [filter, setFilter] = React.useState<Filter>('all');
  const found = (dags ?? []).filter(dag => matches(dag, search));
  const shown = found.filter(TESTS[filter]);
  return (
    <div className="jp-nbflow jp-nbflow-list" data-testid="nbflow-list">
      <Search value={search} onChange={setSearch} onReload={props.onReload} onHome={props.onHome} />
      {error === null ? null : <CannotLoad error={error} onReload={props.onReload} />}
      <ReadOnly reason={props.readOnly} />
      <HealthBanner health={health} now={now} onStart={props.onStartScheduler} />
      <ImportErrors importErrors={importErrors} onOpenFile={props.onOpenFile} />
      {dags !== null && dags.length > 0 && (
        <Filters dags={found} current={filter} onChoose={setFilter} />
      )}
      {dags === null && error === null ? <Loading lines={6} /> : null}
      {dags === null ? null : <Rows {...props} dags={shown} total={dags.length} />}
      <HealthLine health={health} connection={connection} onOpenCluster={props.onOpenCluster} />
    </div>
  );
}

function Search({
  value,
  onChange,
  onReload,
  onHome
}: {
  value: string;
  onChange: (value: string) => void;
  onReload: () => void;
  onHome: () => void;
}): React.JSX.Element {
  const trans = useTexts();
  return (
    <div className="jp-nbflow-search">
      <FindField
        value={value}
        placeholder={trans.__('Search DAGs')}
        label={trans.__('Search DAGs by name, description, tag or owner')}
        onChange={onChange}
      />
      <Button look="icon" icon="refresh" label={trans.__('Fetch again')} onClick={onReload} />
      <Button look="icon" icon="home" label={trans.__('Open Home')} onClick={onHome} />
    </div>
  );
}

function CannotLoad({
  error,
  onReload
}: {
  error: string;
  onReload: () => void;
}): React.JSX.Element {
  const trans = useTexts();
  return (
    <Notice
      kind="error"
      title={trans.__('The DAGs cannot be shown')}
      action={<Button label={trans.__('Try again')} icon="refresh" onClick={onReload} />}
    >
      <p>{error}</p>
    </Notice>
  );
}

function Filters({
  dags,
  current,
  onChoose
}: {
  dags: readonly DagView[];
  current: Filter;
  onChoose: (filter: Filter) => void;
}): React.JSX.Element | null {
  const trans = useTexts();
  const labels: [Filter, string][] = [
    ['all', trans.__('All')],
    ['running', trans.__('Running')],
    ['failed', trans.__('Failed')],
    ['paused', trans.__('Paused')]
  ];
  const worth = labels.filter(
    ([filter]) => filter === 'all' || filter === current || dags.some(TESTS[filter])
  );
  if (worth.length < 2) {
    return null;
  }
  return (
    <div className="jp-nbflow-filters" role="group" aria-label={trans.__('Show')}>
      {worth.map(([filter, label]) => (
        <button
          key={filter}
          type="button"
          className="jp-nbflow-chip"
          aria-pressed={filter === current}
          data-filter={filter}
          onClick={() => onChoose(filter === current ? 'all' : filter)}
        >
          {label} <span className="jp-nbflow-faint">{dags.filter(TESTS[filter]).length}</span>
        </button>
      ))}
    </div>
  );
}

function Rows(
  props: DagListProps & { dags: readonly DagView[]; total: number }
): React.JSX.Element {
  const { dags, total, importErrors } = props;
  const trans = useTexts();
  if (!total) {
    return <NoDags hasErrors={importErrors.length > 0} />;
  }
  if (!dags.length) {
    return <Notice kind="empty" title={trans.__('No DAG fits')} />;
  }
  return <Windowed {...props} />;
}

/** What a row takes by what is in it, until one of the kind has been drawn. */
const HEIGHTS: Readonly<Record<string, number>> = { plain: 60, runs: 77 };

function kindOf(dag: DagView): string {
  return dag.last_runs.length ? 'runs' : 'plain';
}

/** The rows that are in sight. */
function Windowed(props: DagListProps & { dags: readonly DagView[] }): React.JSX.Element {
  const { dags, questions, now, onOpen, onQuestion, onTrigger, onPause } = props;
  const trans = useTexts();
  const ref = React.useRef<HTMLUListElement>(null);
  const [heights, setHeights] = React.useState(HEIGHTS);
  const offsets = React.useMemo(
    () => offsetsOf(dags.map(dag => heights[kindOf(dag)] ?? 0)),
    [dags, heights]
  );
  const { first, end, before, after } = useWindowed(ref, ref, offsets);
  React.useLayoutEffect(() => {
    const seen = Object.keys(HEIGHTS).flatMap(kind => {
      const row = ref.current?.querySelector<HTMLElement>(`[data-kind="${kind}"]`);
      return row?.offsetHeight ? [[kind, row.offsetHeight] as const] : [];
    });
    if (seen.some(([kind, height]) => heights[kind] !== height)) {
      setHeights({ ...heights, ...Object.fromEntries(seen) });
    }
  }, [heights, first, end]);
  return (
    <ul className="jp-nbflow-rows" aria-label={trans.__('DAGs')} ref={ref}>
      {before ? <li role="presentation" style={{ height: before }} /> : null}
      {dags.slice(first, end).map((dag, place) => (
        <DagRow
          key={dag.dag_id}
          dag={dag}
          place={first + place + 1}
          total={dags.length}
          now={now}
          questions={questions.get(dag.dag_id) ?? 0}
          onOpen={onOpen}
          onQuestion={onQuestion}
          onTrigger={onTrigger}
          onPause={onPause}
        />
      ))}
      {after ? <li role="presentation" style={{ height: after }} /> : null}
    </ul>
  );
}

type RowProps = Pick<DagListProps, 'onOpen' | 'onQuestion' | 'onTrigger' | 'onPause' | 'now'>;

function NoDags({ hasErrors }: { hasErrors: boolean }): React.JSX.Element {
  const trans = useTexts();
  return (
    <Notice kind="empty" title={trans.__('No DAGs yet')}>
      {hasErrors ? (
        <p>
          {trans.__('The files above could not be read; what is wrong with them stands there.')}
        </p>
      ) : (
        <>
          <p>
            {trans.__('Put a Python file or a notebook into')} <code>dags/</code>,{' '}
            {trans.__('or let nbflow write one to begin with:')}
          </p>
          <p>
            <code>nbflow init</code>
          </p>
        </>
      )}
    </Notice>
  );
}

const DagRow = React.memo(function DagRow({
  dag,
  place,
  total,
  questions,
  onOpen,
  onQuestion,
  onTrigger,
  onPause,
  now
}: RowProps & {
  dag: DagView;
  place: number;
  total: number;
  questions: number;
}): React.JSX.Element {
  const trans = useTexts();
  const last = dag.last_runs[0];
  return (
    <li
      className="jp-nbflow-row"
      data-dag-id={dag.dag_id}
      data-kind={kindOf(dag)}
      data-paused={dag.paused || undefined}
      aria-posinset={place}
      aria-setsize={total}
    >
      <div className="jp-nbflow-row-main">
        <button
          type="button"
          className="jp-nbflow-row-name"
          title={dag.description || dag.file}
          onClick={() => onOpen(dag.dag_id)}
          onKeyDown={moveBetweenRows}
        >
          {last === undefined ? (
            <StateIcon state="none" size={14} label={trans.__('Never run')} />
          ) : (
            <StateIcon state={last.state} size={14} label={stateName(last.state, trans)} />
          )}
          <span className="jp-nbflow-ellipsis">{dag.display_name || dag.dag_id}</span>
        </button>
        <Asks questions={questions} onClick={() => onQuestion(dag.dag_id)} />
        <Problems dag={dag} />
        <Button
          look="icon"
          icon="play"
          label={trans.__('Trigger %1', dag.dag_id)}
          verb="trigger"
          onClick={() => onTrigger(dag.dag_id)}
        />
        <Switch
          isOn={!dag.paused}
          label={
            dag.paused
              ? trans.__('%1 is paused: switch its schedule on', dag.dag_id)
              : trans.__('%1 follows its schedule: pause it', dag.dag_id)
          }
          verb="pause"
          onChange={isOn => onPause(dag.dag_id, !isOn)}
        />
      </div>
      <div className="jp-nbflow-row-more">
        <span className="jp-nbflow-ellipsis jp-nbflow-muted" title={dag.schedule}>
          {dag.schedule}
        </span>
        <span className="jp-nbflow-spring" />
        <NextRun dag={dag} now={now} />
      </div>
      {dag.last_runs.length ? <Dots dag={dag} now={now} onOpen={onOpen} /> : null}
    </li>
  );
});

/** Up and down lead from the name of one DAG to the next. */
function moveBetweenRows(event: React.KeyboardEvent<HTMLElement>): void {
  const row = event.currentTarget.closest('li');
  const next =
    event.key === 'ArrowDown'
      ? row?.nextElementSibling
      : event.key === 'ArrowUp'
        ? row?.previousElementSibling
        : null;
  if (next !== null && next !== undefined) {
    event.preventDefault();
    next.querySelector<HTMLElement>('.jp-nbflow-row-name')?.focus();
  }
}
