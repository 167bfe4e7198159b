/** Who asked for what, when, by which door, and what became of it. */
import * as React from 'react';

import { runIdTitle, words } from '../../format';
import type { AuditState } from '../../live/audit';
import type { AuditAsked } from '../../rest/admin';
import { useTexts, type Texts } from '../../text';
import type { AuditEntry } from '../../wire';
import { Choice } from '../Choice';
import { Button, Instant, Loading, Notice } from '../controls';
import { Icon } from '../icons';
import { NotShown } from './Section';

export interface AuditProps {
  readonly state: AuditState;
  readonly now: number;
  readonly onAsk: (change: Partial<AuditAsked>) => void;
  readonly onMore: () => void;
  readonly onReload: () => void;
  readonly onOpenDag: (dagId: string, runId: string | null) => void;
}

/** The kinds that can be sought; one that is new is sought by a link or the command line. */
const VERBS = [
  'trigger',
  'cancel',
  'clear',
  'mark',
  'run_tasks',
  'rerun',
  'note',
  'delete_run',
  'pause',
  'unpause',
  'backfill',
  'answer',
  'emit',
  'set_pool',
  'delete_pool',
  'set_variable',
  'delete_variable',
  'set_connection',
  'delete_connection'
];

export function Audit(props: AuditProps): React.JSX.Element {
  return (
    <>
      <Filters {...props} />
      <Body {...props} />
    </>
  );
}

function Filters({ state, onAsk, onReload }: AuditProps): React.JSX.Element {
  const trans = useTexts();
  const { asked } = state;
  const outcomes = [
    ['done', trans.__('Done')],
    ['refused', trans.__('Refused')],
    ['pending', trans.__('Pending')]
  ] as const;
  return (
    <div className="jp-nbflow-filterbar jp-nbflow-audit-bar" role="search">
      <Words label={trans.__('User')} value={asked.actor} onChange={actor => onAsk({ actor })} />
      <Words label={trans.__('DAG')} value={asked.dag_id} onChange={dag_id => onAsk({ dag_id })} />
      <Choice
        label={trans.__('Kind')}
        value={asked.verb}
        choices={VERBS.map(verb => [verb, words(verb)] as const)}
        onChoose={verb => onAsk({ verb })}
      />
      <Choice
        label={trans.__('Result')}
        value={asked.outcome}
        choices={outcomes}
        onChoose={outcome => onAsk({ outcome })}
      />
      <Day label={trans.__('From')} value={asked.since} onChange={since => onAsk({ since })} />
      <Day label={trans.__('To')} value={asked.until} onChange={until => onAsk({ until })} />
      <Button look="icon" icon="refresh" label={trans.__('Fetch again')} onClick={onReload} />
    </div>
  );
}

interface FieldProps {
  readonly label: string;
  readonly value: string;
  readonly onChange: (value: string) => void;
}

function Words({ label, value, onChange }: FieldProps): React.JSX.Element {
  return (
    <input
      className="jp-nbflow-audit-words"
      type="search"
      value={value}
      placeholder={label}
      aria-label={label}
      onChange={event => onChange(event.target.value)}
    />
  );
}

function Day({ label, value, onChange }: FieldProps): React.JSX.Element {
  return (
    <label className="jp-nbflow-audit-day">
      <span className="jp-nbflow-muted">{label}</span>
      <input type="date" value={value} onChange={event => onChange(event.target.value)} />
    </label>
  );
}

function Body(props: AuditProps): React.JSX.Element {
  const { state, onMore, onReload } = props;
  const trans = useTexts();
  const { entries, error, isForbidden, next } = state;
  if (error !== null) {
    return <NotShown {...{ error, isForbidden, onReload }} />;
  }
  if (entries === null) {
    return <Loading lines={6} />;
  }
  return (
    <>
      {entries.length ? (
        <Table {...props} entries={entries} />
      ) : (
        <Notice kind="empty" title={trans.__('Nobody has done anything of the kind')} />
      )}
      {next === null ? null : (
        <div className="jp-nbflow-more">
          <Button label={trans.__('Show older ones')} onClick={onMore} />
        </div>
      )}
    </>
  );
}

function Table({
  entries,
  now,
  onOpenDag
}: AuditProps & { entries: readonly AuditEntry[] }): React.JSX.Element {
  const trans = useTexts();
  return (
    <table className="jp-nbflow-table jp-nbflow-audit" data-testid="nbflow-audit">
      <thead>
        <tr>
          <th scope="col">{trans.__('When')}</th>
          <th scope="col">{trans.__('User')}</th>
          <th scope="col">{trans.__('Door')}</th>
          <th scope="col">{trans.__('What')}</th>
          <th scope="col">{trans.__('About')}</th>
          <th scope="col">{trans.__('Result')}</th>
          <th scope="col" className="jp-mod-spare">
            {trans.__('Details')}
          </th>
        </tr>
      </thead>
      <tbody>
        {entries.map((entry, place) => (
          <tr key={entry.cursor ?? `pending ${place}`} data-verb={entry.verb}>
            <td>
              <Instant at={entry.at} now={now} />
            </td>
            <td>{entry.actor || '–'}</td>
            <td>{entry.door || '–'}</td>
            <td>{words(entry.verb)}</td>
            <td>
              <About entry={entry} now={now} onOpenDag={onOpenDag} />
            </td>
            <td>
              <Outcome entry={entry} trans={trans} />
            </td>
            <td className="jp-mod-spare jp-nbflow-muted">
              <span className="jp-nbflow-cell-message" title={JSON.stringify(entry.payload)}>
                {messageOf(entry, now, trans) || detailsOf(entry)}
              </span>
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function About({
  entry,
  now,
  onOpenDag
}: Pick<AuditProps, 'now' | 'onOpenDag'> & { entry: AuditEntry }): React.JSX.Element {
  const trans = useTexts();
  const { dag_id: dagId, run_id: runId } = entry;
  if (dagId === null) {
    const { pool } = entry.payload;
    return <>{entry.name || (typeof pool === 'string' ? pool : '–')}</>;
  }
  return (
    <button
      type="button"
      className="jp-nbflow-link"
      title={runId ?? dagId}
      onClick={() => onOpenDag(dagId, runId)}
    >
      {dagId}
      {runId === null ? null : (
        <span className="jp-nbflow-muted"> {runIdTitle(runId, now, trans)}</span>
      )}
    </button>
  );
}

function Outcome({ entry, trans }: { entry: AuditEntry; trans: Texts }): React.JSX.Element {
  const names: Readonly<Record<string, string>> = {
    done: trans.__('Done'),
    refused: trans.__('Refused'),
    pending: trans.__('Pending')
  };
  const icon = { done: 'check', refused: 'warning' } as const;
  const sign =
    entry.outcome === 'done' || entry.outcome === 'refused' ? icon[entry.outcome] : 'wait';
  return (
    <span className="jp-nbflow-outcome" data-outcome={entry.outcome}>
      <Icon name={sign} size={13} /> {names[entry.outcome] ?? entry.outcome}
    </span>
  );
}

/** What the scheduler said, with its run named as beside it. */
function messageOf({ message, run_id: runId }: AuditEntry, now: number, trans: Texts): string {
  return runId === null ? message : message.replaceAll(runId, runIdTitle(runId, now, trans));
}

/** What was asked for beyond the DAG and the run, in a line. */
function detailsOf({ payload }: AuditEntry): string {
  return Object.entries(payload)
    .filter(([name, value]) => !['dag_id', 'run_id'].includes(name) && value !== null)
    .map(([name, value]) => `${name}: ${typeof value === 'string' ? value : JSON.stringify(value)}`)
    .join(', ');
}
