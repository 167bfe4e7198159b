/** The runs of a DAG with filters and bulk actions, live while they are looked at. */
import * as React from 'react';

import { messageOf, type RestClient } from '../client';
import { clearRequest, firstDraft } from '../form/clear';
import { useNow } from '../graph/useNow';
import { RunsStore } from '../live/runs';
import { useStore } from '../live/store';
import { useChoice, useChosenSet } from '../live/view-state';
import type { Verb } from '../panels/runs/bulk';
import { Runs } from '../panels/runs/Runs';
import type { LiveHistoryProps } from './grid';

const TICK = 15_000;

export function LiveRuns({ client, page }: LiveHistoryProps): React.JSX.Element {
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
    async (runId: string) => {
      const request = clearRequest(firstDraft(null));
      const found = request === null ? null : await rest.clear(dagId, runId, request, true);
      return found?.keys.length ?? 0;
    },
    [rest, dagId]
  );
  const act = async (
    verb: Verb,
    runIds: readonly string[],
    onAsked: (count: number) => void
  ): Promise<readonly string[]> => {
    const problems: string[] = [];
    for (const [count, runId] of runIds.entries()) {
      onAsked(count);
      try {
        await ask(rest, verb, dagId, runId);
      } catch (error) {
        problems.push(messageOf(error));
      }
    }
    return problems;
  };
  const { runId } = useStore(page);
  return (
    <Runs
      state={useStore(store)}
      runId={runId}
      now={useNow(true, TICK)}
      onChoose={run => void page.choose(run, page.value.task)}
      onOlder={() => void store.loadOlder()}
      onReload={() => void show()}
      preview={preview}
      act={act}
    />
  );
}

async function ask(rest: RestClient, verb: Verb, dagId: string, runId: string): Promise<void> {
  const request = clearRequest(firstDraft(null));
  if (verb === 'cancel') {
    await rest.cancel(dagId, runId);
  } else if (verb === 'delete') {
    await rest.deleteRun(dagId, runId);
  } else if (verb !== 'clear') {
    const only = { upstream: false, downstream: false, past: false, future: false };
    await rest.mark(dagId, runId, { ...only, state: verb, tasks: null }, false);
  } else if (request !== null) {
    const preview = await rest.clear(dagId, runId, request, true);
    if (preview.keys.length) {
      await rest.clear(dagId, runId, request, false);
    }
  }
}
