/** The small parts that every panel is made of. Data and callbacks only. */
import * as React from 'react';

import { instant, stateName, utc } from '../format';
import { StateIcon } from '../graph/StateIcon';
import { useWhyNot, type Verb } from '../live/permissions';
import { useTexts } from '../text';
import { Icon, type IconName } from './icons';

interface ButtonProps {
  readonly label: string;
  readonly onClick: () => void;
  readonly icon?: IconName;
  /** `primary`: what one mostly came for. `icon`: the sign alone, the label as its name. */
  readonly look?: 'primary' | 'plain' | 'icon';
  readonly isDisabled?: boolean;
  /** What it does, where not everybody may. */
  readonly verb?: Verb;
  readonly testId?: string;
}

export function Button(props: ButtonProps): React.JSX.Element {
  const { label, onClick, icon, look = 'plain', isDisabled = false, verb, testId } = props;
  const reason = useWhyNot(verb);
  return (
    <button
      type="button"
      className={`jp-nbflow-button jp-mod-${look}`}
      title={titleOf(look === 'icon' ? label : null, reason)}
      aria-label={look === 'icon' ? label : undefined}
      disabled={isDisabled || reason !== null}
      data-testid={testId}
      onClick={event => {
        event.stopPropagation();
        onClick();
      }}
    >
      {icon === undefined ? null : <Icon name={icon} size={look === 'icon' ? 16 : 14} />}
      {look === 'icon' ? null : <span>{label}</span>}
    </button>
  );
}

/** What a button without words does, and why it cannot be pressed. */
function titleOf(label: string | null, reason: string | null): string | undefined {
  return [label, reason].filter(part => part !== null).join('. ') || undefined;
}

/** Opens a menu of what else can be done. */
export function MenuButton({
  label,
  testId,
  onOpen
}: {
  readonly label: string;
  readonly testId: string;
  /** The menu hangs from the button. */
  readonly onOpen: (button: HTMLElement) => void;
}): React.JSX.Element {
  return (
    <button
      type="button"
      className="jp-nbflow-button jp-mod-icon"
      title={label}
      aria-label={label}
      aria-haspopup="menu"
      data-testid={testId}
      onClick={event => onOpen(event.currentTarget)}
    >
      <Icon name="more" />
    </button>
  );
}

interface SwitchProps {
  readonly isOn: boolean;
  readonly label: string;
  /** Beside the switch, in words. */
  readonly caption?: string;
  readonly onChange: (isOn: boolean) => void;
  /** What it does, where not everybody may. */
  readonly verb?: Verb;
}

export function Switch(props: SwitchProps): React.JSX.Element {
  const { isOn, label, caption, onChange, verb } = props;
  const reason = useWhyNot(verb);
  return (
    <button
      type="button"
      role="switch"
      className="jp-nbflow-switch"
      aria-checked={isOn}
      aria-label={label}
      title={titleOf(label, reason)}
      disabled={reason !== null}
      onClick={event => {
        event.stopPropagation();
        onChange(!isOn);
      }}
    >
      <span className="jp-nbflow-switch-track" aria-hidden="true" />
      {caption === undefined ? null : <span>{caption}</span>}
    </button>
  );
}

/** A state as sign and word. */
export function StateBadge({ state, more }: { state: string; more?: string }): React.JSX.Element {
  const trans = useTexts();
  return (
    <span className="jp-nbflow-badge" data-state={state}>
      <StateIcon state={state} size={14} />
      <span>
        {stateName(state, trans)}
        {more ? ` · ${more}` : ''}
      </span>
    </span>
  );
}

/** How many there are of each state. */
export function Counts({
  counts
}: {
  counts: readonly (readonly [string, number])[];
}): React.JSX.Element {
  const trans = useTexts();
  return (
    <span className="jp-nbflow-counts">
      {counts.map(([state, count]) => (
        <span
          key={state}
          className="jp-nbflow-count"
          data-state={state}
          title={stateName(state, trans)}
        >
          <StateIcon state={state} size={13} label={stateName(state, trans)} />
          {count}
        </span>
      ))}
    </span>
  );
}

/** An instant in the reader's zone, with the server's UTC on demand. */
export function Instant({ at, now }: { at: string | null; now: number }): React.JSX.Element {
  return at === null ? (
    <span className="jp-nbflow-muted">–</span>
  ) : (
    <time dateTime={at} title={utc(at)}>
      {instant(at, now)}
    </time>
  );
}

interface NoticeProps {
  readonly kind: 'error' | 'warning' | 'empty';
  readonly title: string;
  readonly children?: React.ReactNode;
  readonly action?: React.ReactNode;
}

/** Something to tell instead of, or before, the content. */
export function Notice({ kind, title, children, action }: NoticeProps): React.JSX.Element {
  return (
    <div
      className="jp-nbflow-notice"
      // Not jp-mod-error: JupyterLab's dialogs take that for an error of the form, and lock their button.
      data-kind={kind}
      role={kind === 'empty' ? undefined : 'alert'}
    >
      {kind === 'empty' ? null : <Icon name="warning" />}
      <div className="jp-nbflow-notice-body">
        <div className="jp-nbflow-notice-title">{title}</div>
        {children}
        {action}
      </div>
    </div>
  );
}

/** Where content will stand once it has been fetched. */
export function Loading({ lines = 4 }: { lines?: number }): React.JSX.Element {
  const trans = useTexts();
  return (
    <div className="jp-nbflow-loading" role="status" aria-label={trans.__('Loading')}>
      {Array.from({ length: lines }, (_, line) => (
        <div key={line} className="jp-nbflow-loading-line" />
      ))}
    </div>
  );
}

/** A fact with its name, one per line. */
export function Facts({
  facts
}: {
  facts: readonly (readonly [string, React.ReactNode])[];
}): React.JSX.Element {
  return (
    <dl className="jp-nbflow-facts">
      {facts.map(([name, value]) => (
        <React.Fragment key={name}>
          <dt>{name}</dt>
          <dd>{value}</dd>
        </React.Fragment>
      ))}
    </dl>
  );
}

/** Text as it was written. It may be wider or longer than its place: the keyboard scrolls it too. */
export function Verbatim({
  label,
  className,
  children
}: {
  readonly label: string;
  readonly className: string;
  readonly children: React.ReactNode;
}): React.JSX.Element {
  return (
    // eslint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- what scrolls has to take the focus
    <pre className={className} role="group" aria-label={label} tabIndex={0}>
      {children}
    </pre>
  );
}
