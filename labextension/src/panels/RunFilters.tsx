/** Which runs to see: their states, their type, and what else a view offers beside. */
import * as React from 'react';

import { runTypeName, stateName } from '../format';
import { StateIcon } from '../graph/StateIcon';
import { useTexts } from '../text';

const STATES = ['failed', 'running', 'queued', 'success', 'cancelled'];
const TYPES = ['scheduled', 'manual', 'backfill', 'asset_triggered'];

export interface RunFiltersProps {
  readonly states: ReadonlySet<string>;
  readonly type: string;
  readonly onStates: (states: ReadonlySet<string>) => void;
  readonly onType: (type: string) => void;
  /** Further fields, before the states and behind the type. */
  readonly before?: React.ReactNode;
  readonly children?: React.ReactNode;
}

export function RunFilters(props: RunFiltersProps): React.JSX.Element {
  const { states, type, onStates, onType, before, children } = props;
  const trans = useTexts();
  const toggle = (state: string): void => {
    const next = new Set(states);
    if (!next.delete(state)) {
      next.add(state);
    }
    onStates(next);
  };
  return (
    <div className="jp-nbflow-run-filters" role="group" aria-label={trans.__('Which runs')}>
      {before}
      <div className="jp-nbflow-toggles">
        {STATES.map(state => (
          <button
            key={state}
            type="button"
            className="jp-nbflow-toggle"
            aria-pressed={states.has(state)}
            data-state={state}
            onClick={() => toggle(state)}
          >
            <StateIcon state={state} size={12} />
            {stateName(state, trans)}
          </button>
        ))}
      </div>
      <select
        className="jp-nbflow-pick"
        value={type}
        aria-label={trans.__('Type of runs')}
        onChange={event => onType(event.target.value)}
      >
        <option value="">{trans.__('All types')}</option>
        {TYPES.map(one => (
          <option key={one} value={one}>
            {runTypeName(one, trans)}
          </option>
        ))}
      </select>
      {children}
    </div>
  );
}
