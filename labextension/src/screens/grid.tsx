/** The grid of a DAG, live while it is looked at. */
import * as React from 'react';

import { secondsBetween, duration } from '../format';
import type { DagPageStore } from '../live/dag-page';
import { GridStore } from '../live/grid';
import { useStore } from '../live/store';
import { useChoice, useChosenSet } from '../live/view-state';
import { GridView } from '../panels/grid/GridView';
import { ANY_RUN } from '../rest/history';
import { useTexts, type Texts } from '../text';
import type { INbflowClient } from '../tokens';
import type { TaskInstanceView } from '../wire';

export interface LiveHistoryProps {
  readonly client: INbflowClient;
  readonly page: DagPageStore;
}

export function LiveGrid({ client, page }: LiveHistoryProps): React.JSX.Element {
  const { dagId } = page;
  const trans = useTexts();
  const [store] = React.useState(() => new GridStore(client.rest, client.feed, dagId));
  const { runId, task } = useStore(page);
  const [states] = useChosenSet('grid.states');
  const [type] = useChoice('grid.type');
  React.useEffect(() => store.open(), [store]);
  React.useEffect(() => {
    void store.show({ ...ANY_RUN, states: [...states], type });
  }, [store, states, type]);
  const more = React.useCallback(
    async (runId: string, taskId: string) => {
      const found = await client.rest.task({ dagId, runId, taskId, mapIndex: -1 });
      return aboutInstance(found.instance, Date.now(), trans);
    },
    [client, dagId, trans]
  );
  return (
    <GridView
      state={useStore(store)}
      runId={runId}
      taskId={task?.taskId ?? null}
      more={more}
      onReload={() => void store.show({ ...ANY_RUN, states: [...states], type })}
      onOlder={() => void store.loadOlder()}
      onChooseRun={run => void page.choose(run, page.value.task)}
      onChooseTask={(run, taskId) => void page.choose(run, { taskId, mapIndex: -1 })}
    />
  );
}

/** Duration, try and message of an instance in a line. */
function aboutInstance(one: TaskInstanceView, now: number, trans: Texts): string {
  const seconds = secondsBetween(one.started_at, one.ended_at, now);
  const parts = [
    seconds === null ? '' : duration(seconds),
    one.try_number > 1 ? trans.__('try %1', one.try_number) : '',
    one.message
  ];
  return parts.filter(part => part !== '').join(' · ');
}
