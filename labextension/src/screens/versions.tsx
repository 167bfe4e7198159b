/** The versions of a DAG, live. */
import * as React from 'react';

import { useNow } from '../graph/useNow';
import { Listing, type ListingState } from '../live/listing';
import { Store, useStore } from '../live/store';
import {
  firstLook,
  Versions,
  type ChosenVersions,
  type VersionText
} from '../panels/versions/Versions';
import { diffVersions, fetchVersion, fetchVersions } from '../rest/versions';
import type { INbflowClient } from '../tokens';
import type { VersionView } from '../wire';

export interface LiveVersionsProps {
  readonly dagId: string;
  readonly client: INbflowClient;
  /** The version that the chosen run executes. */
  readonly runVersion: number | null;
}

export function LiveVersions(props: LiveVersionsProps): React.JSX.Element {
  const { dagId, client } = props;
  const [wanted, setWanted] = React.useState<ChosenVersions | null>(null);
  const [listing] = React.useState(
    () =>
      new Listing<readonly VersionView[]>(
        async () => (await fetchVersions(client.rest, dagId)).versions,
        client.feed,
        ({ kind, dag_id }) => dag_id === dagId && kind !== 'task'
      )
  );
  React.useEffect(() => listing.open(), [listing]);
  const { value } = useStore(listing);
  const newest = value?.[0];
  const chosen =
    wanted ?? (value === null || newest === undefined ? null : firstLook(value, newest.number));
  const shown = { ...props, listing, chosen, onChoose: setWanted };
  return chosen === null ? (
    <Shown {...shown} text={NOTHING} />
  ) : (
    <WithText key={`${chosen.shown} ${chosen.against ?? ''}`} {...shown} chosen={chosen} />
  );
}

type ShownProps = LiveVersionsProps & {
  readonly listing: Listing<readonly VersionView[]>;
  readonly chosen: ChosenVersions | null;
  readonly onChoose: (chosen: ChosenVersions) => void;
};

/** What a version is never changes: its text is fetched once. */
function WithText(props: ShownProps & { readonly chosen: ChosenVersions }): React.JSX.Element {
  const { dagId, client, chosen } = props;
  const [text] = React.useState(
    () =>
      new Listing<VersionText>(
        () =>
          chosen.against === null
            ? fetchVersion(client.rest, dagId, chosen.shown)
            : diffVersions(client.rest, dagId, chosen.against, chosen.shown),
        client.feed,
        () => false
      )
  );
  React.useEffect(() => text.open(), [text]);
  return <Shown {...props} text={text} />;
}

const NOTHING = new Store<ListingState<VersionText> | null>(null);

function Shown(
  props: ShownProps & { readonly text: Store<ListingState<VersionText>> | typeof NOTHING }
): React.JSX.Element {
  const { listing, chosen, text, runVersion, onChoose } = props;
  return (
    <Versions
      listing={useStore(listing)}
      chosen={chosen}
      text={useStore<ListingState<VersionText> | null>(text)}
      runVersion={runVersion}
      now={useNow(true, 15_000)}
      onChoose={onChoose}
      onReload={() => void listing.load()}
    />
  );
}
