/** Which keys do what on the home page. */
import * as React from 'react';

import { useTexts } from '../../text';
import { Button } from '../controls';

export function KeyHelp({ onClose }: { onClose: () => void }): React.JSX.Element {
  const trans = useTexts();
  const keys: [string[], string][] = [
    [['↑', '↓'], trans.__('from DAG to DAG')],
    [['Home', 'End'], trans.__('the first, the last')],
    [['/'], trans.__('search')],
    [['Enter'], trans.__('open the DAG')],
    [['t'], trans.__('trigger it')],
    [['p'], trans.__('pause it, or let it go on')],
    [['f'], trans.__('make it a favourite, or none')],
    [['x'], trans.__('select it')],
    [['Esc'], trans.__('select none, close this')],
    [['?'], trans.__('show these keys')]
  ];
  return (
    <div
      className="jp-nbflow-keys"
      role="dialog"
      aria-label={trans.__('Keys')}
      data-testid="nbflow-keys"
    >
      <dl>
        {keys.map(([names, what]) => (
          <React.Fragment key={what}>
            <dt>
              {names.map(name => (
                <kbd key={name}>{name}</kbd>
              ))}
            </dt>
            <dd>{what}</dd>
          </React.Fragment>
        ))}
      </dl>
      <Button look="icon" icon="close" label={trans.__('Close')} onClick={onClose} />
    </div>
  );
}
