/** Which DAGs a file of the file browser defines. Pure. */
import type { DagView } from '../wire';

/** Their ids; `path` is as the server names files. */
export function dagsOfFile(
  dags: readonly Pick<DagView, 'dag_id' | 'file' | 'active'>[],
  path: string
): readonly string[] {
  return dags.filter(dag => dag.active && dag.file === path).map(dag => dag.dag_id);
}
