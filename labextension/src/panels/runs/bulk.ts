/** What can be done about several runs at once, and which of the chosen ones it is about. Pure. */
import { isFinished } from '../../states';
import type { Verb as Leave } from '../../live/permissions';
import type { RunView } from '../../wire';

export type Verb = 'clear' | 'cancel' | 'delete' | 'success' | 'failed';

/** What each asks leave for. */
export const LEAVE: Readonly<Record<Verb, Leave>> = {
  clear: 'clear',
  cancel: 'cancel',
  delete: 'deleteRun',
  success: 'mark',
  failed: 'mark'
};

export const VERBS: readonly Verb[] = ['clear', 'cancel', 'delete', 'success', 'failed'];

type Chosen = Pick<RunView, 'run_id' | 'state'>;

/** Of these runs, those that it makes sense for. */
export function meantBy<R extends Chosen>(verb: Verb, runs: readonly R[]): R[] {
  return runs.filter(({ state }) => {
    if (verb === 'cancel') {
      return !isFinished(state);
    }
    return verb === 'delete' || verb === 'clear' ? isFinished(state) : state !== verb;
  });
}
