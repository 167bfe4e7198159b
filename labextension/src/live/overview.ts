/**
 * The home page's own snapshot: runs under way, what failed lately, what is due. Folded where the feed says it
 * all, fetched again where it does not; health, DAGs and questions are in the stores that every screen shares.
 */
import type { RestClient } from '../client';
import type { Feed, Stop } from '../feed';
import { fetchOverview } from '../rest/overview';
import { isFinished } from '../states';
import type { ChangeView, Overview } from '../wire';
import { Listing } from './listing';

const KINDS = new Set(['run', 'run_created', 'run_deleted', 'task', 'dag', 'paused']);

export class OverviewStore extends Listing<Overview> {
  constructor(
    client: Pick<RestClient, 'request'>,
    private readonly changes: Pick<Feed, 'onChanges'>
  ) {
    super(
      () => fetchOverview(client),
      changes,
      ({ kind }) => KINDS.has(kind)
    );
  }

  override open(): Stop {
    const stops = [super.open(), this.changes.onChanges(changes => this.apply(changes))];
    return () => stops.forEach(stop => stop());
  }

  private apply(changes: readonly ChangeView[]): void {
    const { value } = this.value;
    const next = value === null ? null : foldOverview(value, changes);
    if (next !== value) {
      this.patch({ value: next });
    }
  }
}

/** Runs that end, or move on, do so at once; what else there is to know of them is fetched. */
export function foldOverview(overview: Overview, changes: readonly ChangeView[]): Overview {
  return changes.filter(change => change.cursor > overview.cursor).reduce(foldChange, overview);
}

function foldChange(overview: Overview, change: ChangeView): Overview {
  const { running, active } = overview;
  const { kind, run_id, dag_id, state, at } = change;
  const found = running.find(run => run.run_id === run_id && run.dag_id === dag_id);
  if (found === undefined) {
    return overview;
  }
  if (kind === 'run_deleted' || (kind === 'run' && isFinished(state ?? ''))) {
    return { ...overview, running: running.filter(run => run !== found), active: active - 1 };
  }
  if (kind !== 'run' || state === null || state === found.state) {
    return overview;
  }
  const moved = { ...found, state, started_at: found.started_at ?? at };
  return { ...overview, running: running.map(run => (run === found ? moved : run)) };
}
