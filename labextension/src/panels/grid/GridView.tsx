/** The grid with what decides which runs and tasks are in it. Data and callbacks only. */
import * as React from 'react';

import { stateName } from '../../format';
import { StateIcon } from '../../graph/StateIcon';
import type { GridState } from '../../live/grid';
import { useChoice, useChosenSet } from '../../live/view-state';
import { useTexts } from '../../text';
import { Button, Loading, Notice } from '../controls';
import { FindField } from '../FindField';
import { RunFilters } from '../RunFilters';
import { Grid, type GridProps } from './Grid';
import { rowsOf } from './rows';

export interface GridViewProps extends Omit<
  GridProps,
  'grid' | 'rows' | 'hasOlder' | 'isLoadingOlder' | 'onToggleGroup'
> {
  readonly state: GridState;
  readonly onReload: () => void;
}

const LEGEND = [
  'success',
  'running',
  'failed',
  'upstream_failed',
  'up_for_retry',
  'queued',
  'skipped'
];

export function GridView(props: GridViewProps): React.JSX.Element {
  const { state, onReload } = props;
  const trans = useTexts();
  const [states, setStates] = useChosenSet('grid.states');
  const [type, setType] = useChoice('grid.type');
  const [search, setSearch] = useChoice('grid.tasks');
  const [closed, setClosed] = useChosenSet('grid.closed');
  const { grid } = state;
  const rows = React.useMemo(
    () => (grid === null ? [] : rowsOf(grid.tasks, grid.groups, closed, search)),
    [grid?.tasks, grid?.groups, closed, search] // eslint-disable-line react-hooks/exhaustive-deps -- not its columns
  );
  const toggle = (groupId: string): void => {
    const next = new Set(closed);
    if (!next.delete(groupId)) {
      next.add(groupId);
    }
    setClosed(next);
  };
  const groups = grid?.groups ?? [];
  const isFiltered = states.size > 0 || type !== '';
  return (
    <div className="jp-nbflow-history">
      <RunFilters
        {...{ states, type }}
        onStates={setStates}
        onType={setType}
        before={<FindField value={search} label={trans.__('Find a task')} onChange={setSearch} />}
      >
        {groups.length ? (
          <Button
            label={closed.size ? trans.__('Open groups') : trans.__('Close groups')}
            onClick={() => setClosed(new Set(closed.size ? [] : groups.map(one => one.group_id)))}
          />
        ) : null}
      </RunFilters>
      {grid === null ? (
        <Pending error={state.error} onReload={onReload} />
      ) : grid.columns.length === 0 ? (
        <NoRuns isFiltered={isFiltered} />
      ) : (
        <Grid
          {...props}
          grid={grid}
          rows={rows}
          hasOlder={state.older !== null}
          isLoadingOlder={state.isLoadingOlder}
          onToggleGroup={toggle}
        />
      )}
      <div className="jp-nbflow-grid-legend" aria-hidden="true">
        {LEGEND.map(one => (
          <span key={one} data-state={one}>
            <StateIcon state={one} size={12} />
            {stateName(one, trans)}
          </span>
        ))}
      </div>
    </div>
  );
}

/** While there is nothing to show yet, or nothing could be fetched. */
export function Pending({
  error,
  onReload
}: {
  readonly error: string | null;
  readonly onReload: () => void;
}): React.JSX.Element {
  const trans = useTexts();
  return error === null ? (
    <Loading lines={8} />
  ) : (
    <Notice
      kind="error"
      title={trans.__('The runs cannot be shown')}
      action={<Button icon="refresh" label={trans.__('Try again')} onClick={onReload} />}
    >
      <p>{error}</p>
    </Notice>
  );
}

export function NoRuns({ isFiltered }: { readonly isFiltered: boolean }): React.JSX.Element {
  const trans = useTexts();
  return isFiltered ? (
    <Notice kind="empty" title={trans.__('No such runs')}>
      <p>{trans.__('Choose other states or another type above.')}</p>
    </Notice>
  ) : (
    <Notice kind="empty" title={trans.__('No runs yet')}>
      <p>{trans.__('Trigger makes one now; the schedule makes them when they are due.')}</p>
    </Notice>
  );
}
