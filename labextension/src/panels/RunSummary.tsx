/** The chosen run in one line: how it stands, for when it is, how long it takes, and what can be done about it. */
import * as React from 'react';

import { runTypeName, span } from '../format';
import { byUrgency, isBad, isFinished } from '../states';
import { useTexts } from '../text';
import type { RunDetail, RunView } from '../wire';
import { Button, Counts, Instant, MenuButton, StateBadge } from './controls';
import { Icon } from './icons';

export interface RunActions {
  readonly onCancel: () => void;
  readonly onNote: () => void;
  readonly onRerun: () => void;
  /** Opens the menu of what else can be done about the run. */
  readonly onMore: (button: HTMLElement) => void;
  /** Null: what failed and what depends on it. */
  readonly onClear: (taskId: string | null) => void;
  /** The notebook of the whole run; null before there is one. */
  readonly onOpenNotebook: (() => void) | null;
  /** With the last success before it. */
  readonly onCompare: () => void;
}

export interface RunSummaryProps extends RunActions {
  readonly detail: RunDetail;
  readonly now: number;
  readonly onChooseRun: (runId: string) => void;
}

export function RunSummary(props: RunSummaryProps): React.JSX.Element {
  const { detail, now } = props;
  const { run } = detail;
  const trans = useTexts();
  const at = run.logical_date ?? run.created_at;
  return (
    <div
      className="jp-nbflow-summary"
      data-testid="nbflow-run"
      data-run-id={run.run_id}
      data-state={run.state}
    >
      <StateBadge
        state={run.state}
        more={
          run.cancelling
            ? trans.__('being cancelled')
            : run.started_at === null
              ? undefined
              : span(run.started_at, run.ended_at, now)
        }
      />
      <span className="jp-nbflow-muted" title={run.run_id}>
        {runTypeName(run.run_type, trans)}, <Instant at={at} now={now} />
      </span>
      <Counts counts={byUrgency(run.counts)} />
      <Origin run={run} onChooseRun={props.onChooseRun} />
      {run.message ? (
        <span className="jp-nbflow-message jp-nbflow-ellipsis" title={run.message}>
          {run.message}
        </span>
      ) : null}
      {run.note ? (
        <span className="jp-nbflow-message jp-nbflow-ellipsis jp-nbflow-run-note" title={run.note}>
          <Icon name="note" size={13} /> {run.note}
        </span>
      ) : null}
      <span className="jp-nbflow-spring" />
      <Actions {...props} />
    </div>
  );
}

/** The run that this one repeats or goes on from, what was edited for that, and whether it used the cache. */
function Origin({
  run,
  onChooseRun
}: {
  readonly run: RunView;
  readonly onChooseRun: RunSummaryProps['onChooseRun'];
}): React.JSX.Element {
  const trans = useTexts();
  const { rerun_of: origin, edited } = run;
  return (
    <>
      {origin === null ? null : (
        <span className="jp-nbflow-message jp-nbflow-ellipsis" data-testid="nbflow-run-origin">
          {edited.length ? trans.__('goes on from') : trans.__('repeats')}{' '}
          <button
            type="button"
            className="jp-nbflow-link"
            title={trans.__('Show run %1', origin)}
            onClick={() => onChooseRun(origin)}
          >
            {trans.__('another run')}
          </button>
        </span>
      )}
      {edited.length ? (
        <span
          className="jp-nbflow-tag"
          title={trans.__('Cells of these tasks were edited for this run: %1', edited.join(', '))}
        >
          {trans.__('edited: %1', edited.join(', '))}
        </span>
      ) : null}
      {run.no_cache ? (
        <span
          className="jp-nbflow-tag"
          title={trans.__('All of it is executed, whatever the cache has.')}
        >
          {trans.__('without the cache')}
        </span>
      ) : null}
    </>
  );
}

function Actions(props: RunSummaryProps): React.JSX.Element {
  const { detail, onCancel, onClear, onMore, onNote, onOpenNotebook, onCompare } = props;
  const { run } = detail;
  const trans = useTexts();
  const isOver = isFinished(run.state);
  const canResume =
    isOver && Object.keys(run.counts).some(state => isBad(state) || state === 'cancelled');
  return (
    <>
      <Button
        look="icon"
        icon="note"
        label={
          run.note ? trans.__('Change the note of this run') : trans.__('Write a note on this run')
        }
        verb="note"
        onClick={onNote}
      />
      {isOver ? (
        <Button
          look="icon"
          icon="compare"
          label={trans.__('Compare with the last success')}
          onClick={onCompare}
          testId="nbflow-compare-run"
        />
      ) : null}
      {onOpenNotebook === null ? null : (
        <Button icon="notebook" label={trans.__('Notebook')} onClick={onOpenNotebook} />
      )}
      {isOver ? (
        <>
          <Button
            icon="play"
            label={trans.__('Re-run…')}
            verb="rerun"
            onClick={props.onRerun}
            testId="nbflow-rerun"
          />
          <Button
            icon="again"
            label={canResume ? trans.__('Resume…') : trans.__('Clear…')}
            verb="clear"
            onClick={() => onClear(null)}
            testId="nbflow-clear-run"
          />
        </>
      ) : (
        <Button
          icon="stop"
          label={trans.__('Cancel run')}
          isDisabled={run.cancelling}
          verb="cancel"
          onClick={onCancel}
          testId="nbflow-cancel-run"
        />
      )}
      <MenuButton
        label={trans.__('More about this run')}
        testId="nbflow-run-more"
        onOpen={onMore}
      />
    </>
  );
}
