/** The tabs of a task's drawer: what asks for attention first, then its notebook and log as they grow. */
import * as React from 'react';

import { instanceName } from '../../format';
import { useNow } from '../../graph/useNow';
import type { TaskState } from '../../live/task';
import { useChoice } from '../../live/view-state';
import { NotebookView } from '../../notebook/NotebookView';
import { isWaiting } from '../../states';
import { useTexts } from '../../text';
import type { TaskInstanceDetail } from '../../wire';
import { Loading, Notice } from '../controls';
import { LogView } from '../log/LogView';
import { QuestionForm } from '../QuestionForm';
import { Tabs, type TabItem } from '../Tabs';
import { useElementId } from '../ids';
import { Failure, hasFailure } from './Failure';
import { hasNotebook, shownTry, type TaskDrawerProps } from './props';
import { Resources } from './Resources';
import { TaskAbout } from './TaskAbout';
import { Rendered, Tries, Values, Why } from './TaskLists';

type TabId =
  | 'question'
  | 'failure'
  | 'notebook'
  | 'log'
  | 'tries'
  | 'values'
  | 'rendered'
  | 'resources'
  | 'why'
  | 'about';

export function TaskBody(
  props: TaskDrawerProps & { detail: TaskInstanceDetail }
): React.JSX.Element {
  const { state, detail, taskId } = props;
  const trans = useTexts();
  const panelId = `${useElementId()}-tab`;
  const [chosen, choose] = useTab(taskId);
  const all: (TabItem & { isThere: boolean })[] = [
    { id: 'question', label: trans.__('Waiting for you'), isThere: detail.question !== null },
    { id: 'failure', label: trans.__('Failure'), isThere: hasFailure(shownTry(state)) },
    { id: 'why', label: trans.__('Why not running'), isThere: detail.why.length > 0 },
    { id: 'notebook', label: trans.__('Notebook'), isThere: hasNotebook(detail.task) },
    { id: 'log', label: trans.__('Log'), isThere: true },
    { id: 'tries', label: trans.__('Tries'), count: detail.tries.length, isThere: true },
    { id: 'values', label: trans.__('Values'), count: detail.values.length, isThere: true },
    {
      id: 'rendered',
      label: trans.__('Rendered'),
      isThere: Object.keys(renderedOf(detail, state.tryNumber)).length > 0
    },
    { id: 'resources', label: trans.__('Resources'), isThere: detail.tries.length > 0 },
    { id: 'about', label: trans.__('About'), isThere: true }
  ];
  const tabs = all.filter(tab => tab.isThere);
  const current = tabs.find(tab => tab.id === chosen)?.id ?? tabs[0]?.id ?? 'log';
  return (
    <>
      <Tabs
        tabs={tabs}
        current={current}
        label={trans.__('About task %1', taskId)}
        panelId={panelId}
        onChoose={choose}
      />
      <div
        id={panelId}
        className="jp-nbflow-drawer-body"
        role="tabpanel"
        aria-labelledby={`${panelId}-${current}`}
        data-tab={current}
      >
        <Shown {...props} tab={current as TabId} />
      </div>
    </>
  );
}

/** The tab of this task that was chosen, kept with the page; another task begins with what asks for attention. */
function useTab(taskId: string): readonly [string, (tab: string) => void] {
  const [kept, keep] = useChoice('task.tab');
  const [tab = '', ...words] = kept.split(' ');
  const choose = React.useCallback((next: string) => keep(`${next} ${taskId}`), [keep, taskId]);
  return [words.join(' ') === taskId ? tab : '', choose];
}

function Shown(
  props: TaskDrawerProps & { detail: TaskInstanceDetail; tab: TabId }
): React.JSX.Element {
  const { tab, state, detail, taskId, mapIndex, onOpenTask } = props;
  switch (tab) {
    case 'question':
      return <QuestionTab {...props} />;
    case 'failure': {
      const one = shownTry(state);
      return one === undefined ? <Loading /> : <Failure one={one} notebook={state.notebook} />;
    }
    case 'notebook':
      return <NotebookTab {...props} />;
    case 'log':
      return (
        <LogTab state={state} fileName={`${instanceName(taskId, mapIndex)}.log`} detail={detail} />
      );
    case 'tries':
      return <Tries tries={detail.tries} />;
    case 'values':
      return <Values values={detail.values} />;
    case 'rendered':
      return <Rendered fields={renderedOf(detail, state.tryNumber)} />;
    case 'resources':
      return <Resources tries={detail.tries} instance={detail.instance} />;
    case 'why':
      return <Why conditions={detail.why} />;
    case 'about':
      return <TaskAbout task={detail.task} onOpenTask={onOpenTask} />;
  }
}

/** The template fields of the try that is shown. */
function renderedOf(
  detail: TaskInstanceDetail,
  tryNumber: number | null
): Readonly<Record<string, string>> {
  return detail.tries.find(one => one.try_number === tryNumber)?.rendered ?? {};
}

function QuestionTab({
  detail,
  onAnswer
}: TaskDrawerProps & { detail: TaskInstanceDetail }): React.JSX.Element | null {
  const now = useNow(true, 30_000);
  return detail.question === null ? null : (
    <QuestionForm question={detail.question} now={now} onAnswer={onAnswer} />
  );
}

function NotebookTab({
  state,
  detail,
  rendering
}: TaskDrawerProps & { detail: TaskInstanceDetail }): React.JSX.Element {
  if (state.notebook !== null) {
    const isRunning = detail.instance.state === 'running';
    return <NotebookView notebook={state.notebook} rendering={rendering} isFollowing={isRunning} />;
  }
  if (state.notebookError !== null) {
    return <Notice kind="empty" title={state.notebookError} />;
  }
  return state.tryNumber === null ? <NotBegun detail={detail} /> : <Loading />;
}

function LogTab({
  state,
  fileName,
  detail
}: {
  state: TaskState;
  fileName: string;
  detail: TaskInstanceDetail;
}): React.JSX.Element {
  return state.tryNumber === null ? (
    <NotBegun detail={detail} />
  ) : (
    <LogView log={state.log} error={state.logError} fileName={fileName} />
  );
}

function NotBegun({ detail }: { detail: TaskInstanceDetail }): React.JSX.Element {
  const trans = useTexts();
  return isWaiting(detail.instance.state) ? (
    <Notice kind="empty" title={trans.__('It has not begun')}>
      <p>{trans.__('“Why not running” tells what it waits for.')}</p>
    </Notice>
  ) : (
    <Notice kind="empty" title={trans.__('It did not run in this run')} />
  );
}
