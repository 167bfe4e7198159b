/** Results in the cache: what each stands for, which run made it, who uses it; and forgetting them. */
import * as React from 'react';

import { bytes, instanceName, runIdTitle } from '../../format';
import type { CacheState } from '../../live/cache';
import type { ListingState } from '../../live/listing';
import { useTexts } from '../../text';
import type { CacheDetail, CachedResult } from '../../wire';
import { Button, Instant, Loading, Notice, Verbatim } from '../controls';
import { RowActions, Section } from './Section';

export interface CacheProps {
  readonly state: CacheState;
  readonly canShowMore: boolean;
  readonly now: number;
  /** The key of the result whose values are shown; null for none. */
  readonly shown: string | null;
  readonly detail: ListingState<CacheDetail>;
  readonly onSearch: (search: string) => void;
  readonly onMore: () => void;
  readonly onShow: (key: string | null) => void;
  /** Asks first; resolves with whether they were forgotten. */
  readonly onForget: (results: readonly CachedResult[]) => Promise<boolean>;
  readonly onForgetDag: () => void;
  readonly onOpenRun: (result: CachedResult) => void;
  readonly onReload: () => void;
}

export function Cache(props: CacheProps): React.JSX.Element {
  const { state, onSearch, onForgetDag, onReload } = props;
  const trans = useTexts();
  const [chosen, setChosen] = React.useState<ReadonlySet<string>>(new Set());
  return (
    <Section
      listing={state}
      textOf={null}
      asked={{ search: state.search, onSearch }}
      searchLabel={trans.__('Search by DAG, task, run or key')}
      empty={{
        title: trans.__('No results are kept yet'),
        text: trans.__('Those of tasks with cache=True are, and stand for running them again.')
      }}
      add={{
        label: trans.__('Forget all of a DAG…'),
        icon: 'trash',
        verb: 'clearCache',
        onAdd: onForgetDag
      }}
      onReload={onReload}
    >
      {found => <Results {...props} {...{ found, chosen, setChosen }} />}
    </Section>
  );
}

type ResultsProps = CacheProps & {
  readonly found: readonly CachedResult[];
  readonly chosen: ReadonlySet<string>;
  readonly setChosen: (chosen: ReadonlySet<string>) => void;
};

function Results(props: ResultsProps): React.JSX.Element {
  const { found, chosen, setChosen, canShowMore, state, onMore } = props;
  const trans = useTexts();
  const there = found.filter(one => chosen.has(one.key));
  const choose = (key: string, isOn: boolean): void => {
    const next = new Set(there.map(one => one.key));
    if (isOn) {
      next.add(key);
    } else {
      next.delete(key);
    }
    setChosen(next);
  };
  return (
    <>
      {there.length ? <Chosen {...props} found={there} /> : null}
      <table className="jp-nbflow-table" data-testid="nbflow-cache">
        <thead>
          <tr>
            <th scope="col" className="jp-nbflow-check">
              <input
                type="checkbox"
                aria-label={trans.__('Choose all')}
                checked={there.length === found.length}
                onChange={event =>
                  setChosen(new Set(event.target.checked ? found.map(one => one.key) : []))
                }
              />
            </th>
            <th scope="col">{trans.__('Task')}</th>
            <th scope="col">{trans.__('Made by run')}</th>
            <th scope="col" className="jp-mod-roomy">
              {trans.__('Made')}
            </th>
            <th scope="col" className="jp-mod-number">
              {trans.__('Values')}
            </th>
            <th scope="col" className="jp-mod-number">
              {trans.__('Size')}
            </th>
            <th scope="col" className="jp-mod-number">
              {trans.__('Used again')}
            </th>
            <th scope="col">
              <span className="jp-nbflow-hidden">{trans.__('Actions')}</span>
            </th>
          </tr>
        </thead>
        <tbody>
          {found.map(one => (
            <Result
              key={one.key}
              {...props}
              one={one}
              isChosen={chosen.has(one.key)}
              onChosen={choose}
            />
          ))}
        </tbody>
      </table>
      {state.more ? (
        <p className="jp-nbflow-muted jp-nbflow-cache-more">
          {trans.__('The newest %1 are listed.', found.length)}{' '}
          {canShowMore ? (
            <Button label={trans.__('Show more')} onClick={onMore} />
          ) : (
            trans.__('A search finds the others.')
          )}
        </p>
      ) : null}
    </>
  );
}

function Chosen({ found, setChosen, onForget }: ResultsProps): React.JSX.Element {
  const trans = useTexts();
  const forget = async (): Promise<void> => {
    if (await onForget(found)) {
      setChosen(new Set());
    }
  };
  return (
    <div className="jp-nbflow-bulk" data-testid="nbflow-cache-chosen">
      <div className="jp-nbflow-bulk-line">
        <strong>{trans._n('%1 result chosen', '%1 results chosen', found.length)}</strong>
        <Button
          icon="trash"
          label={trans.__('Forget…')}
          verb="clearCache"
          testId="nbflow-cache-forget"
          onClick={() => void forget()}
        />
        <Button
          look="icon"
          icon="close"
          label={trans.__('Choose none')}
          onClick={() => setChosen(new Set())}
        />
      </div>
    </div>
  );
}

type ResultProps = CacheProps & {
  readonly one: CachedResult;
  readonly isChosen: boolean;
  readonly onChosen: (key: string, isOn: boolean) => void;
};

function Result(props: ResultProps): React.JSX.Element {
  const { one, isChosen, now, shown, detail, onChosen, onShow, onForget, onOpenRun } = props;
  const trans = useTexts();
  const isShown = shown === one.key;
  const name = instanceName(one.task_id, one.map_index);
  const made = runIdTitle(one.run_id, now, trans);
  return (
    <>
      <tr data-key={one.key} data-task={one.task_id}>
        <td className="jp-nbflow-check">
          <input
            type="checkbox"
            aria-label={trans.__('Choose %1 of run %2', name, made)}
            checked={isChosen}
            onChange={event => onChosen(one.key, event.target.checked)}
          />
        </td>
        <th scope="row" className="jp-nbflow-cache-task">
          <button
            className="jp-nbflow-link"
            type="button"
            aria-expanded={isShown}
            title={trans.__('Key %1', one.key)}
            onClick={() => onShow(isShown ? null : one.key)}
          >
            {name}
          </button>{' '}
          <span className="jp-nbflow-muted">{one.dag_id}</span>
        </th>
        <td className="jp-nbflow-cache-run" title={one.run_id}>
          <button className="jp-nbflow-link" type="button" onClick={() => onOpenRun(one)}>
            {made}
          </button>
        </td>
        <td className="jp-mod-roomy">
          <Instant at={one.at} now={now} />
        </td>
        <td className="jp-mod-number">{one.values}</td>
        <td className="jp-mod-number">{bytes(one.size)}</td>
        <td className="jp-mod-number">
          {one.used_by ? trans._n('by %1 run', 'by %1 runs', one.used_by) : '–'}
        </td>
        <RowActions name={name}>
          <Button
            look="icon"
            icon="trash"
            label={trans.__('Forget %1 of run %2', name, made)}
            verb="clearCache"
            onClick={() => void onForget([one])}
          />
        </RowActions>
      </tr>
      {isShown ? (
        <tr className="jp-nbflow-cache-detail">
          <td />
          <td colSpan={7}>
            <Detail detail={detail} />
          </td>
        </tr>
      ) : null}
    </>
  );
}

function Detail({ detail }: { readonly detail: ListingState<CacheDetail> }): React.JSX.Element {
  const trans = useTexts();
  const { value, error } = detail;
  if (value === null) {
    return error === null ? (
      <Loading lines={2} />
    ) : (
      <Notice kind="error" title={trans.__('This cannot be shown')}>
        <p>{error}</p>
      </Notice>
    );
  }
  return (
    <dl className="jp-nbflow-cache-values" data-testid="nbflow-cache-values">
      {value.values.map(one => (
        <React.Fragment key={one.name}>
          <dt>{one.name}</dt>
          <dd>
            <span className="jp-nbflow-muted">
              {one.type}, {bytes(one.size)}
            </span>{' '}
            <Verbatim className="jp-nbflow-preview" label={trans.__('Value')}>
              {one.preview}
            </Verbatim>
          </dd>
        </React.Fragment>
      ))}
      {value.values.length ? null : <dd>{trans.__('It hands on no values.')}</dd>}
      <dt>{trans.__('Key')}</dt>
      <dd>
        <code>{value.result.key}</code>
      </dd>
    </dl>
  );
}
