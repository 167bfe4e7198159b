/** What goes on: runs under way, what failed in the last day, what is due, what waits for a person. */
import * as React from 'react';

import { fromNow, instanceName, instant, runTitle, span, stateName } from '../../format';
import { StateIcon } from '../../graph/StateIcon';
import { isFinished } from '../../states';
import { useTexts } from '../../text';
import type { DueRun, FailedRun, Overview, QuestionView, RunView } from '../../wire';
import { Button } from '../controls';
import { Icon } from '../icons';
import type { HomeActions } from './actions';
import { Card } from './Card';

export interface CardsProps {
  readonly overview: Overview;
  readonly questions: readonly QuestionView[];
  readonly now: number;
  /** What a DAG is called. */
  readonly nameOf: (dagId: string) => string;
  readonly actions: HomeActions;
}

export function Cards(props: CardsProps): React.JSX.Element {
  const { overview, questions } = props;
  const trans = useTexts();
  return (
    <div className="jp-nbflow-cards">
      {questions.length ? (
        <Card name="questions" title={trans.__('Waiting for people')} items={questions} empty="">
          {one => (
            <Question
              key={`${one.run_id} ${one.task_id} ${one.map_index}`}
              {...props}
              question={one}
            />
          )}
        </Card>
      ) : null}
      <Card
        name="failed"
        title={trans.__('Failed in the last 24 h')}
        items={overview.failed}
        total={overview.failed_count}
        empty={trans.__('Nothing has failed.')}
      >
        {one => <Failed key={`${one.run.dag_id} ${one.run.run_id}`} {...props} failed={one} />}
      </Card>
      <Card
        name="running"
        title={trans.__('Running now')}
        items={overview.running}
        total={overview.active}
        empty={trans.__('Nothing runs at the moment.')}
      >
        {run => <Running key={`${run.dag_id} ${run.run_id}`} {...props} run={run} />}
      </Card>
      <Card
        name="due"
        title={trans.__('Next due')}
        items={overview.due}
        empty={trans.__('No DAG has a schedule that goes on.')}
      >
        {due => <Due key={due.dag_id} {...props} due={due} />}
      </Card>
    </div>
  );
}

function Running({ run, now, nameOf, actions }: CardsProps & { run: RunView }): React.JSX.Element {
  const trans = useTexts();
  const [done, total] = progressOf(run.counts);
  return (
    <li className="jp-nbflow-card-row" data-run-id={run.run_id} data-state={run.state}>
      <StateIcon state={run.state} size={14} label={stateName(run.state, trans)} />
      <div className="jp-nbflow-card-text">
        <button
          type="button"
          className="jp-nbflow-link jp-nbflow-ellipsis"
          title={run.run_id}
          onClick={() => actions.onOpen(run.dag_id, run.run_id)}
        >
          <b>{nameOf(run.dag_id)}</b> <span className="jp-nbflow-muted">{runTitle(run, now)}</span>
        </button>
        <span className="jp-nbflow-progress-line">
          <span
            className="jp-nbflow-progress"
            role="progressbar"
            aria-label={trans.__('Progress of %1', run.dag_id)}
            aria-valuemin={0}
            aria-valuemax={total}
            aria-valuenow={done}
          >
            <span style={{ width: `${total ? (100 * done) / total : 0}%` }} />
          </span>
          <span className="jp-nbflow-muted">
            {run.cancelling
              ? trans.__('being cancelled')
              : run.state === 'queued'
                ? trans.__('queued')
                : trans.__('%1 of %2 tasks', done, total)}
          </span>
        </span>
      </div>
      <span className="jp-nbflow-card-time">{span(run.started_at, null, now)}</span>
      <Button
        look="icon"
        icon="stop"
        label={trans.__('Cancel this run of %1', run.dag_id)}
        isDisabled={run.cancelling}
        verb="cancel"
        onClick={() => actions.onCancel(run.dag_id, run.run_id)}
      />
    </li>
  );
}

/** How many task instances have come to their end, and how many there are. */
export function progressOf(counts: Readonly<Record<string, number>>): readonly [number, number] {
  const all = Object.entries(counts).filter(([state]) => state !== 'removed');
  const sum = (some: readonly [string, number][]): number =>
    some.reduce((total, [, count]) => total + count, 0);
  return [sum(all.filter(([state]) => isFinished(state))), sum(all)];
}

function Failed({
  failed,
  now,
  nameOf,
  actions
}: CardsProps & { failed: FailedRun }): React.JSX.Element {
  const trans = useTexts();
  const { run, culprit, recovered } = failed;
  const task = culprit === null ? null : instanceName(culprit.task_id, culprit.map_index);
  const said = [culprit?.message, run.message].find(one => one !== undefined && one !== '');
  const message = said ?? trans.__('The run failed.');
  return (
    <li className="jp-nbflow-card-row" data-run-id={run.run_id} data-state="failed">
      <StateIcon state="failed" size={14} label={stateName('failed', trans)} />
      <div className="jp-nbflow-card-text">
        <button
          type="button"
          className="jp-nbflow-link jp-nbflow-ellipsis"
          title={run.run_id}
          onClick={() => actions.onOpen(run.dag_id, run.run_id, culprit?.task_id)}
        >
          <b>{nameOf(run.dag_id)}</b>
          {task === null ? null : (
            <>
              {' › '}
              {task}
            </>
          )}
          {culprit !== null && culprit.failed_tasks > 1 ? (
            <span className="jp-nbflow-muted">
              {' '}
              {trans.__('and %1 more', culprit.failed_tasks - 1)}
            </span>
          ) : null}
        </button>
        <code className="jp-nbflow-card-error jp-nbflow-ellipsis" title={message}>
          {message}
        </code>
      </div>
      {recovered ? (
        <span className="jp-nbflow-tag" title={trans.__('A later run of this DAG succeeded')}>
          {trans.__('succeeded since')}
        </span>
      ) : null}
      <time
        className="jp-nbflow-card-time"
        dateTime={run.ended_at ?? undefined}
        title={instant(run.ended_at ?? overviewTime(now), now)}
      >
        {run.ended_at === null
          ? ''
          : fromNow(run.ended_at, Math.max(now, Date.parse(run.ended_at)), trans)}
      </time>
      <Button
        look="icon"
        icon="again"
        label={trans.__('Clear what failed in this run of %1', run.dag_id)}
        verb="clear"
        onClick={() => actions.onClear(run.dag_id, run.run_id)}
      />
    </li>
  );
}

function overviewTime(now: number): string {
  return new Date(now).toISOString();
}

function Due({ due, now, actions }: CardsProps & { due: DueRun }): React.JSX.Element {
  const trans = useTexts();
  return (
    <li className="jp-nbflow-card-row" data-dag-id={due.dag_id}>
      <Icon name="clock" size={14} />
      <div className="jp-nbflow-card-text">
        <button
          type="button"
          className="jp-nbflow-link jp-nbflow-ellipsis"
          onClick={() => actions.onOpen(due.dag_id)}
        >
          {due.display_name || due.dag_id}
        </button>
      </div>
      <time dateTime={due.run_after} className="jp-nbflow-card-time">
        {instant(due.run_after, now)}
      </time>
      <span className="jp-nbflow-card-time jp-nbflow-muted jp-nbflow-card-soon">
        {Date.parse(due.run_after) <= now ? trans.__('now') : fromNow(due.run_after, now, trans)}
      </span>
    </li>
  );
}

function Question({
  question,
  now,
  nameOf,
  actions
}: CardsProps & { question: QuestionView }): React.JSX.Element {
  const trans = useTexts();
  const { dag_id, run_id, task_id, since } = question;
  return (
    <li className="jp-nbflow-card-row" data-dag-id={dag_id} data-task-id={task_id}>
      <Icon name="person" size={14} />
      <div className="jp-nbflow-card-text">
        <button
          type="button"
          className="jp-nbflow-link jp-nbflow-ellipsis"
          onClick={() => actions.onOpen(dag_id, run_id, task_id)}
        >
          <b>{nameOf(dag_id)}</b> {' › '} {instanceName(task_id, question.map_index)}
        </button>
        <span className="jp-nbflow-ellipsis jp-nbflow-muted" title={question.subject}>
          {question.subject}
        </span>
      </div>
      {since === null ? null : (
        <time className="jp-nbflow-card-time" dateTime={since}>
          {fromNow(since, Math.max(now, Date.parse(since)), trans)}
        </time>
      )}
    </li>
  );
}
