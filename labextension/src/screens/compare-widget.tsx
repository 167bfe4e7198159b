/** Two runs compared, in the main area. */
import { ReactWidget } from '@jupyterlab/ui-components';
import * as React from 'react';

import { useNow } from '../graph/useNow';
import { Listing } from '../live/listing';
import { useStore } from '../live/store';
import { RunComparison } from '../panels/compare/RunComparison';
import { TextsContext, type Texts } from '../text';
import type { INbflowClient } from '../tokens';
import type { RunDiff, RunView } from '../wire';

export interface CompareScreen {
  readonly dagId: string;
  readonly runId: string;
  /** The run to compare with at first; null for the last success before. */
  readonly other: string | null;
  /** The one task that is compared at first; null for all. */
  readonly taskId: string | null;
  readonly client: INbflowClient;
  readonly texts: Texts;
  readonly onOpenTask: (taskId: string) => void;
}

export class CompareWidget extends ReactWidget {
  constructor(private readonly screen: CompareScreen) {
    super();
    this.addClass('jp-nbflow-host');
    this.addClass('jp-nbflow-compare');
  }

  protected override render(): React.JSX.Element {
    return (
      <TextsContext.Provider value={this.screen.texts}>
        <Chosen {...this.screen} />
      </TextsContext.Provider>
    );
  }
}

function Chosen(screen: CompareScreen): React.JSX.Element {
  const { dagId, client } = screen;
  const [other, setOther] = React.useState(screen.other);
  const [taskId, setTaskId] = React.useState(screen.taskId);
  const [runs] = React.useState(
    () =>
      new Listing<readonly RunView[]>(
        async () => (await client.rest.runs(dagId)).runs,
        client.feed,
        change => change.dag_id === dagId && change.kind === 'run_created'
      )
  );
  React.useEffect(() => runs.open(), [runs]);
  const listed = useStore(runs).value ?? [];
  return (
    <Compared
      key={JSON.stringify([other, taskId])}
      {...screen}
      {...{ other, taskId }}
      runs={listed}
      onCompareWith={setOther}
      onAllTasks={() => setTaskId(null)}
    />
  );
}

type ComparedProps = CompareScreen & {
  readonly runs: readonly RunView[];
  readonly onCompareWith: (runId: string | null) => void;
  readonly onAllTasks: () => void;
};

/** Fetched again when one of the runs has moved on. */
function Compared(props: ComparedProps): React.JSX.Element {
  const { dagId, runId, other, taskId, client } = props;
  const [diff] = React.useState(
    () =>
      new Listing<RunDiff>(
        () => client.rest.runDiff(dagId, runId, { other, task: taskId }),
        client.feed,
        change =>
          change.dag_id === dagId &&
          (change.run_id === runId || change.run_id === other) &&
          change.kind === 'run'
      )
  );
  React.useEffect(() => diff.open(), [diff]);
  return (
    <RunComparison
      {...props}
      diff={useStore(diff)}
      now={useNow(true, 60_000)}
      onReload={() => void diff.load()}
    />
  );
}
