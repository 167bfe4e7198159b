/** The chosen run in time, live while it is looked at. */
import * as React from 'react';

import { Listing } from '../live/listing';
import { useStore } from '../live/store';
import { Notice } from '../panels/controls';
import { Gantt } from '../panels/gantt/Gantt';
import { Pending } from '../panels/grid/GridView';
import { runTries } from '../rest/history';
import { useTexts } from '../text';
import type { RunTries } from '../wire';
import type { LiveHistoryProps } from './grid';

export function LiveGantt(props: LiveHistoryProps): React.JSX.Element {
  const { runId } = useStore(props.page);
  const trans = useTexts();
  return runId === null ? (
    <Notice kind="empty" title={trans.__('No run is chosen')}>
      <p>{trans.__('Choose one above to see it in time.')}</p>
    </Notice>
  ) : (
    <OfRun key={runId} {...props} runId={runId} />
  );
}

function OfRun({
  client,
  page,
  runId
}: LiveHistoryProps & { readonly runId: string }): React.JSX.Element {
  const { dagId } = page;
  const { run, runError, task } = useStore(page);
  // Earlier tries come from the server; the newest one of each task is live in the run itself.
  const [listing] = React.useState(
    () =>
      new Listing<RunTries>(
        () => runTries(client.rest, dagId, runId),
        client.feed,
        change =>
          change.run_id === runId && change.kind === 'task' && change.state === 'up_for_retry'
      )
  );
  React.useEffect(() => listing.open(), [listing]);
  const { value } = useStore(listing);
  return run === null ? (
    <Pending error={runError} onReload={() => void page.load()} />
  ) : (
    <Gantt
      run={run}
      tries={value?.tries ?? NONE}
      taskId={task?.taskId ?? null}
      onChooseTask={taskId => page.chooseTask({ taskId, mapIndex: -1 })}
    />
  );
}

const NONE: RunTries['tries'] = [];
