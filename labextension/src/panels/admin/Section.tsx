/** What the tables of the administration have in common: search, what can be added, and all that is not a table. */
import * as React from 'react';

import type { ListingState } from '../../live/listing';
import type { Verb } from '../../live/permissions';
import { useTexts } from '../../text';
import { Button, Loading, Notice } from '../controls';
import { FindField } from '../FindField';
import type { IconName } from '../icons';

interface Add {
  readonly label: string;
  readonly verb: Verb;
  readonly onAdd: () => void;
  readonly icon?: IconName;
}

export interface SectionProps<T> {
  readonly listing: ListingState<readonly T[]>;
  /** What is searched in a row; null where the server searches, for more than what is listed. */
  readonly textOf: ((one: T) => string) | null;
  /** What the server is asked for, where it searches. */
  readonly asked?: { readonly search: string; readonly onSearch: (search: string) => void };
  readonly searchLabel: string;
  readonly empty: { readonly title: string; readonly text: string };
  /** Null where nothing can be added. */
  readonly add: Add | null;
  readonly onReload: () => void;
  readonly children: (found: readonly T[]) => React.ReactNode;
}

export function Section<T>(props: SectionProps<T>): React.JSX.Element {
  const { listing, textOf, asked, searchLabel, add, onReload } = props;
  const trans = useTexts();
  const [typed, setTyped] = React.useState('');
  const search = asked?.search ?? typed;
  const wanted = search.toLowerCase().split(/\s+/);
  const found = (listing.value ?? []).filter(one => {
    const text = textOf?.(one).toLowerCase();
    return text === undefined || wanted.every(word => text.includes(word));
  });
  return (
    <>
      <div className="jp-nbflow-search jp-nbflow-admin-bar">
        <FindField value={search} label={searchLabel} onChange={asked?.onSearch ?? setTyped} />
        <Button look="icon" icon="refresh" label={trans.__('Fetch again')} onClick={onReload} />
        <span className="jp-nbflow-spring" />
        {add === null || listing.value === null ? null : (
          <Button
            icon={add.icon ?? 'add'}
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
    return <NotShown {...{ error, isForbidden, onReload }} />;
  }
  if (value === null) {
    return <Loading lines={6} />;
  }
  const isSearched = value.length > 0 || isText(props.asked?.search);
  return (
    <>
      {error === null ? null : (
        <Notice kind="warning" title={trans.__('This may be out of date')}>
          <p>{error}</p>
        </Notice>
      )}
      {found.length ? children(found) : <Nothing isSearched={isSearched} empty={empty} />}
    </>
  );
}

/** In the place of a table that could not be fetched, or that one may not see. */
export function NotShown({
  error,
  isForbidden,
  onReload
}: {
  readonly error: string;
  readonly isForbidden: boolean;
  readonly onReload: () => void;
}): React.JSX.Element {
  const trans = useTexts();
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

function isText(search: string | undefined): boolean {
  return search !== undefined && search.trim() !== '';
}

/** Where no row is left: by a search, or because there is none. */
function Nothing({
  isSearched,
  empty
}: Pick<SectionProps<unknown>, 'empty'> & { readonly isSearched: boolean }): React.JSX.Element {
  const trans = useTexts();
  return isSearched ? (
    <Notice kind="empty" title={trans.__('Nothing fits')} />
  ) : (
    <Notice kind="empty" title={empty.title}>
      <p>{empty.text}</p>
    </Notice>
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
