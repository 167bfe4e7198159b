/** What is written about a task, and what it comes after. */
import * as React from 'react';

import { kindName } from '../../format';
import { EdgeReason } from '../../graph/GraphTip';
import { Prose } from '../../notebook/Prose';
import { useTexts } from '../../text';
import type { TaskView } from '../../wire';
import { Facts } from '../controls';

export function TaskAbout({
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
