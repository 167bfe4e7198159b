/** How long a DAG takes, live while it is looked at. */
import * as React from 'react';

import { useNow } from '../graph/useNow';
import { Listing } from '../live/listing';
import { useStore } from '../live/store';
import { useChoice, useChosenSet } from '../live/view-state';
import { Durations, LIMITS } from '../panels/durations/Durations';
import { ANY_RUN, durations } from '../rest/history';
import { isFinished } from '../states';
import type { ChangeView } from '../wire';
import type { LiveHistoryProps } from './grid';

const TICK = 60_000;

export function LiveDurations(props: LiveHistoryProps): React.JSX.Element {
  const { client, page } = props;
  const { dagId } = page;
  const [states] = useChosenSet('durations.states');
  const [type] = useChoice('durations.type');
  const [text] = useChoice('durations.limit', '50');
  const limit = Number(LIMITS.find(one => one === text) ?? 50);
  const listing = React.useMemo(
    () =>
      new Listing(
        () => durations(client.rest, dagId, { ...ANY_RUN, states: [...states], type }, limit),
        client.feed,
        change => change.dag_id === dagId && hasEnded(change)
      ),
    [client, dagId, states, type, limit]
  );
  React.useEffect(() => listing.open(), [listing]);
  const { runId } = useStore(page);
  return (
    <Durations
      listing={useStore(listing)}
      runId={runId}
      now={useNow(true, TICK)}
      onChooseRun={run => void page.choose(run, page.value.task)}
      onChooseTask={taskId => page.chooseTask({ taskId, mapIndex: -1 })}
      onReload={() => void listing.load()}
    />
  );
}

/** A run or a task came to its end, or a run is gone. */
export function hasEnded({ kind, state }: ChangeView): boolean {
  return kind === 'run_deleted' || ((kind === 'run' || kind === 'task') && isFinished(state ?? ''));
}
