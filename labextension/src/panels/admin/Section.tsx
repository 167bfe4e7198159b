/** What the tables of the administration have in common: search, what can be added, and all that is not a table. */
import * as React from 'react';

import type { ListingState } from '../../live/listing';
import type { Verb } from '../../live/permissions';
import { useTexts } from '../../text';
import { Button, Loading, Notice } from '../controls';
import { Icon } from '../icons';

export interface SectionProps<T> {
  readonly listing: ListingState<readonly T[]>;
  /** What is searched in a row. */
  readonly textOf: (one: T) => string;
  readonly searchLabel: string;
  readonly empty: { readonly title: string; readonly text: string };
  /** Null where nothing can be added. */
  readonly add: { readonly label: string; readonly verb: Verb; readonly onAdd: () => void } | null;
  readonly onReload: () => void;
  readonly children: (found: readonly T[]) => React.ReactNode;
}

export function Section<T>(props: SectionProps<T>): React.JSX.Element {
  const { listing, textOf, searchLabel, add, onReload } = props;
  const trans = useTexts();
  const [search, setSearch] = React.useState('');
  const wanted = search.toLowerCase().split(/\s+/);
  const found = (listing.value ?? []).filter(one => {
    const text = textOf(one).toLowerCase();
    return wanted.every(word => text.includes(word));
  });
  return (
    <>
      <div className="jp-nbflow-search jp-nbflow-admin-bar">
        <div className="jp-nbflow-search-box">
          <Icon name="search" size={14} />
          <input
            type="search"
            value={search}
            placeholder={searchLabel}
            aria-label={searchLabel}
            onChange={event => setSearch(event.target.value)}
          />
        </div>
        <Button look="icon" icon="refresh" label={trans.__('Fetch again')} onClick={onReload} />
        <span className="jp-nbflow-spring" />
        {add === null || listing.value === null ? null : (
          <Button
            icon="add"
            label={add.label}
            verb={add.verb}
            onClick={add.onAdd}
            testId="nbflow-add"
          />
        )}
      </div>
      <Body {...props} found={found} />
    </>
  );
}

function Body<T>(props: SectionProps<T> & { readonly found: readonly T[] }): React.JSX.Element {
  const { listing, empty, found, onReload, children } = props;
  const trans = useTexts();
  const { value, error, isForbidden } = listing;
  if (value === null && error !== null) {
    return isForbidden ? (
      <Notice kind="empty" title={trans.__('You are not allowed to see this')}>
        <p>{trans.__('The administrator of this server can grant it.')}</p>
      </Notice>
    ) : (
      <Notice
        kind="error"
        title={trans.__('This cannot be shown')}
        action={<Button icon="refresh" label={trans.__('Try again')} onClick={onReload} />}
      >
        <p>{error}</p>
      </Notice>
    );
  }
  if (value === null) {
    return <Loading lines={6} />;
  }
  return (
    <>
      {error === null ? null : (
        <Notice kind="warning" title={trans.__('This may be out of date')}>
          <p>{error}</p>
        </Notice>
      )}
      {value.length && !found.length ? (
        <Notice kind="empty" title={trans.__('Nothing fits')} />
      ) : null}
      {value.length ? null : (
        <Notice kind="empty" title={empty.title}>
          <p>{empty.text}</p>
        </Notice>
      )}
      {found.length ? children(found) : null}
    </>
  );
}

/** The buttons at the end of a row. */
export function RowActions({
  name,
  verb,
  onEdit,
  onDelete,
  children
}: {
  readonly name: string;
  /** What changing and deleting it are. */
  readonly verb?: Verb;
  readonly onEdit?: () => void;
  readonly onDelete?: () => void;
  readonly children?: React.ReactNode;
}): React.JSX.Element {
  const trans = useTexts();
  return (
    <td className="jp-nbflow-actions">
      {children}
      {onEdit === undefined ? null : (
        <Button
          look="icon"
          icon="edit"
          label={trans.__('Change %1', name)}
          verb={verb}
          onClick={onEdit}
        />
      )}
      {onDelete === undefined ? null : (
        <Button
          look="icon"
          icon="trash"
          label={trans.__('Delete %1', name)}
          verb={verb}
          onClick={onDelete}
        />
      )}
    </td>
  );
}
