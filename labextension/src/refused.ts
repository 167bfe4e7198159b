/** What the scheduler refused, after the server had taken the request: told to who asked. Pure. */
import type { ChangeView } from './wire';

/** A person as Jupyter knows them. */
export interface Identity {
  readonly username: string;
  readonly name: string;
}

/** The name that stands in the audit for what a person asks: `actor_of` in `server/handlers.py`. */
export function actorOf(identity: Identity | null): string | null {
  if (identity === null) {
    return null;
  }
  return identity.name.startsWith('Anonymous ') ? identity.name : identity.username;
}

/** Why requests of `actor` were refused, in sentences, each once. */
export function refusedOf(changes: readonly ChangeView[], actor: string | null): string[] {
  const refused = changes.filter(
    change => change.kind === 'request' && change.state === 'refused' && change.actor === actor
  );
  return actor === null ? [] : [...new Set(refused.map(({ data }) => String(data.message)))];
}
