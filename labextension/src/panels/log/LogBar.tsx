/** What stands above a log: finding lines, how grave they have to be, following, and taking the log away. */
import * as React from 'react';

import { useTexts } from '../../text';
import { Button } from '../controls';
import { Icon } from '../icons';
import { countLevel, type Level, type LogFilter, type LogLine } from '../../log/lines';

export interface LogBarProps {
  readonly lines: readonly LogLine[];
  readonly filter: LogFilter;
  /** How many lines pass the filter; null while there is none. */
  readonly found: number | null;
  readonly isFollowing: boolean;
  readonly isComplete: boolean;
  readonly onFilter: (filter: LogFilter) => void;
  readonly onFollow: (isFollowing: boolean) => void;
  readonly onSave: () => void;
}

export function LogBar(props: LogBarProps): React.JSX.Element {
  const { lines, filter, found, isFollowing, isComplete, onFilter, onFollow, onSave } = props;
  const trans = useTexts();
  return (
    <div className="jp-nbflow-log-bar">
      <label className="jp-nbflow-log-search">
        <Icon name="search" size={13} />
        <input
          type="text"
          value={filter.query}
          placeholder={trans.__('Find lines')}
          aria-label={trans.__('Find lines')}
          data-testid="nbflow-log-search"
          onChange={event => onFilter({ ...filter, query: event.target.value })}
          onKeyDown={event => {
            if (event.key === 'Escape' && filter.query !== '') {
              event.stopPropagation();
              onFilter({ ...filter, query: '' });
            }
          }}
        />
      </label>
      <Levels lines={lines} filter={filter} onFilter={onFilter} />
      <span className="jp-nbflow-muted" role="status">
        {found === null
          ? isComplete
            ? trans.__('Complete')
            : trans.__('Live')
          : trans._n('%1 line', '%1 lines', found)}
      </span>
      <span className="jp-nbflow-spring" />
      <button
        type="button"
        className="jp-nbflow-button jp-mod-plain"
        aria-pressed={isFollowing}
        title={trans.__('Stay at the end')}
        data-testid="nbflow-log-follow"
        onClick={() => onFollow(!isFollowing)}
      >
        {trans.__('Follow')}
      </button>
      <Button
        look="icon"
        icon="download"
        label={trans.__('Save the log as a file')}
        onClick={onSave}
      />
    </div>
  );
}

/** Which lines are shown by how grave they are; a level of which there is none is not offered. */
function Levels({
  lines,
  filter,
  onFilter
}: Pick<LogBarProps, 'lines' | 'filter' | 'onFilter'>): React.JSX.Element | null {
  const trans = useTexts();
  const counts = React.useMemo(
    () => ({
      info: countLevel(lines, 'info'),
      warning: countLevel(lines, 'warning'),
      error: countLevel(lines, 'error')
    }),
    [lines]
  );
  const names: Record<keyof typeof counts, string> = {
    info: trans.__('Info and above'),
    warning: trans.__('Warnings and errors (%1)', counts.warning + counts.error),
    error: trans.__('Errors (%1)', counts.error)
  };
  const offered = (['info', 'warning', 'error'] as const).filter(
    level => counts[level] > 0 || filter.level === level
  );
  return offered.length ? (
    <select
      value={filter.level ?? ''}
      aria-label={trans.__('Which lines')}
      data-testid="nbflow-log-level"
      onChange={event => {
        const level = event.target.value;
        onFilter({ ...filter, level: level === '' ? null : (level as Level) });
      }}
    >
      <option value="">{trans.__('All lines')}</option>
      {offered.map(level => (
        <option key={level} value={level}>
          {names[level]}
        </option>
      ))}
    </select>
  ) : null;
}
