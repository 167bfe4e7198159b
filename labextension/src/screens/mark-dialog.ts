/** Asks what a run, or tasks of it, are to count as. */
import type { MarkRequest, RestClient } from '../client';
import type { FormSpec } from '../live/form';
import type { Texts } from '../text';
import { askWithForm } from './form-dialog';

export interface Marked {
  readonly dagId: string;
  readonly runId: string;
  /** Null: the run itself. */
  readonly taskId: string | null;
}

/** Whether something was asked for. */
export function askToMark(
  rest: Pick<RestClient, 'mark'>,
  { dagId, runId, taskId }: Marked,
  texts: Texts
): Promise<boolean> {
  return askWithForm(
    {
      title: taskId === null ? texts.__('Mark this run') : texts.__('Mark %1', taskId),
      accept: texts.__('Mark'),
      spec: markSpec(taskId !== null, texts),
      send: values => rest.mark(dagId, runId, markRequest(taskId, values), false)
    },
    texts
  );
}

function markSpec(isTask: boolean, texts: Texts): FormSpec {
  const states: Record<string, string> = {
    success: texts.__('Success'),
    failed: texts.__('Failed'),
    ...(isTask ? { skipped: texts.__('Skipped') } : {})
  };
  const tick = (title: string): unknown => ({ default: false, schema: { type: 'boolean', title } });
  const state = {
    default: 'success',
    schema: {
      enum: Object.keys(states),
      values_display: states,
      title: texts.__('It counts as'),
      description: texts.__('What waits for it goes on as if it had ended like that.')
    }
  };
  return isTask
    ? {
        state,
        upstream: tick(texts.__('With everything it comes after (upstream)')),
        downstream: tick(texts.__('With everything that depends on it (downstream)')),
        past: tick(texts.__('In earlier runs too')),
        future: tick(texts.__('In later runs too'))
      }
    : { state };
}

function markRequest(
  taskId: string | null,
  values: Readonly<Record<string, unknown>>
): MarkRequest {
  return {
    state: values.state as MarkRequest['state'],
    tasks: taskId === null ? null : [taskId],
    upstream: values.upstream === true,
    downstream: values.downstream === true,
    past: values.past === true,
    future: values.future === true
  };
}
