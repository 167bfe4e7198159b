/** The runs of a DAG with filters and bulk actions, live while they are looked at. */
import * as React from 'react';

import { messageOf } from '../client';
import { useNow } from '../graph/useNow';
import { askForAll } from '../live/bulk';
import { RunsStore } from '../live/runs';
import { useStore } from '../live/store';
import { useChoice, useChosenSet } from '../live/view-state';
import type { Verb } from '../panels/runs/bulk';
import { Runs, type Refused, type RunsProps } from '../panels/runs/Runs';
import { askForRuns, AT_ONCE, type RunName } from '../rest/bulk';
import type { BulkItem } from '../wire';
import type { LiveHistoryProps } from './grid';

const TICK = 15_000;
/** The server looks at so many runs at once. */
const MOST = 200;

export function LiveRuns({
  client,
  page,
  onCompare
}: LiveHistoryProps & Pick<RunsProps, 'onCompare'>): React.JSX.Element {
  const { dagId } = page;
  const { rest } = client;
  const [store] = React.useState(() => new RunsStore(rest, client.feed, dagId));
  const [states] = useChosenSet('runs.states');
  const [type] = useChoice('runs.type');
  const [search] = useChoice('runs.search');
  const [since] = useChoice('runs.since');
  const [until] = useChoice('runs.until');
  React.useEffect(() => store.open(), [store]);
  const show = React.useCallback(
    () => store.show({ states: [...states], type, search, since, until }),
    [store, states, type, search, since, until]
  );
  React.useEffect(() => void show(), [show]);
  const preview = React.useCallback(
    async (runIds: readonly string[]) => {
      const found = new Map<string, number | null>();
      const ask = async (some: readonly RunName[]): Promise<readonly BulkItem[]> => {
        const items = await askForRuns(rest, 'clear', some, true);
        items.forEach(one => found.set(one.run_id ?? '', one.done ? one.affected : null));
        return items;
      };
      const nothing = (): void => undefined;
      const { failed } = await askForAll(named(dagId, runIds), MOST, ask, messageOf, nothing);
      failed.forEach(([run]) => found.set(run.run_id, null));
      return found;
    },
    [rest, dagId]
  );
  const act = async (
    verb: Verb,
    runIds: readonly string[],
    onAsked: (count: number) => void
  ): Promise<readonly Refused[]> => {
    const ask = (some: readonly RunName[]): Promise<readonly BulkItem[]> =>
      askForRuns(rest, verb, some);
    const runs = named(dagId, runIds);
    const { failed } = await askForAll(runs, AT_ONCE, ask, messageOf, onAsked);
    return failed.map(([run, why]) => [run.run_id, why]);
  };
  const { runId } = useStore(page);
  return (
    <Runs
      state={useStore(store)}
      runId={runId}
      now={useNow(true, TICK)}
      onChoose={run => void page.choose(run, page.value.task)}
      onOlder={() => void store.loadOlder()}
      onCompare={onCompare}
      onReload={() => void show()}
      preview={preview}
      act={act}
    />
  );
}

function named(dagId: string, runIds: readonly string[]): RunName[] {
  return runIds.map(runId => ({ dag_id: dagId, run_id: runId }));
}
