/** Some tasks alone: in a run there is, whatever the rules say, or as a run of their own. */
import * as React from 'react';

import { useTexts } from '../text';
import type { ClearPreview, RunPlan, TaskView } from '../wire';
import { Affected, Problems } from './Affected';
import { Choices, SelectionField } from './Choices';
import { Loading } from './controls';

export interface RunTasksDraft {
  readonly selection: string;
  /** In the run that is shown, or in a new one that takes over its params and values. */
  readonly where: 'here' | 'new';
}

export type RunTasksPreview =
  | { readonly where: 'here'; readonly found: ClearPreview }
  | { readonly where: 'new'; readonly found: RunPlan };

export interface RunTasksFormProps {
  readonly draft: RunTasksDraft;
  readonly preview: RunTasksPreview | null;
  readonly isStale: boolean;
  readonly problems: readonly string[];
  readonly tasks: readonly TaskView[];
  readonly now: number;
  readonly onChange: (change: Partial<RunTasksDraft>, how?: 'ticked' | 'typed') => void;
}

export function RunTasksForm(props: RunTasksFormProps): React.JSX.Element {
  const { draft, tasks, onChange } = props;
  const trans = useTexts();
  return (
    <div className="jp-nbflow jp-nbflow-form" data-testid="nbflow-run-tasks-form">
      <div className="jp-nbflow-legend">{trans.__('Which tasks')}</div>
      <SelectionField
        value={draft.selection}
        tasks={tasks}
        label={trans.__('Selection of tasks')}
        onChange={selection => onChange({ selection }, 'typed')}
      />
      <Choices
        legend={trans.__('Where')}
        choices={[
          {
            value: 'here',
            label: trans.__('In this run, now'),
            hint: trans.__(
              'Whatever their trigger rules and upstream tasks say; pools and limits hold.'
            )
          },
          {
            value: 'new',
            label: trans.__('In a new run of these tasks alone'),
            hint: trans.__('With the params of this run, on the values its other tasks handed on.')
          }
        ]}
        value={draft.where}
        onChange={where => onChange({ where })}
      />
      <Preview {...props} />
    </div>
  );
}

function Preview({ draft, preview, ...rest }: RunTasksFormProps): React.JSX.Element {
  const trans = useTexts();
  const lacks = draft.selection.trim() === '' ? trans.__('Say which tasks are meant.') : null;
  if (draft.where === 'here') {
    return (
      <Affected
        {...rest}
        preview={preview?.where === 'here' ? preview.found : null}
        lacks={lacks}
        headline={(count, texts) =>
          texts._n('%1 task instance runs now', '%1 task instances run now', count)
        }
        nothing={trans.__('There is nothing to run: all of it is under way')}
      />
    );
  }
  return (
    <PlannedTasks
      plan={preview?.where === 'new' ? preview.found : null}
      lacks={lacks}
      isStale={rest.isStale}
      problems={rest.problems}
    />
  );
}

/** The tasks that a new run is going to have. */
export function PlannedTasks({
  plan,
  problems,
  isStale,
  lacks = null
}: {
  readonly plan: Pick<RunPlan, 'tasks'> | null;
  readonly problems: readonly string[];
  readonly isStale: boolean;
  readonly lacks?: string | null;
}): React.JSX.Element {
  const trans = useTexts();
  if (lacks !== null) {
    return <p className="jp-nbflow-hint">{lacks}</p>;
  }
  if (problems.length) {
    return <Problems problems={problems} />;
  }
  if (plan === null) {
    return <Loading lines={2} />;
  }
  return (
    <div className="jp-nbflow-affected" data-testid="nbflow-plan" data-stale={isStale || undefined}>
      <p className="jp-nbflow-affected-head" role="status">
        {trans._n('The new run has %1 task', 'The new run has %1 tasks', plan.tasks.length)}
      </p>
      <div className="jp-nbflow-affected-box">
        <ul className="jp-nbflow-affected-names">
          {plan.tasks.map(task => (
            <li key={task} data-task={task}>
              {task}
            </li>
          ))}
        </ul>
      </div>
    </div>
  );
}
