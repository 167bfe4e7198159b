/** What the browser remembers of how a person looks at things, under a key. */

/** What was remembered, as it was; null where there is nothing that could be read. */
export function recall(key: string): unknown {
  try {
    const text = window.localStorage.getItem(key);
    return text === null ? null : JSON.parse(text);
  } catch {
    return null; // A page without storage of its own, such as a sandboxed frame: nothing is remembered.
  }
}

export function remember(key: string, value: unknown): void {
  try {
    window.localStorage.setItem(key, JSON.stringify(value));
  } catch {
    // As above, or the storage is full: it is remembered as long as the page is open.
  }
}
