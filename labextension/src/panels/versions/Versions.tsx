/** The versions of a DAG: what each changed, the text of one, and the difference of two. */
import * as React from 'react';

import type { ListingState } from '../../live/listing';
import { useTexts } from '../../text';
import type { VersionDetail, VersionDiff, VersionView } from '../../wire';
import { Button, Instant, Loading, Notice } from '../controls';
import { useElementId } from '../ids';
import { DiffOfFile, SourceText } from './FileText';

/** The version that is looked at, and the one it is compared with; null shows its text. */
export interface ChosenVersions {
  readonly shown: number;
  readonly against: number | null;
}

export type VersionText = VersionDetail | VersionDiff;

export interface VersionsProps {
  readonly listing: ListingState<readonly VersionView[]>;
  readonly chosen: ChosenVersions | null;
  /** What is to be seen of the chosen ones. */
  readonly text: ListingState<VersionText> | null;
  /** The version that the chosen run executes. */
  readonly runVersion: number | null;
  readonly now: number;
  readonly onChoose: (chosen: ChosenVersions) => void;
  readonly onReload: () => void;
}

/** What is shown of a version at first: what it changed of the one before. */
export function firstLook(versions: readonly VersionView[], shown: number): ChosenVersions {
  const older = versions.find(({ number }) => number < shown);
  return { shown, against: older?.number ?? null };
}

export function Versions(props: VersionsProps): React.JSX.Element {
  const { listing, chosen, onReload } = props;
  const trans = useTexts();
  const { value, error } = listing;
  if (value === null) {
    return error === null ? (
      <Loading lines={6} />
    ) : (
      <Notice
        kind="error"
        title={trans.__('The versions cannot be shown')}
        action={<Button icon="refresh" label={trans.__('Try again')} onClick={onReload} />}
      >
        <p>{error}</p>
      </Notice>
    );
  }
  if (!value.length) {
    return (
      <Notice kind="empty" title={trans.__('No versions yet')}>
        <p>{trans.__('The scheduler makes one when it first reads the file of the DAG.')}</p>
      </Notice>
    );
  }
  return (
    <div className="jp-nbflow-versions" data-testid="nbflow-versions">
      <VersionRows {...props} versions={value} />
      {chosen === null ? null : <Look {...props} versions={value} chosen={chosen} />}
    </div>
  );
}

type ListProps = VersionsProps & { readonly versions: readonly VersionView[] };

function VersionRows(props: ListProps): React.JSX.Element {
  const { versions, chosen, onChoose } = props;
  const trans = useTexts();
  const choose = (event: React.MouseEvent, number: number): void => {
    const isSecond = event.shiftKey || event.ctrlKey || event.metaKey;
    onChoose(
      isSecond && chosen !== null && chosen.shown !== number
        ? inOrder(chosen.shown, number)
        : firstLook(versions, number)
    );
  };
  return (
    <ol className="jp-nbflow-version-list" aria-label={trans.__('Versions, newest first')}>
      {versions.map(one => (
        <li key={one.number}>
          <VersionRow {...props} version={one} onClick={event => choose(event, one.number)} />
        </li>
      ))}
    </ol>
  );
}

/** The newer one is looked at. */
function inOrder(one: number, other: number): ChosenVersions {
  return { shown: Math.max(one, other), against: Math.min(one, other) };
}

/** Arrow keys go from version to version; Enter chooses. */
function moveFocus(event: React.KeyboardEvent<HTMLButtonElement>): void {
  const steps: Record<string, number> = { ArrowDown: 1, ArrowUp: -1 };
  const step = steps[event.key];
  if (step === undefined) {
    return;
  }
  event.preventDefault();
  const list = event.currentTarget.closest('ol');
  const buttons = [...(list?.querySelectorAll<HTMLElement>('button') ?? [])];
  const place = buttons.indexOf(event.currentTarget);
  buttons[Math.max(0, Math.min(buttons.length - 1, place + step))]?.focus();
}

function VersionRow({
  version,
  versions,
  chosen,
  runVersion,
  now,
  onClick
}: ListProps & {
  readonly version: VersionView;
  readonly onClick: (event: React.MouseEvent) => void;
}): React.JSX.Element {
  const trans = useTexts();
  const { number } = version;
  const place = chosen?.shown === number ? 'shown' : chosen?.against === number ? 'against' : null;
  return (
    <button
      type="button"
      className="jp-nbflow-version"
      data-version={number}
      data-place={place ?? undefined}
      aria-current={place === 'shown' || undefined}
      title={trans.__('Click to look at it, shift-click to compare it')}
      onClick={onClick}
      onKeyDown={moveFocus}
    >
      <span className="jp-nbflow-version-head">
        <strong>{trans.__('Version %1', number)}</strong>
        {version.is_current ? <span className="jp-nbflow-tag">{trans.__('current')}</span> : null}
        {runVersion === number ? (
          <span className="jp-nbflow-tag">{trans.__('this run')}</span>
        ) : null}
      </span>
      <span className="jp-nbflow-version-changes">
        <ChangesInShort version={version} isFirst={number === versions.at(-1)?.number} />
      </span>
      <span className="jp-nbflow-muted">
        <Instant at={version.created_at} now={now} />
        {' · '}
        {trans._n('%1 task', '%1 tasks', version.task_count)}
        {' · '}
        {trans._n('%1 run', '%1 runs', version.runs)}
      </span>
    </button>
  );
}

const MOST_CHANGES = 3;

function ChangesInShort({
  version,
  isFirst
}: {
  version: VersionView;
  isFirst: boolean;
}): React.JSX.Element {
  const trans = useTexts();
  const { changes } = version;
  if (!changes.length) {
    return <span>{isFirst ? trans.__('The oldest there is') : trans.__('Only code changed')}</span>;
  }
  const left = changes.length - MOST_CHANGES;
  return (
    <>
      {changes.slice(0, MOST_CHANGES).map(change => (
        <span key={change}>{change}</span>
      ))}
      {left > 0 ? <span>{trans.__('and %1 more', left)}</span> : null}
    </>
  );
}

type LookProps = ListProps & { readonly chosen: ChosenVersions };

function Look(props: LookProps): React.JSX.Element {
  const { versions, chosen, text, onChoose } = props;
  const trans = useTexts();
  const id = useElementId();
  return (
    <section className="jp-nbflow-version-look" aria-label={trans.__('Version %1', chosen.shown)}>
      <div className="jp-nbflow-view-bar">
        <strong>{trans.__('Version %1', chosen.shown)}</strong>
        <label htmlFor={id} className="jp-nbflow-muted">
          {trans.__('compared with')}
        </label>
        <select
          id={id}
          className="jp-nbflow-pick"
          value={chosen.against ?? ''}
          onChange={event => {
            const { value } = event.target;
            onChoose({ ...chosen, against: value === '' ? null : Number(value) });
          }}
        >
          <option value="">{trans.__('nothing: its text')}</option>
          {versions
            .filter(({ number }) => number !== chosen.shown)
            .map(({ number }) => (
              <option key={number} value={number}>
                {trans.__('Version %1', number)}
              </option>
            ))}
        </select>
      </div>
      <Text text={text} />
    </section>
  );
}

function Text({ text }: { text: ListingState<VersionText> | null }): React.JSX.Element {
  const trans = useTexts();
  const value = text?.value ?? null;
  if (value === null) {
    const error = text?.error ?? null;
    return error === null ? (
      <Loading lines={6} />
    ) : (
      <Notice kind="error" title={trans.__('This cannot be shown')}>
        <p>{error}</p>
      </Notice>
    );
  }
  return 'changes' in value ? <Difference diff={value} /> : <Source detail={value} />;
}

function Source({ detail }: { detail: VersionDetail }): React.JSX.Element {
  const trans = useTexts();
  return detail.files.length ? (
    <>
      {detail.files.map(file => (
        <SourceText key={file.path} file={file} />
      ))}
    </>
  ) : (
    <Notice kind="empty" title={trans.__('No text was kept of this version')} />
  );
}

function Difference({ diff }: { diff: VersionDiff }): React.JSX.Element {
  const trans = useTexts();
  const { changes, files } = diff;
  if (!changes.length && !files.length) {
    return <Notice kind="empty" title={trans.__('They do not differ')} />;
  }
  return (
    <>
      {changes.length ? (
        <ul className="jp-nbflow-changes" aria-label={trans.__('What differs in the DAG')}>
          {changes.map(change => (
            <li key={`${change.kind} ${change.path}`} data-kind={change.kind}>
              {change.text}
            </li>
          ))}
        </ul>
      ) : null}
      {files.map(file => (
        <DiffOfFile key={file.path} file={file} />
      ))}
      {files.length ? null : (
        <p className="jp-nbflow-muted">{trans.__('The text of its files is the same.')}</p>
      )}
    </>
  );
}
