/** The chooser of an instance of a mapped task, live while it is open; and which one is looked at first. */
import * as React from 'react';

import { messageOf, type TaskRef } from '../client';
import { InstancesStore } from '../live/instances';
import { useStore } from '../live/store';
import { Loading, Notice } from '../panels/controls';
import { InstanceChooser, InstanceList } from '../panels/InstanceChooser';
import { useTexts } from '../text';
import type { INbflowClient } from '../tokens';

interface LiveInstancesProps {
  readonly client: INbflowClient;
  readonly taskRef: TaskRef;
  readonly total: number;
  readonly name: string;
  readonly onChoose: (mapIndex: number) => void;
}

export function LiveInstances(props: LiveInstancesProps): React.JSX.Element {
  const { taskRef, total, name, onChoose } = props;
  return (
    <InstanceChooser mapIndex={taskRef.mapIndex} total={total} name={name}>
      {close => (
        <LiveList
          {...props}
          onChoose={mapIndex => {
            close();
            onChoose(mapIndex);
          }}
        />
      )}
    </InstanceChooser>
  );
}

function LiveList({ client, taskRef, onChoose }: LiveInstancesProps): React.JSX.Element {
  const [store] = React.useState(() => new InstancesStore(client.rest, client.feed, taskRef));
  React.useEffect(() => store.open(), [store]);
  return (
    <InstanceList
      state={useStore(store)}
      mapIndex={taskRef.mapIndex}
      onNarrow={change => void store.narrow(change)}
      onMore={() => void store.more()}
      onChoose={onChoose}
    />
  );
}

/** Looks up the first instance in a state, and asks for it to be shown. */
export function FirstInstance({
  client,
  task,
  state,
  onFound
}: {
  readonly client: INbflowClient;
  readonly task: Omit<TaskRef, 'mapIndex'>;
  readonly state: string;
  readonly onFound: (mapIndex: number) => void;
}): React.JSX.Element {
  const trans = useTexts();
  const [error, setError] = React.useState<string | null>(null);
  const { dagId, runId, taskId } = task;
  React.useEffect(() => {
    let isStale = false;
    const look = async (): Promise<void> => {
      const ref = { dagId, runId, taskId };
      const page = await client.rest.instances(ref, { state, limit: 1 });
      // Meanwhile it may have gone on: then any of them will do.
      onFoundUnlessStale(page.instances[0]?.map_index ?? 0);
    };
    const onFoundUnlessStale = (mapIndex: number): void => {
      if (!isStale) {
        onFound(mapIndex);
      }
    };
    look().catch((reason: unknown) => isStale || setError(messageOf(reason)));
    return () => {
      isStale = true;
    };
    // The state goes on changing while the task runs; what was found first stays.
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, [client, dagId, runId, taskId]);
  return (
    <aside className="jp-nbflow-drawer" data-testid="nbflow-task" data-task-id={taskId}>
      {error === null ? (
        <Loading />
      ) : (
        <Notice kind="error" title={trans.__('This task cannot be shown')}>
          <p>{error}</p>
        </Notice>
      )}
    </aside>
  );
}
