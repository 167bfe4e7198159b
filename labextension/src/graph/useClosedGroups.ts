/** Which task groups a person has closed, remembered per DAG in the browser. */
import * as React from 'react';

import type { GroupView } from '../wire';
import { closedAtFirst, type GraphTask } from './groups';
import { recall, remember } from './remembered';

export interface ClosedGroups {
  readonly closed: ReadonlySet<string>;
  readonly toggle: (groupId: string) => void;
  /** Open these, for something in them is wanted. */
  readonly open: (groupIds: readonly string[]) => void;
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
      remember(keyOf(dagId), [...next]);
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
      open: groupIds => choose(new Set([...closed].filter(id => !groupIds.includes(id)))),
      openAll: () => choose(new Set()),
      closeAll: () => choose(new Set(groups.map(one => one.group_id)))
    };
  }, [dagId, closed, groups]);
}

function keyOf(dagId: string): string {
  return `nbflow:closed-groups:${dagId}`;
}

function remembered(dagId: string): ReadonlySet<string> | null {
  const ids = recall(keyOf(dagId));
  return Array.isArray(ids) ? new Set(ids.map(String)) : null;
}
