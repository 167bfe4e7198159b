/** A notebook as a DAG, beside it: its graph with the newest run, why edges are there, and what is wrong. */
import * as React from 'react';

import { DagGraph } from '../../graph/DagGraph';
import { EdgeReason } from '../../graph/GraphTip';
import { useNow } from '../../graph/useNow';
import type { NotebookState } from '../../live/notebook';
import { span } from '../../format';
import { isFinished } from '../../states';
import { useTexts } from '../../text';
import type { Health, NotebookView } from '../../wire';
import { Button, Loading, MenuButton, Notice, StateBadge } from '../controls';
import { HealthBanner } from '../HealthBanner';
import { Icon } from '../icons';
import { Problems } from './Problems';

export interface PreviewActions {
  readonly onRun: () => void;
  readonly onSchedule: () => void;
  /** What else can be done. */
  readonly onMore: (button: HTMLElement) => void;
  readonly onOpenRun: () => void;
  readonly onSelect: (taskId: string | null) => void;
  /** Show a cell of the notebook, counted from 0, and a line of it. */
  readonly onGo: (cell: number, line: number | null) => void;
  readonly onRetry: () => void;
  readonly onStartScheduler: () => void;
}

export interface PreviewProps extends PreviewActions {
  readonly state: NotebookState;
  readonly health: Health | null;
}

export function Preview(props: PreviewProps): React.JSX.Element {
  const { state, health } = props;
  const trans = useTexts();
  const isMoving = state.run !== null && !isFinished(state.run.run.state);
  const now = useNow(true, isMoving ? 1000 : 15_000);
  const { view, good, error } = state;
  if (view === null) {
    return (
      <div className="jp-nbflow jp-nbflow-page jp-nbflow-companion">
        {error === null ? (
          <Loading lines={6} />
        ) : (
          <Notice
            kind="error"
            title={trans.__('The notebook cannot be shown as a DAG')}
            action={<Button icon="refresh" label={trans.__('Try again')} onClick={props.onRetry} />}
          >
            <p>{error}</p>
          </Notice>
        )}
      </div>
    );
  }
  return (
    <div
      className="jp-nbflow jp-nbflow-page jp-nbflow-companion"
      data-testid="nbflow-preview"
      data-dag-id={view.dag_id}
      data-broken={view.is_broken || undefined}
    >
      <Head {...props} view={view} />
      <HealthBanner health={health} now={now} onStart={props.onStartScheduler} />
      <RunLine {...props} now={now} />
      {error === null ? null : (
        <Notice
          kind="error"
          title={trans.__('The server does not answer')}
          action={<Button icon="refresh" label={trans.__('Try again')} onClick={props.onRetry} />}
        >
          <p>{error}</p>
        </Notice>
      )}
      <div className="jp-nbflow-companion-graph" data-dimmed={view.is_broken || undefined}>
        {good === null ? (
          <Notice kind="empty" title={trans.__('There is no graph yet')}>
            <p>{trans.__('It appears as soon as the notebook can be read.')}</p>
          </Notice>
        ) : (
          <DagGraph
            dagId={good.dagId}
            tasks={good.tasks}
            groups={good.groups}
            states={state.states}
            selected={state.selected}
            onOpen={props.onSelect}
          />
        )}
      </div>
      <Selected {...props} view={view} />
      <Problems problems={view.problems} isStale={view.is_broken && good !== null} {...props} />
    </div>
  );
}

function Head(props: PreviewProps & { view: NotebookView }): React.JSX.Element {
  const { view, state } = props;
  const trans = useTexts();
  const tasks = state.good?.tasks.length ?? 0;
  const setup = view.cells.filter(({ role }) => role === 'setup').length;
  const facts = [
    trans._n('%1 task', '%1 tasks', tasks),
    ...(setup ? [trans._n('%1 setup cell', '%1 setup cells', setup)] : []),
    view.schedule
  ];
  return (
    <div className="jp-nbflow-head">
      <div className="jp-nbflow-head-text">
        <h1>
          <span className="jp-nbflow-ellipsis" title={view.dag_id}>
            {view.dag_id || trans.__('Notebook')}
          </span>
          <Standing view={view} />
        </h1>
        <div className="jp-nbflow-muted jp-nbflow-ellipsis" title={facts.join(' · ')}>
          {facts.filter(Boolean).join(' · ')}
        </div>
      </div>
      <Button
        look="primary"
        icon="play"
        label={trans.__('Run')}
        isDisabled={view.is_broken}
        verb="runNotebook"
        onClick={props.onRun}
        testId="nbflow-preview-run"
      />
      <Button
        icon="clock"
        label={trans.__('Schedule…')}
        verb="scheduleNotebook"
        onClick={props.onSchedule}
        testId="nbflow-preview-schedule"
      />
      <MenuButton
        label={trans.__('More about this notebook')}
        testId="nbflow-preview-more"
        onOpen={props.onMore}
      />
    </div>
  );
}

/** Whether the notebook is a DAG of the project, in a word. */
function Standing({ view }: { view: NotebookView }): React.JSX.Element | null {
  const trans = useTexts();
  const { dag } = view;
  if (dag === null) {
    return (
      <span
        className="jp-nbflow-tag"
        title={trans.__('It becomes a DAG of the project when it is run or scheduled.')}
      >
        {trans.__('not run yet')}
      </span>
    );
  }
  if (dag.place === 'other') {
    return (
      <span
        className="jp-nbflow-tag"
        title={trans.__(
          'The id belongs to %1. Give this notebook another dag_id to run it.',
          dag.file
        )}
      >
        {trans.__('id taken')}
      </span>
    );
  }
  return dag.paused ? <span className="jp-nbflow-tag">{trans.__('paused')}</span> : null;
}

function RunLine(props: PreviewProps & { now: number }): React.JSX.Element | null {
  const { state, now, onOpenRun } = props;
  const trans = useTexts();
  const { run, runId, runError } = state;
  if (runId === null) {
    return null;
  }
  if (run === null) {
    return (
      <div className="jp-nbflow-summary" role="status" data-state="queued">
        <Icon name="wait" size={14} />
        {runError ?? trans.__('Asked for; the scheduler creates the run in a moment.')}
      </div>
    );
  }
  return (
    <div
      className="jp-nbflow-summary"
      data-testid="nbflow-preview-run-line"
      data-run-id={runId}
      data-state={run.run.state}
    >
      <StateBadge
        state={run.run.state}
        more={
          run.run.started_at === null ? undefined : span(run.run.started_at, run.run.ended_at, now)
        }
      />
      {run.run.message ? (
        <span className="jp-nbflow-message jp-nbflow-ellipsis" title={run.run.message}>
          {run.run.message}
        </span>
      ) : null}
      <span className="jp-nbflow-spring" />
      <Button
        icon="graph"
        label={trans.__('Open run')}
        onClick={onOpenRun}
        testId="nbflow-preview-open-run"
      />
    </div>
  );
}

/** The task that was clicked: its cells, and why it comes after others. */
function Selected(props: PreviewProps & { view: NotebookView }): React.JSX.Element | null {
  const { state, view, onGo, onSelect } = props;
  const trans = useTexts();
  const task = state.good?.tasks.find(one => one.task_id === state.selected);
  if (task === undefined) {
    return null;
  }
  const cells = view.cells.filter(({ task_id }) => task_id === task.task_id);
  return (
    <section
      className="jp-nbflow-companion-task"
      aria-label={trans.__('Task %1', task.task_id)}
      data-testid="nbflow-preview-task"
    >
      <div className="jp-nbflow-companion-task-head">
        <strong className="jp-nbflow-ellipsis">{task.task_id}</strong>
        {cells.map(({ index }) => (
          <button
            key={index}
            type="button"
            className="jp-nbflow-link"
            onClick={() => onGo(index, null)}
          >
            {trans.__('cell %1', index)}
          </button>
        ))}
        <span className="jp-nbflow-spring" />
        <Button look="icon" icon="close" label={trans.__('Close')} onClick={() => onSelect(null)} />
      </div>
      {task.doc ? <p className="jp-nbflow-muted">{task.doc}</p> : null}
      {task.edges.length ? (
        <ul className="jp-nbflow-plain">
          {task.edges.map((edge, place) => (
            <li key={place}>
              <span className="jp-nbflow-muted">{trans.__('after')}</span>{' '}
              <button
                type="button"
                className="jp-nbflow-link"
                onClick={() => onSelect(edge.upstream)}
              >
                {edge.upstream}
              </button>{' '}
              <EdgeReason reason={edge} />
            </li>
          ))}
        </ul>
      ) : (
        <p className="jp-nbflow-muted">{trans.__('It waits for nothing.')}</p>
      )}
    </section>
  );
}
