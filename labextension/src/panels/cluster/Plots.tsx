/** Plots of Dask's dashboard, each a page of its own in a frame. They draw only while they are here. */
import * as React from 'react';

import { useTexts } from '../../text';
import type { DashboardView } from '../../wire';
import { Button, Loading, Notice } from '../controls';

/** What people look at first, as far as the dashboard has it. */
const FIRST = ['individual-task-stream', 'individual-workers-cpu-timeseries'];

interface PlotsProps {
  readonly dashboard: DashboardView | null;
  /** What an address of the dashboard is for this page. */
  readonly addressOf: (url: string) => string;
  readonly onReload: () => void;
}

export function Plots({ dashboard, addressOf, onReload }: PlotsProps): React.JSX.Element {
  const trans = useTexts();
  if (dashboard === null) {
    return <Loading lines={5} />;
  }
  if (!dashboard.reachable) {
    return (
      <Notice
        kind="empty"
        title={trans.__('Dask’s dashboard cannot be shown')}
        action={<Button icon="refresh" label={trans.__('Try again')} onClick={onReload} />}
      >
        <p>{dashboard.reason}</p>
      </Notice>
    );
  }
  return <Chosen plots={dashboard.plots} addressOf={addressOf} />;
}

function Chosen({
  plots,
  addressOf
}: {
  readonly plots: Readonly<Record<string, string>>;
  readonly addressOf: (url: string) => string;
}): React.JSX.Element {
  const trans = useTexts();
  const names = Object.keys(plots).sort();
  const [chosen, setChosen] = React.useState(() =>
    FIRST.flatMap(place => names.find(name => plots[name]?.endsWith(place)) ?? [])
  );
  const shown = chosen.filter(name => name in plots);
  const label = trans.__('Add a plot');
  return (
    <div className="jp-nbflow-plots" data-testid="nbflow-plots">
      <div className="jp-nbflow-view-bar">
        <select
          aria-label={label}
          className="jp-nbflow-pick"
          value=""
          onChange={event => setChosen([...shown, event.target.value])}
        >
          <option value="" disabled>
            {label}…
          </option>
          {names
            .filter(name => !shown.includes(name))
            .map(name => (
              <option key={name} value={name}>
                {plotName(name)}
              </option>
            ))}
        </select>
      </div>
      <div className="jp-nbflow-plot-grid">
        {shown.map(name => (
          <figure key={name} className="jp-nbflow-plot">
            <figcaption>
              {plotName(name)}
              <Button
                look="icon"
                icon="close"
                label={trans.__('Close %1', plotName(name))}
                onClick={() => setChosen(shown.filter(other => other !== name))}
              />
            </figcaption>
            <iframe
              title={trans.__('Dask: %1', plotName(name))}
              src={addressOf(plots[name] ?? '')}
              sandbox="allow-scripts allow-same-origin"
              loading="lazy"
            />
          </figure>
        ))}
      </div>
    </div>
  );
}

/** Dask calls them `Individual Task Stream`. */
function plotName(name: string): string {
  return name.replace(/^Individual\s+/, '');
}
