/** Where one types what to find on the graph. */
import * as React from 'react';

import { Icon } from '../panels/icons';
import { useTexts } from '../text';
import type { Search } from './useSearch';

export function SearchBox({
  search,
  onDone
}: {
  readonly search: Search;
  /** It is closed; the id is that of the task found last, or null. */
  readonly onDone: (id: string | null) => void;
}): React.JSX.Element {
  const trans = useTexts();
  const { query, found, place, look, step, close } = search;
  const ref = React.useRef<HTMLInputElement>(null);
  React.useEffect(() => ref.current?.focus(), []);
  const done = (): void => {
    close();
    onDone(found[place] ?? null);
  };
  const onKeyDown = (event: React.KeyboardEvent): void => {
    if (event.key === 'Enter' && found.length) {
      event.preventDefault();
      step(event.shiftKey ? -1 : 1);
    } else if (event.key === 'Escape') {
      event.stopPropagation();
      done();
    }
  };
  return (
    // eslint-disable-next-line jsx-a11y/no-noninteractive-element-interactions -- the keys of the field in it
    <div className="jp-nbflow-graph-search" role="search" onKeyDown={onKeyDown}>
      <Icon name="search" size={14} />
      <input
        ref={ref}
        type="text"
        value={query}
        placeholder={trans.__('Find a task')}
        aria-label={trans.__('Find a task')}
        data-testid="nbflow-graph-search"
        onChange={event => look(event.target.value)}
      />
      <span className="jp-nbflow-muted" role="status">
        {query.trim() === ''
          ? ''
          : found.length
            ? trans.__('%1 of %2', place + 1, found.length)
            : trans.__('None')}
      </span>
      <button
        type="button"
        title={trans.__('Next (Enter)')}
        aria-label={trans.__('Next')}
        disabled={found.length < 2}
        onClick={() => step(1)}
      >
        <Icon name="chevron" size={12} />
      </button>
      <button
        type="button"
        title={trans.__('Close (Escape)')}
        aria-label={trans.__('Close the search')}
        onClick={done}
      >
        <Icon name="close" size={12} />
      </button>
    </div>
  );
}
