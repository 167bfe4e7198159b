/** Search and filters over the DAGs of the home page. */
import * as React from 'react';

import { useTexts } from '../../text';
import type { DagView } from '../../wire';
import { Choice } from '../Choice';
import { Button } from '../controls';
import { FindField } from '../FindField';
import { Icon } from '../icons';
import {
  isNarrowed,
  LAST_STATES,
  lastState,
  NO_FILTERS,
  PAUSED,
  wordsOf,
  type Filters,
  type LastState,
  type Paused
} from './filters';

export interface FilterBarProps {
  readonly dags: readonly DagView[];
  readonly shown: number;
  readonly filters: Filters;
  readonly search: React.RefObject<HTMLInputElement>;
  readonly onFilters: (filters: Filters) => void;
  readonly onCopyLink: () => void;
}

export function FilterBar(props: FilterBarProps): React.JSX.Element {
  const { dags, shown, filters, search, onFilters, onCopyLink } = props;
  const trans = useTexts();
  const change = (some: Partial<Filters>): void => onFilters({ ...filters, ...some });
  const tags = React.useMemo(() => wordsOf(dags, dag => dag.tags), [dags]);
  const owners = React.useMemo(() => wordsOf(dags, dag => [dag.owner]), [dags]);
  return (
    <div className="jp-nbflow-filterbar" role="search" aria-label={trans.__('DAGs')}>
      <FindField
        input={search}
        value={filters.search}
        placeholder={trans.__('Search DAGs  ( / )')}
        label={trans.__('Search DAGs by name, description, tag or owner')}
        onChange={next => change({ search: next })}
      />
      <button
        type="button"
        className="jp-nbflow-chip"
        aria-pressed={filters.favourites}
        onClick={() => change({ favourites: !filters.favourites })}
      >
        <Icon name="star" size={12} /> {trans.__('Favourites')}
      </button>
      <LastStates dags={dags} chosen={filters.state} onChoose={state => change({ state })} />
      <Choice
        label={trans.__('Schedule')}
        value={filters.paused}
        choices={PAUSED.filter(one => one !== '').map(
          one => [one, pausedName(one, trans.__('Paused'), trans.__('On'))] as const
        )}
        onChoose={value => change({ paused: PAUSED.find(one => one === value) ?? '' })}
      />
      <Choice
        label={trans.__('Tag')}
        value={filters.tag}
        choices={tags.map(tag => [tag, tag] as const)}
        onChoose={tag => change({ tag })}
      />
      <Choice
        label={trans.__('Owner')}
        value={filters.owner}
        choices={owners.map(owner => [owner, owner] as const)}
        onChoose={owner => change({ owner })}
      />
      {isNarrowed(filters) ? (
        <Button
          label={trans.__('Show all')}
          icon="close"
          onClick={() =>
            onFilters({ ...NO_FILTERS, sort: filters.sort, descending: filters.descending })
          }
        />
      ) : null}
      <span className="jp-nbflow-filterbar-end">
        <span className="jp-nbflow-muted" role="status">
          {isNarrowed(filters)
            ? trans.__('%1 of %2', shown, dags.length)
            : trans._n('%1 DAG', '%1 DAGs', dags.length)}
        </span>
        <Button
          look="icon"
          icon="link"
          label={trans.__('Copy a link to this list')}
          onClick={onCopyLink}
        />
      </span>
    </div>
  );
}

function pausedName(one: Paused, paused: string, active: string): string {
  return one === 'paused' ? paused : active;
}

/** How the last run went; only what would find something. */
function LastStates({
  dags,
  chosen,
  onChoose
}: {
  dags: readonly DagView[];
  chosen: LastState;
  onChoose: (state: LastState) => void;
}): React.JSX.Element {
  const trans = useTexts();
  const labels: Readonly<Record<LastState, string>> = {
    '': '',
    success: trans.__('Success'),
    failed: trans.__('Failed'),
    running: trans.__('Running'),
    never: trans.__('Never run')
  };
  const counts = new Map<string, number>();
  dags.forEach(dag => counts.set(lastState(dag), (counts.get(lastState(dag)) ?? 0) + 1));
  return (
    <div className="jp-nbflow-chips" role="group" aria-label={trans.__('Last run')}>
      {LAST_STATES.filter(one => one !== '' && (counts.has(one) || chosen === one)).map(one => (
        <button
          key={one}
          type="button"
          className="jp-nbflow-chip"
          data-filter={one}
          aria-pressed={chosen === one}
          onClick={() => onChoose(chosen === one ? '' : one)}
        >
          {labels[one]} <span className="jp-nbflow-faint">{counts.get(one) ?? 0}</span>
        </button>
      ))}
    </div>
  );
}
