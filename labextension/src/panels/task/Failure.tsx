/** What a try left to repair: the cell that failed, what it read, and the ways into a notebook from there. */
import * as React from 'react';

import { clock } from '../../format';
import type { LiveNotebook } from '../../notebook/fold';
import { useTexts } from '../../text';
import type { TryView } from '../../wire';
import { Button, Verbatim } from '../controls';

export type RepairVerb = 'debug' | 'reconstruct' | 'end-kernel';

/** Shown once the try has ended and left a notebook. */
export function RepairBar({
  one,
  onRepair
}: {
  one: TryView | undefined;
  onRepair: (verb: RepairVerb) => void;
}): React.JSX.Element | null {
  const trans = useTexts();
  if (one === undefined || one.ended_at === null || !one.has_notebook) {
    return null;
  }
  return (
    <div className="jp-nbflow-repair">
      {one.kernel === null ? null : one.kernel.here ? (
        <>
          <Button
            look="primary"
            icon="play"
            label={trans.__('Debug')}
            verb="debug"
            onClick={() => onRepair('debug')}
            testId="nbflow-debug"
          />
          <span className="jp-nbflow-muted" title={one.kernel.host}>
            {trans.__('Its kernel lives until %1', clock(one.kernel.until))}
          </span>
          <Button
            label={trans.__('End kernel')}
            verb="endKernel"
            onClick={() => onRepair('end-kernel')}
            testId="nbflow-end-kernel"
          />
        </>
      ) : (
        <span className="jp-nbflow-muted" data-testid="nbflow-kernel-elsewhere">
          {trans.__(
            'Its kernel lives on %1 until %2, where only a Jupyter server of that machine can attach to it. Reconstruct opens its cells with their inputs here.',
            one.kernel.host,
            clock(one.kernel.until)
          )}
        </span>
      )}
      <Button
        icon="notebook"
        label={trans.__('Reconstruct')}
        verb="reconstruct"
        onClick={() => onRepair('reconstruct')}
        testId="nbflow-reconstruct"
      />
    </div>
  );
}

/** The failing cell, its error and what it read, at a glance. */
export function Failure({
  one,
  notebook
}: {
  one: TryView;
  notebook: LiveNotebook | null;
}): React.JSX.Element {
  const trans = useTexts();
  const cell = notebook?.cells.find(found => FAILED.has(found.state ?? ''));
  const names = Object.entries(one.names_read);
  return (
    <div className="jp-nbflow-failure" data-testid="nbflow-failure">
      {cell === undefined ? null : (
        <>
          <h3>
            {one.cell === null ? trans.__('The cell that failed') : trans.__('Cell %1', one.cell)}
          </h3>
          <Verbatim className="jp-nbflow-failure-cell" label={trans.__('Cell')}>
            {cell.source}
          </Verbatim>
        </>
      )}
      {names.length ? (
        <>
          <h3>{trans.__('What it read')}</h3>
          <table className="jp-nbflow-table" data-testid="nbflow-names-read">
            <tbody>
              {names.map(([name, look]) => (
                <tr key={name}>
                  <th scope="row">
                    <code>{name}</code>
                  </th>
                  <td>
                    <Verbatim className="jp-nbflow-preview" label={trans.__('Value')}>
                      {look}
                    </Verbatim>
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        </>
      ) : null}
      {one.traceback ? (
        <>
          <h3>{trans.__('Traceback')}</h3>
          <Verbatim className="jp-nbflow-traceback" label={trans.__('Traceback')}>
            {one.traceback}
          </Verbatim>
        </>
      ) : null}
    </div>
  );
}

const FAILED: ReadonlySet<string> = new Set(['failed', 'timeout', 'died']);

/** Whether there is a failure of a notebook to show. */
export function hasFailure(one: TryView | undefined): one is TryView {
  return one?.state === 'failed' && one.has_notebook;
}
