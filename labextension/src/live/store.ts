/** A value that changes and those who are told: the least that React needs to show something live. */
import * as React from 'react';

export class Store<T> {
  private readonly listeners = new Set<() => void>();

  constructor(private current: T) {}

  get value(): T {
    return this.current;
  }

  set(next: T): void {
    if (next !== this.current) {
      this.current = next;
      for (const listener of [...this.listeners]) {
        listener();
      }
    }
  }

  /** Change some fields. */
  patch(change: Partial<T>): void {
    this.set({ ...this.current, ...change });
  }

  readonly subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };
}

/** The store's value, drawn again whenever it changes. */
export function useStore<T>(store: Store<T>): T {
  return React.useSyncExternalStore(store.subscribe, () => store.value);
}
