/** The DAGs a person has starred, kept in JupyterLab's own state. */
import { Store } from './store';

/** As much of JupyterLab's state as is needed; null where there is none. */
export interface Keeps {
  fetch(id: string): Promise<unknown>;
  save(id: string, value: string[]): Promise<unknown>;
}

const KEY = 'nbflow:favourites';

export class Favourites extends Store<ReadonlySet<string>> {
  /** What was starred before the kept ones were there. */
  private touched = false;

  constructor(private readonly state: Keeps | null) {
    super(new Set());
  }

  async load(): Promise<void> {
    const kept = await this.state?.fetch(KEY);
    if (Array.isArray(kept) && !this.touched) {
      this.set(new Set(kept.filter(one => typeof one === 'string')));
    }
  }

  toggle(dagId: string): void {
    this.touched = true;
    const next = new Set(this.value);
    if (!next.delete(dagId)) {
      next.add(dagId);
    }
    this.set(next);
    void this.state?.save(KEY, [...next].sort());
  }
}
