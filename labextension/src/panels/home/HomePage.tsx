/** Home: who is at work, what goes on, what went wrong, what comes next, and all DAGs. */
import * as React from 'react';

import type { FeedState } from '../../feed';
import type { ListingState } from '../../live/listing';
import { questionCounts } from '../../live/questions';
import { useTexts } from '../../text';
import type { DagView, Health, ImportErrorView, Overview, QuestionView } from '../../wire';
import { Button, Loading, Notice } from '../controls';
import { HealthBanner } from '../HealthBanner';
import type { BulkVerb, HomeActions } from './actions';
import { Cards } from './Cards';
import { DagTable, type DagTableHandle } from './DagTable';
import { FilterBar } from './FilterBar';
import { chosen, nameOf, type Filters } from './filters';
import { FirstUse } from './FirstUse';
import { HealthTiles } from './HealthTiles';
import { KeyHelp } from './KeyHelp';

export interface HomePageProps {
  /** Null until they are fetched. */
  readonly dags: readonly DagView[] | null;
  readonly health: Health | null;
  readonly importErrors: readonly ImportErrorView[];
  readonly error: string | null;
  readonly connection: FeedState;
  readonly overview: ListingState<Overview>;
  readonly questions: readonly QuestionView[];
  readonly favourites: ReadonlySet<string>;
  readonly filters: Filters;
  readonly now: number;
  readonly actions: HomeActions;
}

const NONE: ReadonlySet<string> = new Set();

export function HomePage(props: HomePageProps): React.JSX.Element {
  const { dags, error, now, actions } = props;
  const trans = useTexts();
  const scroller = React.useRef<HTMLDivElement>(null);
  const search = React.useRef<HTMLInputElement>(null);
  const table = React.useRef<DagTableHandle>(null);
  const [selected, setSelected] = React.useState(NONE);
  const [hasKeys, showKeys] = React.useState(false);
  const onEscape = React.useCallback(() => {
    showKeys(false);
    setSelected(NONE);
  }, []);
  const onHelp = React.useCallback(() => showKeys(old => !old), []);
  useKeys({ scroller, search, table, onEscape, onHelp });
  return (
    <div className="jp-nbflow jp-nbflow-home" data-testid="nbflow-home" ref={scroller}>
      <div className="jp-nbflow-home-inner">
        <Head connection={props.connection} actions={actions} onHelp={onHelp} />
        {hasKeys ? <KeyHelp onClose={() => showKeys(false)} /> : null}
        {error === null ? null : (
          <Notice
            kind="error"
            title={trans.__('The DAGs cannot be shown')}
            action={
              <Button label={trans.__('Try again')} icon="refresh" onClick={actions.onReload} />
            }
          >
            <p>{error}</p>
          </Notice>
        )}
        <HealthBanner health={props.health} now={now} onStart={actions.onStartScheduler} />
        {dags === null && error === null ? <Loading lines={8} /> : null}
        {dags === null ? null : (
          <Content
            {...props}
            {...{ dags, scroller, search, table, selected }}
            onSelect={setSelected}
          />
        )}
      </div>
    </div>
  );
}

interface Keys {
  readonly scroller: React.RefObject<HTMLElement>;
  readonly search: React.RefObject<HTMLInputElement>;
  readonly table: React.RefObject<DagTableHandle>;
  readonly onEscape: () => void;
  readonly onHelp: () => void;
}

/** The keys that work everywhere on the page. */
function useKeys({ scroller, search, table, onEscape, onHelp }: Keys): void {
  React.useEffect(() => {
    const page = scroller.current;
    const onKeyDown = (event: KeyboardEvent): void => {
      const { target, key } = event;
      const isSearch = target === search.current;
      if (key === 'Escape') {
        onEscape();
      }
      if (isSearch && (key === 'ArrowDown' || key === 'Escape')) {
        event.preventDefault();
        table.current?.focus();
      }
      if (target instanceof Element && target.matches('input:not([type="checkbox"]), select')) {
        return;
      }
      if (key === '/') {
        event.preventDefault();
        search.current?.focus();
      } else if (key === '?') {
        onHelp();
      }
    };
    page?.addEventListener('keydown', onKeyDown);
    return () => page?.removeEventListener('keydown', onKeyDown);
  }, [scroller, search, table, onEscape, onHelp]);
}

function Head({
  connection,
  actions,
  onHelp
}: {
  connection: FeedState;
  actions: HomeActions;
  onHelp: () => void;
}): React.JSX.Element {
  const trans = useTexts();
  return (
    <div className="jp-nbflow-home-head">
      <h1>{trans.__('Home')}</h1>
      <Connection state={connection} />
      <span className="jp-nbflow-spring" />
      <Button icon="add" label={trans.__('New DAG')} onClick={() => actions.onNewDag('notebook')} />
      <Button
        look="icon"
        icon="refresh"
        label={trans.__('Fetch again')}
        onClick={actions.onReload}
      />
      <Button look="icon" icon="keyboard" label={trans.__('Keys (?)')} onClick={onHelp} />
    </div>
  );
}

function Connection({ state }: { state: FeedState }): React.JSX.Element | null {
  const trans = useTexts();
  return state === 'open' ? null : (
    <span className="jp-nbflow-muted" role="status">
      {trans.__('Connecting…')}
    </span>
  );
}

interface ContentProps extends HomePageProps {
  readonly dags: readonly DagView[];
  readonly scroller: React.RefObject<HTMLDivElement>;
  readonly search: React.RefObject<HTMLInputElement>;
  readonly table: React.RefObject<DagTableHandle>;
  readonly selected: ReadonlySet<string>;
  readonly onSelect: (dagIds: ReadonlySet<string>) => void;
}

function Content(props: ContentProps): React.JSX.Element {
  const { dags, health, overview, questions, importErrors, now, filters, actions } = props;
  const { favourites, selected, scroller, search, table, onSelect } = props;
  const trans = useTexts();
  const names = React.useMemo(() => new Map(dags.map(dag => [dag.dag_id, nameOf(dag)])), [dags]);
  const shown = React.useMemo(() => chosen(dags, filters, favourites), [dags, filters, favourites]);
  const asked = React.useMemo(() => questionCounts(questions), [questions]);
  const { value } = overview;
  const isNew = dags.length === 0;
  return (
    <>
      {health === null ? null : (
        <HealthTiles
          health={health}
          overview={value}
          questions={questions.length}
          importErrors={importErrors.length}
          now={now}
          onImportErrors={actions.onImportErrors}
          onRunning={() => actions.onFilters({ ...filters, state: 'running' })}
          onFailed={() => actions.onFilters({ ...filters, state: 'failed' })}
        />
      )}
      {overview.error === null ? null : (
        <Notice kind="warning" title={trans.__('What goes on cannot be shown')}>
          <p>{overview.error}</p>
        </Notice>
      )}
      {isNew ? (
        <FirstUse folders={value?.dag_folders ?? ['dags']} onNewDag={actions.onNewDag} />
      ) : value === null && overview.error === null ? (
        <Loading lines={4} />
      ) : value === null ? null : (
        <Cards
          overview={value}
          questions={questions}
          now={now}
          nameOf={dagId => names.get(dagId) ?? dagId}
          actions={actions}
        />
      )}
      {isNew ? null : (
        <section className="jp-nbflow-home-dags" aria-label={trans.__('DAGs')}>
          <FilterBar
            dags={dags}
            shown={shown.length}
            filters={filters}
            search={search}
            onFilters={actions.onFilters}
            onCopyLink={actions.onCopyLink}
          />
          <BulkBar {...{ dags, selected, actions, onSelect }} />
          <DagTable
            ref={table}
            dags={shown}
            filters={filters}
            favourites={favourites}
            selected={selected}
            questions={asked}
            now={now}
            scroller={scroller}
            actions={actions}
            onSelect={onSelect}
          />
          {shown.length ? null : <Notice kind="empty" title={trans.__('No DAG fits')} />}
        </section>
      )}
    </>
  );
}

/** What can be done to all that are selected. */
function BulkBar({
  dags,
  selected,
  actions,
  onSelect
}: Pick<ContentProps, 'dags' | 'selected' | 'actions' | 'onSelect'>): React.JSX.Element | null {
  const trans = useTexts();
  const ids = dags.map(dag => dag.dag_id).filter(id => selected.has(id));
  if (!ids.length) {
    return null;
  }
  const verbs: [BulkVerb, 'pause' | 'play' | 'clock', string][] = [
    ['trigger', 'play', trans.__('Trigger…')],
    ['pause', 'pause', trans.__('Pause…')],
    ['unpause', 'clock', trans.__('Unpause…')]
  ];
  return (
    <div
      className="jp-nbflow-dags-bulk"
      role="toolbar"
      aria-label={trans.__('With the selected DAGs')}
      data-testid="nbflow-bulk"
    >
      <span role="status">{trans._n('%1 DAG selected', '%1 DAGs selected', ids.length)}</span>
      {verbs.map(([verb, icon, label]) => (
        <Button
          key={verb}
          verb={verb}
          icon={icon}
          label={label}
          onClick={() => actions.onBulk(verb, ids)}
        />
      ))}
      <Button
        look="icon"
        icon="close"
        label={trans.__('Select none')}
        onClick={() => onSelect(NONE)}
      />
    </div>
  );
}
