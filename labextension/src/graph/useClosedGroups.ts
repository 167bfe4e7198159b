/** Which task groups a person has closed, remembered per DAG in the browser. */
import * as React from 'react';

import type { GroupView } from '../wire';
import { closedAtFirst, type GraphTask } from './groups';

export interface ClosedGroups {
  readonly closed: ReadonlySet<string>;
  readonly toggle: (groupId: string) => void;
  readonly openAll: () => void;
  readonly closeAll: () => void;
}

interface Chosen {
  readonly dagId: string;
  /** Null: nobody has opened or closed anything yet. */
  readonly closed: ReadonlySet<string> | null;
}

export function useClosedGroups(
  dagId: string,
  tasks: readonly GraphTask[],
  groups: readonly GroupView[]
): ClosedGroups {
  const [chosen, setChosen] = React.useState<Chosen>({ dagId, closed: remembered(dagId) });
  const before = React.useMemo(() => closedAtFirst(tasks, groups), [tasks, groups]);
  if (chosen.dagId !== dagId) {
    setChosen({ dagId, closed: remembered(dagId) });
  }
  const closed = chosen.closed ?? before;
  return React.useMemo(() => {
    const choose = (next: ReadonlySet<string>): void => {
      remember(dagId, next);
      setChosen({ dagId, closed: next });
    };
    return {
      closed,
      toggle: groupId => {
        const next = new Set(closed);
        if (!next.delete(groupId)) {
          next.add(groupId);
        }
        choose(next);
      },
      openAll: () => choose(new Set()),
      closeAll: () => choose(new Set(groups.map(one => one.group_id)))
    };
  }, [dagId, closed, groups]);
}

function keyOf(dagId: string): string {
  return `nbflow:closed-groups:${dagId}`;
}

function remembered(dagId: string): ReadonlySet<string> | null {
  try {
    const text = window.localStorage.getItem(keyOf(dagId));
    const ids: unknown = text === null ? null : JSON.parse(text);
    return Array.isArray(ids) ? new Set(ids.map(String)) : null;
  } catch {
    return null; // A page without storage of its own, such as a sandboxed frame: nothing is remembered.
  }
}

function remember(dagId: string, closed: ReadonlySet<string>): void {
  try {
    window.localStorage.setItem(keyOf(dagId), JSON.stringify([...closed]));
  } catch {
    // As above, or the storage is full: it is remembered as long as the page is open.
  }
}
