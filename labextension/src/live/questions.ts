/** The open questions of all tasks, for badges: fetched again when one may have come or gone. */
import type { RestClient } from '../client';
import type { Feed } from '../feed';
import type { ChangeView, QuestionView } from '../wire';
import { Listing } from './listing';

export function questionListing(
  api: Pick<RestClient, 'questions'>,
  feed: Pick<Feed, 'onChanges'>
): Listing<readonly QuestionView[]> {
  const isAsked = ({ run_id, task_id }: ChangeView): boolean =>
    listing.value.value?.some(one => one.run_id === run_id && one.task_id === task_id) ?? false;
  const listing = new Listing<readonly QuestionView[]>(
    async () => (await api.questions()).questions,
    feed,
    change => change.kind === 'task' && (change.state === 'deferred' || isAsked(change))
  );
  return listing;
}

/** How many questions each DAG asks. */
export function questionCounts(
  questions: readonly QuestionView[] | null
): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (const { dag_id } of questions ?? []) {
    counts.set(dag_id, (counts.get(dag_id) ?? 0) + 1);
  }
  return counts;
}
