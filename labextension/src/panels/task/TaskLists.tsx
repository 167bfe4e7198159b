/** The tabs of a task that are lists: its tries, the values it handed on, and what it waits for. */
import * as React from 'react';

import { bytes, clock, instant, span, words } from '../../format';
import { Marked } from '../../graph/Marked';
import { useTexts } from '../../text';
import type { Condition, TryView, ValueView } from '../../wire';
import { Facts, Notice, StateBadge, Verbatim } from '../controls';
import { Icon } from '../icons';

export function Tries({ tries }: { tries: readonly TryView[] }): React.JSX.Element {
  const trans = useTexts();
  if (!tries.length) {
    return <Notice kind="empty" title={trans.__('Not tried yet')} />;
  }
  return (
    <ol className="jp-nbflow-tries">
      {tries.map((one, place) => (
        <li key={one.attempt_id} className="jp-nbflow-try" data-state={one.state}>
          <TryText one={one} isNewest={place === 0} />
        </li>
      ))}
    </ol>
  );
}

function TryText({ one, isNewest }: { one: TryView; isNewest: boolean }): React.JSX.Element {
  const trans = useTexts();
  const isOver = one.ended_at !== null;
  return (
    <>
      <div className="jp-nbflow-try-head">
        <strong>{trans.__('Try %1', one.try_number)}</strong>
        <StateBadge
          state={one.state}
          more={isOver ? span(one.started_at, one.ended_at, 0) : undefined}
        />
      </div>
      {one.message || one.reason !== null ? (
        <p>
          {one.reason === null ? '' : `${words(one.reason)}. `}
          {one.message}
        </p>
      ) : null}
      {one.traceback ? (
        <details open={isNewest}>
          <summary>{trans.__('Traceback')}</summary>
          <Verbatim className="jp-nbflow-traceback" label={trans.__('Traceback')}>
            {one.traceback}
          </Verbatim>
        </details>
      ) : null}
      <Facts
        facts={[
          [trans.__('Queued'), one.queued_at === null ? '–' : clock(one.queued_at)],
          [trans.__('Started'), one.started_at === null ? '–' : clock(one.started_at)],
          [trans.__('Worker'), one.worker || '–'],
          [trans.__('Peak memory'), one.peak_memory === null ? '–' : bytes(one.peak_memory)],
          ...(one.cell === null ? [] : ([[trans.__('Cell'), one.cell]] as const))
        ]}
      />
    </>
  );
}

export function Values({ values }: { values: readonly ValueView[] }): React.JSX.Element {
  const trans = useTexts();
  if (!values.length) {
    return <Notice kind="empty" title={trans.__('It has handed on no values')} />;
  }
  return (
    <table className="jp-nbflow-table">
      <thead>
        <tr>
          <th scope="col">{trans.__('Name')}</th>
          <th scope="col">{trans.__('Type')}</th>
          <th scope="col">{trans.__('Value')}</th>
          <th scope="col" className="jp-mod-number">
            {trans.__('Size')}
          </th>
        </tr>
      </thead>
      <tbody>
        {values.map(value => (
          <tr key={value.key}>
            <th scope="row">
              <code>{value.key}</code>
            </th>
            <td>{value.type}</td>
            <td>
              {value.preview === '' ? (
                <span className="jp-nbflow-muted">{trans.__('No preview')}</span>
              ) : (
                <Verbatim className="jp-nbflow-preview" label={trans.__('Value')}>
                  {value.preview}
                </Verbatim>
              )}
            </td>
            <td className="jp-mod-number">{bytes(value.size)}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

/** What the template fields of a try became; the server has masked what nobody may read. */
export function Rendered({
  fields
}: {
  fields: Readonly<Record<string, string>>;
}): React.JSX.Element {
  const trans = useTexts();
  return (
    <table className="jp-nbflow-table" data-testid="nbflow-rendered">
      <thead>
        <tr>
          <th scope="col">{trans.__('Field')}</th>
          <th scope="col">{trans.__('Became')}</th>
        </tr>
      </thead>
      <tbody>
        {Object.entries(fields).map(([name, value]) => (
          <tr key={name}>
            <th scope="row">
              <code>{name}</code>
            </th>
            <td>
              <Verbatim className="jp-nbflow-preview jp-mod-whole" label={trans.__('Value')}>
                {value}
              </Verbatim>
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

/** Every condition between the task and its first line of code. */
export function Why({ conditions }: { conditions: readonly Condition[] }): React.JSX.Element {
  const trans = useTexts();
  return (
    <ul className="jp-nbflow-why" aria-label={trans.__('Conditions')} data-testid="nbflow-why">
      {conditions.map((condition, place) => (
        <li key={place} data-met={condition.met}>
          <span
            className="jp-nbflow-why-icon"
            title={condition.met ? trans.__('Met') : trans.__('Not met')}
          >
            <Icon name={condition.met ? 'check' : 'wait'} />
            <span className="jp-nbflow-hidden">
              {condition.met ? trans.__('Met:') : trans.__('Not met:')}
            </span>
          </span>
          <div>
            <div>
              <Marked text={condition.text} />
            </div>
            {condition.met || !condition.next_look ? null : (
              <div className="jp-nbflow-muted">
                {trans.__('Looked at again %1', whenText(condition.next_look))}
              </div>
            )}
          </div>
        </li>
      ))}
    </ul>
  );
}

/** The next look is an instant, or an event in words. One that is not today is told with its day. */
function whenText(nextLook: string): string {
  if (!/^\d{4}-\d\d-\d\dT/.test(nextLook)) {
    return nextLook;
  }
  const now = Date.now();
  const isToday = new Date(nextLook).toDateString() === new Date(now).toDateString();
  return isToday ? clock(nextLook) : instant(nextLook, now);
}
