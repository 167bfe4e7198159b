/** What stands above a cell: its task with the last state, what it is to the DAG, and what is wrong in it. */
import * as React from 'react';

import { duration, secondsBetween, stateName } from '../../format';
import type { NodeState } from '../../graph/node-states';
import { StateIcon } from '../../graph/StateIcon';
import { useNow } from '../../graph/useNow';
import type { CellMark } from '../../preview/mapping';
import { useTexts, type Texts } from '../../text';
import { Icon } from '../icons';
import { useElementId } from '../ids';
import { ProblemText } from './Problems';

export interface CellBadgeProps {
  readonly mark: CellMark;
  /** How its task stands in the newest run; undefined without one. */
  readonly node: NodeState | undefined;
  readonly isSelected: boolean;
  readonly onShow: (taskId: string) => void;
}

export function CellBadge({
  mark,
  node,
  isSelected,
  onShow
}: CellBadgeProps): React.JSX.Element | null {
  const trans = useTexts();
  const listId = useElementId();
  const [isOpen, setOpen] = React.useState(false);
  const { problems, taskId } = mark;
  const errors = problems.filter(({ severity }) => severity === 'error').length;
  // What keeps the notebook from being a DAG is said at once.
  const isShown = errors > 0 || isOpen;
  return (
    <div className="jp-nbflow jp-nbflow-cell-badge" data-role={mark.role}>
      <div className="jp-nbflow-cell-line">
        {taskId === null ? (
          <Role mark={mark} />
        ) : (
          <TaskName {...{ mark, taskId, node, isSelected, onShow }} />
        )}
        {problems.length ? (
          <button
            type="button"
            className="jp-nbflow-cell-lint"
            data-severity={errors ? 'error' : 'warning'}
            aria-expanded={isShown}
            aria-controls={listId}
            title={problems.map(({ message, fix }) => `${message} ${fix}`).join('\n')}
            onClick={() => setOpen(!isOpen)}
          >
            <Icon name="warning" size={13} />
            {errors
              ? trans._n('%1 error', '%1 errors', errors)
              : trans._n('%1 warning', '%1 warnings', problems.length)}
          </button>
        ) : null}
      </div>
      {problems.length && isShown ? (
        <ul className="jp-nbflow-plain jp-nbflow-cell-problems" id={listId}>
          {problems.map((problem, place) => (
            <li key={place} data-severity={problem.severity}>
              <ProblemText problem={problem} />
            </li>
          ))}
        </ul>
      ) : null}
    </div>
  );
}

function TaskName(
  props: Omit<CellBadgeProps, 'mark'> & { readonly mark: CellMark; readonly taskId: string }
): React.JSX.Element {
  const { mark, taskId, node, isSelected, onShow } = props;
  const trans = useTexts();
  const now = useNow(node?.state === 'running');
  const state = node === undefined ? '' : stateLine(node, now, trans);
  const more = mark.hasSetup ? trans.__('and setup for all') : '';
  const about = [taskId, state, more].filter(Boolean).join(', ');
  const notes = mark.isFirst ? [state, more] : [trans.__('continued'), more];
  const show = trans.__('Show %1 in the graph', taskId);
  return (
    <button
      type="button"
      className="jp-nbflow-cell-task"
      data-task-id={taskId}
      data-state={node?.state}
      data-continued={!mark.isFirst || undefined}
      aria-pressed={isSelected}
      aria-label={trans.__('Show %1 in the graph', about)}
      title={[node?.message, show].filter(Boolean).join('\n')}
      onClick={() => onShow(taskId)}
    >
      {node === undefined ? (
        <Icon name="graph" size={12} />
      ) : (
        <StateIcon state={node.state} size={13} />
      )}
      <span className="jp-nbflow-ellipsis">{taskId}</span>
      {notes.filter(Boolean).map(note => (
        <span key={note} className="jp-nbflow-soft">
          {note}
        </span>
      ))}
    </button>
  );
}

/** What a cell is that is no task. */
function Role({ mark }: { mark: CellMark }): React.JSX.Element {
  const trans = useTexts();
  const words: Record<CellMark['role'], readonly [string, string]> = {
    task: ['', ''],
    setup: [trans.__('setup'), trans.__('It runs at the start of every task after it.')],
    parameters: [trans.__('parameters'), trans.__('Its values are the params of a run.')],
    skipped: [trans.__('not run'), trans.__('Runs of the DAG pass over this cell.')]
  };
  const [word, about] = words[mark.role];
  return word === '' ? (
    <></>
  ) : (
    <span className="jp-nbflow-cell-role" title={about}>
      {word}
    </span>
  );
}

function stateLine(node: NodeState, now: number, trans: Texts): string {
  const started = Date.parse(node.started_at ?? '');
  const seconds = secondsBetween(node.started_at, node.ended_at, now || started);
  const isTimed = seconds !== null && (node.ended_at !== null || node.state === 'running');
  return `${stateName(node.state, trans)}${isTimed ? ` · ${duration(seconds)}` : ''}`;
}
