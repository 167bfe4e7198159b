/** The year of a DAG, live while it is looked at. A day leads to its runs. */
import * as React from 'react';

import { Listing } from '../live/listing';
import { useStore } from '../live/store';
import { useChoice, ViewStateContext } from '../live/view-state';
import { Calendar } from '../panels/calendar/Calendar';
import { calendar } from '../rest/history';
import type { LiveHistoryProps } from './grid';

const NEWS = new Set(['run', 'run_created', 'run_deleted', 'dag', 'paused']);

export function LiveCalendar({ client, page }: LiveHistoryProps): React.JSX.Element {
  const { dagId } = page;
  const choices = React.useContext(ViewStateContext);
  const [year, setYear] = useChoice('calendar.year');
  const listing = React.useMemo(
    () =>
      new Listing(
        () => calendar(client.rest, dagId, /^\d{4}$/.test(year) ? Number(year) : null),
        client.feed,
        change => change.dag_id === dagId && NEWS.has(change.kind)
      ),
    [client, dagId, year]
  );
  React.useEffect(() => listing.open(), [listing]);
  return (
    <Calendar
      listing={useStore(listing)}
      onYear={next => setYear(String(next))}
      onChooseDay={day => {
        choices.choose('runs.since', day.since);
        choices.choose('runs.until', day.until);
        choices.choose('view', 'runs');
      }}
      onReload={() => void listing.load()}
    />
  );
}
