/** All settings: what each is, where that comes from, and what it is for. */
import * as React from 'react';

import { Marked } from '../../graph/Marked';
import type { ListingState } from '../../live/listing';
import { useTexts } from '../../text';
import type { SettingView } from '../../wire';
import { Section } from './Section';

export interface SettingsProps {
  readonly listing: ListingState<readonly SettingView[]>;
  readonly onReload: () => void;
}

export function Settings({ listing, onReload }: SettingsProps): React.JSX.Element {
  const trans = useTexts();
  return (
    <Section
      listing={listing}
      textOf={one => `${one.name} ${one.origin} ${one.description} ${valueOf(one)}`}
      searchLabel={trans.__('Search settings')}
      empty={{ title: trans.__('No settings'), text: '' }}
      add={null}
      onReload={onReload}
    >
      {found => (
        <table className="jp-nbflow-table" data-testid="nbflow-settings">
          <thead>
            <tr>
              <th scope="col">{trans.__('Setting')}</th>
              <th scope="col">{trans.__('Value')}</th>
              <th scope="col">{trans.__('From')}</th>
              <th scope="col" className="jp-mod-spare">
                {trans.__('What it is for')}
              </th>
            </tr>
          </thead>
          <tbody>
            {found.map(one => (
              <tr key={one.name} data-setting={one.name}>
                <th scope="row">
                  <code>{one.name}</code>
                </th>
                <td className="jp-nbflow-setting-value">
                  <code>{valueOf(one) || '–'}</code>
                </td>
                <td>
                  {one.is_default ? (
                    <span className="jp-nbflow-muted">{trans.__('default')}</span>
                  ) : (
                    <span className="jp-nbflow-tag">{one.origin}</span>
                  )}
                </td>
                <td className="jp-mod-spare jp-nbflow-muted">
                  <Marked text={one.description} />
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
    </Section>
  );
}

function valueOf({ value }: SettingView): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}
