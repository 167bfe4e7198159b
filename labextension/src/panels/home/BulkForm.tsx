/** What doing something to many DAGs would do to each of them. */
import * as React from 'react';

import type { BulkLine, BulkVerb } from '../../live/bulk';
import { useTexts, type Texts } from '../../text';
import { Icon } from '../icons';

export function BulkForm({
  verb,
  lines
}: {
  verb: BulkVerb;
  lines: readonly BulkLine[];
}): React.JSX.Element {
  const trans = useTexts();
  const hit = lines.filter(line => line.isHit);
  return (
    <div className="jp-nbflow jp-nbflow-form" data-testid="nbflow-bulk-form">
      <div className="jp-nbflow-affected">
        <p className="jp-nbflow-affected-head" role="status">
          {headOf(verb, hit.length, trans)}
        </p>
        <div className="jp-nbflow-affected-box">
          <ul className="jp-nbflow-affected-tasks">
            {lines.map(line => (
              <li key={line.dagId} data-dag-id={line.dagId} data-hit={line.isHit}>
                <Icon name={line.isHit ? ICONS[verb] : 'check'} size={13} />
                <span className={`jp-nbflow-ellipsis${line.isHit ? '' : ' jp-nbflow-muted'}`}>
                  {line.name}
                </span>
                <span className="jp-nbflow-spring" />
                <span className="jp-nbflow-muted">{whatOf(verb, line, trans)}</span>
              </li>
            ))}
          </ul>
        </div>
      </div>
    </div>
  );
}

const ICONS = { pause: 'pause', unpause: 'clock', trigger: 'play' } as const;

function headOf(verb: BulkVerb, hit: number, trans: Texts): string {
  switch (verb) {
    case 'pause':
      return trans._n(
        '%1 DAG is paused; its runs under way go on to their end',
        '%1 DAGs are paused; their runs under way go on to their end',
        hit
      );
    case 'unpause':
      return trans._n(
        '%1 DAG follows its schedule again',
        '%1 DAGs follow their schedules again',
        hit
      );
    case 'trigger':
      return trans._n(
        '%1 DAG is triggered, with the defaults of its params',
        '%1 DAGs are triggered, with the defaults of their params',
        hit
      );
  }
}

function whatOf(verb: BulkVerb, line: BulkLine, trans: Texts): string {
  if (!line.isHit) {
    return verb === 'pause' ? trans.__('is paused already') : trans.__('is not paused');
  }
  return line.running ? trans._n('%1 run under way', '%1 runs under way', line.running) : '';
}
