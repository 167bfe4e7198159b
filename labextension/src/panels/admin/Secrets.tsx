/** Variables and connections. What is secret never reaches the page: it can be set anew, and that is all. */
import * as React from 'react';

import type { ListingState } from '../../live/listing';
import { useTexts } from '../../text';
import type { ConnectionView, VariableView } from '../../wire';
import { Button, Instant, Verbatim } from '../controls';
import { Icon } from '../icons';
import { RowActions, Section } from './Section';

export interface VariablesProps {
  readonly listing: ListingState<readonly VariableView[]>;
  readonly now: number;
  /** Null makes a new one. */
  readonly onEdit: (variable: VariableView | null) => void;
  readonly onDelete: (variable: VariableView) => void;
  readonly onReload: () => void;
}

export function Variables(props: VariablesProps): React.JSX.Element {
  const { listing, now, onEdit, onDelete, onReload } = props;
  const trans = useTexts();
  return (
    <Section
      listing={listing}
      textOf={one => `${one.key} ${one.description}`}
      searchLabel={trans.__('Search variables')}
      empty={{
        title: trans.__('No variables yet'),
        text: trans.__(
          'Tasks read them with Variable.get("name"), templates with {{ var.value.name }}.'
        )
      }}
      add={{ label: trans.__('New variable…'), verb: 'editSecret', onAdd: () => onEdit(null) }}
      onReload={onReload}
    >
      {found => (
        <table className="jp-nbflow-table" data-testid="nbflow-variables">
          <thead>
            <tr>
              <th scope="col">{trans.__('Variable')}</th>
              <th scope="col">{trans.__('Value')}</th>
              <th scope="col" className="jp-mod-spare">
                {trans.__('Description')}
              </th>
              <th scope="col" className="jp-mod-roomy">
                {trans.__('Changed')}
              </th>
              <th scope="col">
                <span className="jp-nbflow-hidden">{trans.__('Actions')}</span>
              </th>
            </tr>
          </thead>
          <tbody>
            {found.map(one => (
              <tr key={one.key} data-variable={one.key}>
                <th scope="row">
                  <code>{one.key}</code>
                </th>
                <td>
                  {one.is_secret ? (
                    <Hidden />
                  ) : (
                    <Verbatim className="jp-nbflow-preview" label={trans.__('Value')}>
                      {one.value}
                    </Verbatim>
                  )}
                </td>
                <td className="jp-mod-spare jp-nbflow-muted">{one.description}</td>
                <td className="jp-mod-roomy">
                  <Instant at={one.updated_at} now={now} />
                </td>
                <RowActions
                  name={one.key}
                  verb="editSecret"
                  onEdit={() => onEdit(one)}
                  onDelete={() => onDelete(one)}
                />
              </tr>
            ))}
          </tbody>
        </table>
      )}
    </Section>
  );
}

function Hidden(): React.JSX.Element {
  const trans = useTexts();
  return (
    <span className="jp-nbflow-muted">
      <Icon name="lock" size={13} /> {trans.__('kept secret')}
    </span>
  );
}

export interface ConnectionsProps {
  readonly listing: ListingState<readonly ConnectionView[]>;
  readonly now: number;
  readonly onEdit: (connection: ConnectionView | null) => void;
  readonly onDelete: (connection: ConnectionView) => void;
  readonly onTest: (connection: ConnectionView) => void;
  readonly onReload: () => void;
}

export function Connections(props: ConnectionsProps): React.JSX.Element {
  const { listing, now, onEdit, onDelete, onTest, onReload } = props;
  const trans = useTexts();
  return (
    <Section
      listing={listing}
      textOf={one => `${one.conn_id} ${one.conn_type} ${one.host} ${one.description}`}
      searchLabel={trans.__('Search connections')}
      empty={{
        title: trans.__('No connections yet'),
        text: trans.__('SQL and HTTP tasks name one; tasks read them with Connection.get("name").')
      }}
      add={{ label: trans.__('New connection…'), verb: 'editSecret', onAdd: () => onEdit(null) }}
      onReload={onReload}
    >
      {found => (
        <table className="jp-nbflow-table" data-testid="nbflow-connections">
          <thead>
            <tr>
              <th scope="col">{trans.__('Connection')}</th>
              <th scope="col">{trans.__('Type')}</th>
              <th scope="col">{trans.__('Where')}</th>
              <th scope="col" className="jp-mod-roomy">
                {trans.__('Login')}
              </th>
              <th scope="col" className="jp-mod-roomy">
                {trans.__('Password')}
              </th>
              <th scope="col" className="jp-mod-spare">
                {trans.__('Description')}
              </th>
              <th scope="col" className="jp-mod-spare">
                {trans.__('Changed')}
              </th>
              <th scope="col">
                <span className="jp-nbflow-hidden">{trans.__('Actions')}</span>
              </th>
            </tr>
          </thead>
          <tbody>
            {found.map(one => (
              <tr key={one.conn_id} data-connection={one.conn_id}>
                <th scope="row">
                  <code>{one.conn_id}</code>
                </th>
                <td>{one.conn_type}</td>
                <td>{placeOf(one) || '–'}</td>
                <td className="jp-mod-roomy">{one.login || '–'}</td>
                <td className="jp-mod-roomy">{one.password === null ? '–' : <Hidden />}</td>
                <td className="jp-mod-spare jp-nbflow-muted">{one.description}</td>
                <td className="jp-mod-spare">
                  <Instant at={one.updated_at} now={now} />
                </td>
                <RowActions
                  name={one.conn_id}
                  verb="editSecret"
                  onEdit={() => onEdit(one)}
                  onDelete={() => onDelete(one)}
                >
                  <Button
                    label={trans.__('Test')}
                    verb="testConnection"
                    onClick={() => onTest(one)}
                  />
                </RowActions>
              </tr>
            ))}
          </tbody>
        </table>
      )}
    </Section>
  );
}

/** Host, port and database as one reads them in an address. */
export function placeOf({ host, port, schema }: ConnectionView): string {
  const place = port === null ? host : `${host}:${port}`;
  return schema ? `${place}/${schema}` : place;
}
