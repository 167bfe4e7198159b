/** What the server would let this person do, so that nothing is offered that would be refused. */
import type { Texts } from '../text';
import type { Me } from '../wire';

export type Resource = 'dags' | 'runs' | 'pools' | 'secrets' | 'assets' | 'cluster';
export type Action = 'read' | 'write' | 'execute';

/** Why this person may not; null if they may, or as long as nobody has told: then the server decides. */
export function whyNot(
  me: Me | null,
  resource: Resource,
  action: Action,
  texts: Texts
): string | null {
  if (me === null || me.allowed[resource]?.includes(action) !== false) {
    return null;
  }
  return action === 'execute'
    ? texts.__(
        'You may look, but not run anything: the administrator of this server can grant it to %1.',
        me.name
      )
    : texts.__(
        'You may look, but not change anything: the administrator of this server can grant it to %1.',
        me.name
      );
}
