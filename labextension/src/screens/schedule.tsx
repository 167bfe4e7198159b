/** The schedule of a DAG, live: the next runs move on, and assets come in. */
import * as React from 'react';

import { useNow } from '../graph/useNow';
import { Listing } from '../live/listing';
import { useStore } from '../live/store';
import { Schedule } from '../panels/Schedule';
import type { INbflowClient } from '../tokens';
import type { ScheduleView } from '../wire';

const NEXT_RUNS = 5;

export function LiveSchedule({
  dagId,
  client
}: {
  readonly dagId: string;
  readonly client: INbflowClient;
}): React.JSX.Element {
  const [listing] = React.useState(
    () =>
      new Listing<ScheduleView>(
        () => client.rest.schedule(dagId, NEXT_RUNS),
        client.feed,
        ({ kind, dag_id }) => kind.includes('asset') || (dag_id === dagId && kind !== 'task')
      )
  );
  React.useEffect(() => listing.open(), [listing]);
  return <Schedule listing={useStore(listing)} now={useNow(true, 15_000)} />;
}
