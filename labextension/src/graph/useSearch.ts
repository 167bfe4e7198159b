/** A search for tasks on the graph: what is found, and going from one to the next. */
import * as React from 'react';

import type { GroupView } from '../wire';
import type { GraphTask, Layout } from './layout';
import { stopRect } from './navigation';
import { findTasks } from './search';
import type { ClosedGroups } from './useClosedGroups';
import type { Viewport } from './useViewport';
import { centredOn } from './viewport';

export interface Search {
  readonly isOpen: boolean;
  readonly query: string;
  /** The ids of the tasks found, and which of them is in the middle, from 0. */
  readonly found: readonly string[];
  readonly place: number;
  readonly open: () => void;
  readonly close: () => void;
  readonly look: (query: string) => void;
  readonly step: (by: 1 | -1) => void;
}

interface Searching {
  readonly tasks: readonly GraphTask[];
  readonly groups: readonly GroupView[];
  readonly layout: Layout;
  readonly viewport: Viewport;
  readonly closing: ClosedGroups;
}

export function useSearch(searching: Searching): Search {
  const { tasks, groups, layout, viewport, closing } = searching;
  const [asked, setAsked] = React.useState<{ query: string; place: number } | null>(null);
  const query = asked?.query ?? '';
  const found = React.useMemo(() => findTasks(tasks, query), [tasks, query]);
  const count = found.length;
  const place = count ? (((asked?.place ?? 0) % count) + count) % count : 0;
  // What is still to come into the middle; a group that hides it has to open first.
  const wanted = React.useRef<{ readonly id: string; readonly isOpened: boolean } | null>(null);
  const want = (id: string | undefined): void => {
    wanted.current = id === undefined ? null : { id, isOpened: false };
  };
  React.useLayoutEffect(() => {
    if (wanted.current === null) {
      return;
    }
    const { id, isOpened } = wanted.current;
    const rect = stopRect(layout, id);
    wanted.current = null;
    if (rect !== null) {
      viewport.setView((view, size) => centredOn(view, rect, size));
    } else if (!isOpened) {
      wanted.current = { id, isOpened: true };
      closing.open(groups.filter(one => one.tasks.includes(id)).map(one => one.group_id));
    }
  });
  return {
    isOpen: asked !== null,
    query,
    found,
    place,
    open: () => setAsked(before => before ?? { query: '', place: 0 }),
    close: () => setAsked(null),
    look: next => {
      want(findTasks(tasks, next)[0]);
      setAsked({ query: next, place: 0 });
    },
    step: by => {
      want(found[(place + by + count) % (count || 1)]);
      setAsked({ query, place: place + by });
    }
  };
}
