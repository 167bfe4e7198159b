/** One task beside the graph: what became of it, its notebook and log as they grow, its tries, and why it waits. */
import * as React from 'react';

import { instanceName, kindName, span, words } from '../format';
import { useNow } from '../graph/useNow';
import { EdgeReason } from '../graph/GraphTip';
import { StateIcon } from '../graph/StateIcon';
import type { TaskState } from '../live/task';
import { Prose } from '../notebook/Prose';
import { NotebookView, type Rendering } from '../notebook/NotebookView';
import { isWaiting } from '../states';
import { useTexts } from '../text';
import type { TaskInstanceDetail, TaskView, TryView } from '../wire';
import {
  Button,
  Facts,
  Loading,
  MenuButton,
  Notice,
  StateBadge,
  Tabs,
  type TabItem
} from './controls';
import { Failure, hasFailure, RepairBar, type RepairVerb } from './Failure';
import { Icon } from './icons';
import { LogView } from './LogView';
import { QuestionForm, type QuestionFormProps } from './QuestionForm';
import { Rendered, Tries, Values, Why } from './TaskTabs';

export interface TaskDrawerProps {
  readonly state: TaskState;
  readonly taskId: string;
  readonly mapIndex: number;
  /** What chooses another instance of the task, where there is one. */
  readonly chooser: React.ReactNode;
  readonly rendering: Rendering;
  readonly onChooseTry: (tryNumber: number) => void;
  readonly onClear: () => void;
  /** Opens the menu of what else can be done about the task instance. */
  readonly onMore: (button: HTMLElement) => void;
  readonly onNote: () => void;
  readonly onAnswer: QuestionFormProps['onAnswer'];
  readonly onOpenNotebook: (tryNumber: number) => void;
  readonly onRepair: (verb: RepairVerb, tryNumber: number) => void;
  readonly onOpenTask: (taskId: string) => void;
  readonly onClose: () => void;
}

export function TaskDrawer(props: TaskDrawerProps): React.JSX.Element {
  const { state, taskId, mapIndex, onClose } = props;
  const trans = useTexts();
  const close = (event: React.KeyboardEvent): void => {
    if (event.key === 'Escape') {
      event.stopPropagation();
      onClose();
    }
  };
  return (
    // eslint-disable-next-line jsx-a11y/no-noninteractive-element-interactions -- Escape closes it from anywhere inside
    <aside
      className="jp-nbflow-drawer"
      aria-label={trans.__('Task %1', instanceName(taskId, mapIndex))}
      data-testid="nbflow-task"
      data-task-id={taskId}
      data-state={state.detail?.instance.state}
      onKeyDown={close}
    >
      <Head {...props} />
      {state.error !== null && state.detail === null ? (
        <Notice kind="error" title={trans.__('This task cannot be shown')}>
          <p>{state.error}</p>
        </Notice>
      ) : null}
      {state.detail === null ? (
        state.error === null && <Loading />
      ) : (
        <Body {...props} detail={state.detail} />
      )}
    </aside>
  );
}

function Head(props: TaskDrawerProps): React.JSX.Element {
  const { state, taskId, chooser, onClear, onMore, onClose } = props;
  const { detail } = state;
  const trans = useTexts();
  return (
    <header className="jp-nbflow-drawer-head">
      <div className="jp-nbflow-drawer-title">
        <StateIcon state={detail?.instance.state ?? 'none'} size={18} />
        <h2 className="jp-nbflow-ellipsis" title={taskId}>
          {taskId}
        </h2>
        {chooser}
        <span className="jp-nbflow-spring" />
        <OpenNotebook {...props} />
        <Button
          icon="again"
          label={trans.__('Clear…')}
          onClick={onClear}
          testId="nbflow-clear-task"
        />
        <MenuButton
          label={trans.__('More about this task')}
          testId="nbflow-task-more"
          onOpen={onMore}
        />
        <Button look="icon" icon="close" label={trans.__('Close')} onClick={onClose} />
      </div>
      {detail === null ? null : <Line {...props} detail={detail} />}
    </header>
  );
}

function OpenNotebook({ state, onOpenNotebook }: TaskDrawerProps): React.JSX.Element | null {
  const trans = useTexts();
  const { tryNumber } = state;
  if (tryNumber === null || !hasNotebook(state.detail?.task)) {
    return null;
  }
  return (
    <Button
      icon="notebook"
      label={trans.__('Open')}
      onClick={() => onOpenNotebook(tryNumber)}
      testId="nbflow-open-notebook"
    />
  );
}

function Line({
  state,
  detail,
  onChooseTry,
  onNote,
  onRepair
}: TaskDrawerProps & { detail: TaskInstanceDetail }): React.JSX.Element {
  const trans = useTexts();
  const { instance, tries, task } = detail;
  const now = useNow(instance.state === 'running');
  const isTimed =
    instance.started_at !== null && (instance.ended_at !== null || instance.state === 'running');
  return (
    <>
      <div className="jp-nbflow-drawer-line">
        <StateBadge
          state={instance.state}
          more={isTimed ? span(instance.started_at, instance.ended_at, now) : undefined}
        />
        <span className="jp-nbflow-muted">{kindName(task)}</span>
        {tries.length > 1 ? (
          <label className="jp-nbflow-muted">
            {trans.__('Try')}{' '}
            <select
              value={state.tryNumber ?? undefined}
              onChange={event => onChooseTry(Number(event.target.value))}
            >
              {tries.map(one => (
                <option key={one.attempt_id} value={one.try_number}>
                  {`${one.try_number} · ${words(one.state)}`}
                </option>
              ))}
            </select>
          </label>
        ) : null}
      </div>
      {instance.message || instance.reason !== null ? (
        <div className="jp-nbflow-drawer-message" data-state={instance.state}>
          {instance.reason === null ? null : <strong>{words(instance.reason)}</strong>}{' '}
          {instance.message}
        </div>
      ) : null}
      {instance.note ? (
        <button
          type="button"
          className="jp-nbflow-link jp-nbflow-task-note"
          title={trans.__('Change the note')}
          data-testid="nbflow-task-note"
          onClick={onNote}
        >
          <Icon name="note" size={13} /> {instance.note}
        </button>
      ) : null}
      <RepairBar
        one={shownTry(state)}
        onRepair={verb => onRepair(verb, state.tryNumber ?? instance.try_number)}
      />
    </>
  );
}

function hasNotebook(task: TaskView | undefined): boolean {
  return task?.kind === 'notebook' || task?.kind === 'cells';
}

type TabId =
  'question' | 'failure' | 'notebook' | 'log' | 'tries' | 'values' | 'rendered' | 'why' | 'about';

function Body(props: TaskDrawerProps & { detail: TaskInstanceDetail }): React.JSX.Element {
  const { state, detail, taskId } = props;
  const trans = useTexts();
  const panelId = `${React.useId()}-tab`;
  const [chosen, setChosen] = React.useState<TabId | null>(null);
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
        onChoose={id => setChosen(id as TabId)}
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
    case 'why':
      return <Why conditions={detail.why} />;
    case 'about':
      return <About task={detail.task} onOpenTask={onOpenTask} />;
  }
}

function shownTry(state: TaskState): TryView | undefined {
  return state.detail?.tries.find(one => one.try_number === state.tryNumber);
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

function About({
  task,
  onOpenTask
}: {
  task: TaskView;
  onOpenTask: (taskId: string) => void;
}): React.JSX.Element {
  const trans = useTexts();
  return (
    <div className="jp-nbflow-details">
      {task.doc ? <Prose source={task.doc} /> : null}
      <Facts
        facts={[
          [trans.__('Operator'), task.operator || kindName(task)],
          [trans.__('Trigger rule'), task.trigger_rule],
          [trans.__('Retries'), task.retries],
          [trans.__('Pool'), task.pool],
          ...(task.cells.length ? ([[trans.__('Cells'), task.cells.join(', ')]] as const) : [])
        ]}
      />
      <h3>{trans.__('Comes after')}</h3>
      {task.upstream.length ? null : (
        <p className="jp-nbflow-muted">{trans.__('Nothing: it can begin at once.')}</p>
      )}
      {task.upstream.map(upstream => (
        <div key={upstream} className="jp-nbflow-upstream">
          <button type="button" className="jp-nbflow-link" onClick={() => onOpenTask(upstream)}>
            {upstream}
          </button>
          {task.edges
            .filter(edge => edge.upstream === upstream)
            .map((edge, place) => (
              <EdgeReason key={place} reason={edge} />
            ))}
        </div>
      ))}
    </div>
  );
}

/** A task while no run is chosen: what is written about it. */
export function DefinitionDrawer({
  task,
  onOpenTask,
  onClose
}: {
  task: TaskView;
  onOpenTask: (taskId: string) => void;
  onClose: () => void;
}): React.JSX.Element {
  const trans = useTexts();
  return (
    <aside
      className="jp-nbflow-drawer"
      aria-label={trans.__('Task %1', task.task_id)}
      data-testid="nbflow-task"
      data-task-id={task.task_id}
    >
      <header className="jp-nbflow-drawer-head">
        <div className="jp-nbflow-drawer-title">
          <h2 className="jp-nbflow-ellipsis" title={task.task_id}>
            {task.display_name || task.task_id}
          </h2>
          <span className="jp-nbflow-spring" />
          <Button look="icon" icon="close" label={trans.__('Close')} onClick={onClose} />
        </div>
      </header>
      <div className="jp-nbflow-drawer-body">
        <About task={task} onOpenTask={onOpenTask} />
      </div>
    </aside>
  );
}
