/** What the list in the side panel and the one on the home page draw of a DAG alike. */
import * as React from 'react';

import { fromNow, instant, runTitle, runTypeName, span, stateName } from '../format';
import { StateIcon } from '../graph/StateIcon';
import { useTexts, type Texts } from '../text';
import type { DagView, RunDot } from '../wire';
import { Icon } from './icons';

/** The last runs, the newest on the right. */
export function Dots({
  dag,
  now,
  onOpen
}: {
  dag: DagView;
  now: number;
  onOpen: (dagId: string, runId: string) => void;
}): React.JSX.Element {
  const trans = useTexts();
  return (
    <div className="jp-nbflow-dots">
      {[...dag.last_runs].reverse().map(run => (
        <button
          key={run.run_id}
          type="button"
          tabIndex={-1}
          className="jp-nbflow-dot"
          data-run-id={run.run_id}
          title={dotTitle(run, now, trans)}
          aria-label={dotTitle(run, now, trans)}
          onClick={() => onOpen(dag.dag_id, run.run_id)}
        >
          <StateIcon state={run.state} size={11} />
        </button>
      ))}
    </div>
  );
}

function dotTitle(run: RunDot, now: number, trans: Texts): string {
  const when = runTitle(run, now);
  const took = run.ended_at === null ? '' : ` · ${span(run.started_at, run.ended_at, now)}`;
  return `${stateName(run.state, trans)}${took} · ${runTypeName(run.run_type, trans)} · ${when}`;
}

/** When the clock brings about the next run. */
export function NextRun({ dag, now }: { dag: DagView; now: number }): React.JSX.Element | null {
  const trans = useTexts();
  if (dag.paused) {
    return <span className="jp-nbflow-faint">{trans.__('paused')}</span>;
  }
  if (dag.next_run === null) {
    return null;
  }
  return (
    <time
      className="jp-nbflow-next"
      dateTime={dag.next_run}
      title={trans.__('Next run %1', instant(dag.next_run, now))}
    >
      <Icon name="clock" size={12} />
      {fromNow(dag.next_run, now, trans)}
    </time>
  );
}

/** How many of its tasks wait for a person. */
export function Asks({
  questions,
  onClick
}: {
  questions: number;
  onClick: () => void;
}): React.JSX.Element | null {
  const trans = useTexts();
  const title = trans._n('%1 task waits for you', '%1 tasks wait for you', questions);
  return questions ? (
    <button
      type="button"
      className="jp-nbflow-asks"
      title={title}
      aria-label={title}
      onClick={onClick}
    >
      <Icon name="person" size={13} />
      {questions}
    </button>
  ) : null;
}

/** That the file of a DAG has problems. */
export function Problems({ dag }: { dag: DagView }): React.JSX.Element | null {
  const trans = useTexts();
  return dag.problems ? (
    <span
      className="jp-nbflow-warned"
      title={trans._n('Its file has %1 problem', 'Its file has %1 problems', dag.problems)}
    >
      <Icon name="warning" size={14} />
    </span>
  ) : null;
}
