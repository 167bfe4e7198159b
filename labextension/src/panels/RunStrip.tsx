/** The newest runs of a DAG as bars, the newest on the right: which one is looked at, or the definition. */
import * as React from 'react';

import { runTitle, runTypeName, secondsBetween, span, stateName } from '../format';
import { StateIcon } from '../graph/StateIcon';
import { useTexts, type Texts } from '../text';
import type { RunView } from '../wire';
import { nextPlace } from './Tabs';

export interface RunStripProps {
  /** Newest first. */
  readonly runs: readonly RunView[];
  /** Null for the definition. */
  readonly current: string | null;
  readonly now: number;
  readonly onChoose: (runId: string | null) => void;
}

const MOST = 25;
/** Of a bar's height: so that the shortest run can still be seen and hit. */
const LEAST = 0.14;

export function RunStrip({ runs, current, now, onChoose }: RunStripProps): React.JSX.Element {
  const trans = useTexts();
  const shown = runs.slice(0, MOST).reverse();
  const choices = [null, ...shown.map(run => run.run_id)];
  const ref = React.useRef<HTMLDivElement>(null);
  const onKeyDown = (event: React.KeyboardEvent): void => {
    const next = nextPlace(event.key, choices.indexOf(current), choices.length);
    if (next !== null) {
      event.preventDefault();
      onChoose(choices[next] ?? null);
      ref.current?.querySelectorAll<HTMLElement>('[role="radio"]')[next]?.focus();
    }
  };
  const isKnown = choices.includes(current);
  return (
    <div
      className="jp-nbflow-strip"
      role="radiogroup"
      aria-label={trans.__('Runs')}
      ref={ref}
      tabIndex={-1}
      onKeyDown={onKeyDown}
    >
      <button
        type="button"
        role="radio"
        className="jp-nbflow-strip-definition"
        aria-checked={current === null}
        tabIndex={current === null || !isKnown ? 0 : -1}
        onClick={() => onChoose(null)}
      >
        {trans.__('Definition')}
      </button>
      {shown.map((run, place) => (
        <RunBar
          key={run.run_id}
          run={run}
          height={heights(shown, now)[place] ?? LEAST}
          isCurrent={run.run_id === current}
          title={barTitle(run, now, trans)}
          onChoose={onChoose}
        />
      ))}
      {shown.length ? null : <span className="jp-nbflow-faint">{trans.__('No runs yet')}</span>}
    </div>
  );
}

interface RunBarProps {
  readonly run: RunView;
  readonly height: number;
  readonly isCurrent: boolean;
  readonly title: string;
  readonly onChoose: (runId: string) => void;
}

const RunBar = React.memo(function RunBar(props: RunBarProps): React.JSX.Element {
  const { run, height, isCurrent, title, onChoose } = props;
  return (
    <button
      type="button"
      role="radio"
      className="jp-nbflow-bar"
      aria-checked={isCurrent}
      aria-label={title}
      tabIndex={isCurrent ? 0 : -1}
      title={title}
      data-state={run.state}
      data-run-id={run.run_id}
      onClick={() => onChoose(run.run_id)}
    >
      <span className="jp-nbflow-bar-space" aria-hidden="true">
        <span className="jp-nbflow-bar-fill" style={{ height: `${Math.round(height * 100)}%` }} />
      </span>
      <StateIcon state={run.state} size={11} />
    </button>
  );
});

/** Heights between LEAST and 1; by the root of the duration, so that a short run is not lost beside a long one. */
function heights(runs: readonly RunView[], now: number): number[] {
  const seconds = runs.map(run => secondsBetween(run.started_at, run.ended_at, now) ?? 0);
  const longest = Math.sqrt(Math.max(...seconds, 0.001));
  return seconds.map(one => Math.max(LEAST, Math.sqrt(one) / longest));
}

function barTitle(run: RunView, now: number, trans: Texts): string {
  const took = run.started_at === null ? '' : ` · ${span(run.started_at, run.ended_at, now)}`;
  return `${stateName(run.state, trans)}${took} · ${runTypeName(run.run_type, trans)} · ${runTitle(run, now)}`;
}
