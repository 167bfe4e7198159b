/** What is to be known about a DAG besides its graph, and about the chosen run. */
import * as React from 'react';

import { useTexts } from '../text';
import type { DagDetail, RunView } from '../wire';
import { Facts, Instant } from './controls';
import { paramsText } from './RunTable';

export function DagDetails({
  detail,
  run,
  now
}: {
  detail: DagDetail;
  run: RunView | null;
  now: number;
}): React.JSX.Element {
  const trans = useTexts();
  const { dag } = detail;
  return (
    <div className="jp-nbflow-details">
      {run === null ? null : (
        <section>
          <h2>{trans.__('Run')}</h2>
          <Facts
            facts={[
              [trans.__('Run id'), <code key="id">{run.run_id}</code>],
              [trans.__('Logical date'), <Instant key="date" at={run.logical_date} now={now} />],
              [trans.__('Covers'), <Covers key="covers" run={run} now={now} />],
              [trans.__('Due'), <Instant key="due" at={run.run_after} now={now} />],
              [trans.__('Params'), paramsText(run.params) || '–'],
              [trans.__('DAG version'), run.version || '–']
            ]}
          />
        </section>
      )}
      <section>
        <h2>{trans.__('DAG')}</h2>
        {detail.doc ? <p className="jp-nbflow-doc">{detail.doc}</p> : null}
        <Facts
          facts={[
            [trans.__('File'), <code key="file">{dag.file}</code>],
            [trans.__('Schedule'), dag.schedule],
            [trans.__('Next runs'), <NextRuns key="next" runs={detail.next_runs} now={now} />],
            [trans.__('Zone'), detail.timezone],
            [trans.__('Start date'), <Instant key="start" at={detail.start_date} now={now} />],
            [
              trans.__('Catchup'),
              catchupText(detail.catchup, trans.__('all'), trans.__('latest only'))
            ],
            [trans.__('Runs at a time'), detail.max_active_runs],
            [trans.__('Owner'), dag.owner || '–'],
            [trans.__('Version'), dag.version]
          ]}
        />
      </section>
    </div>
  );
}

function Covers({ run, now }: { run: RunView; now: number }): React.JSX.Element {
  return run.data_interval_start === null ? (
    <>–</>
  ) : (
    <>
      <Instant at={run.data_interval_start} now={now} /> –{' '}
      <Instant at={run.data_interval_end} now={now} />
    </>
  );
}

function NextRuns({ runs, now }: { runs: readonly string[]; now: number }): React.JSX.Element {
  if (!runs.length) {
    return <>–</>;
  }
  return (
    <ul className="jp-nbflow-plain">
      {runs.map(at => (
        <li key={at}>
          <Instant at={at} now={now} />
        </li>
      ))}
    </ul>
  );
}

function catchupText(catchup: boolean | number, all: string, latest: string): string {
  return typeof catchup === 'number' ? String(catchup) : catchup ? all : latest;
}
