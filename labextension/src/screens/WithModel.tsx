/** What every panel finds around it: the texts, and what the person who looks may do. */
import * as React from 'react';

import { PermissionsContext, whyNot, type Verb } from '../live/permissions';
import { useStore } from '../live/store';
import { TextsContext } from '../text';
import type { INbflowModel } from '../tokens';

export function WithModel({
  model,
  children
}: {
  readonly model: Pick<INbflowModel, 'me' | 'texts'>;
  readonly children: React.ReactNode;
}): React.JSX.Element {
  const { texts } = model;
  const me = useStore(model.me);
  const ask = React.useCallback((verb: Verb) => whyNot(me, verb, texts), [me, texts]);
  return (
    <TextsContext.Provider value={texts}>
      <PermissionsContext.Provider value={ask}>{children}</PermissionsContext.Provider>
    </TextsContext.Provider>
  );
}
