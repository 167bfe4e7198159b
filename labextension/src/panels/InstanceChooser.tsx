/** Which instance of a mapped task is looked at: a button, and below it all of them to look through. */
import * as React from 'react';

import { span, stateName } from '../format';
import { StateIcon } from '../graph/StateIcon';
import type { InstancesState } from '../live/instances';
import { byUrgency } from '../states';
import { useTexts } from '../text';
import type { TaskInstanceView } from '../wire';
import { Button, Loading, Notice } from './controls';
import { FindField } from './FindField';
import { Icon } from './icons';

export interface InstanceListProps {
  readonly state: InstancesState;
  readonly mapIndex: number;
  readonly onNarrow: (change: Partial<Pick<InstancesState, 'state' | 'search'>>) => void;
  readonly onMore: () => void;
  readonly onChoose: (mapIndex: number) => void;
}

export interface InstanceChooserProps {
  readonly mapIndex: number;
  /** How many there are. */
  readonly total: number;
  /** Of the chosen one, where it has one. */
  readonly name: string;
  /** What is shown while it is open; it is given what closes it. */
  readonly children: (close: () => void) => React.ReactNode;
}

/** The button with the chosen instance on it. */
export function InstanceChooser(props: InstanceChooserProps): React.JSX.Element {
  const { mapIndex, total, name, children } = props;
  const trans = useTexts();
  const [isOpen, setOpen] = React.useState(false);
  const [button, setButton] = React.useState<HTMLButtonElement | null>(null);
  const close = (): void => {
    setOpen(false);
    button?.focus();
  };
  React.useEffect(() => {
    const leave = (event: PointerEvent): void => {
      if (!button?.parentElement?.contains(event.target as Node)) {
        setOpen(false);
      }
    };
    document.addEventListener('pointerdown', leave);
    return () => document.removeEventListener('pointerdown', leave);
  }, [button]);
  return (
    // eslint-disable-next-line jsx-a11y/no-static-element-interactions -- Escape closes it from anywhere inside
    <div
      className="jp-nbflow-chooser"
      onKeyDown={event => {
        if (isOpen && event.key === 'Escape') {
          event.stopPropagation();
          close();
        }
      }}
    >
      <button
        type="button"
        ref={setButton}
        className="jp-nbflow-button"
        aria-haspopup="dialog"
        aria-expanded={isOpen}
        aria-label={trans.__('Instance %1 of %2: choose another', mapIndex, total)}
        data-testid="nbflow-instance"
        onClick={() => setOpen(!isOpen)}
      >
        <span className="jp-nbflow-ellipsis">
          {name ? `[${mapIndex}] ${name}` : `[${mapIndex}]`}
        </span>
        <span className="jp-nbflow-faint">{trans.__('of %1', total.toLocaleString())}</span>
        <Icon name="chevron" size={12} />
      </button>
      {isOpen ? (
        <div className="jp-nbflow-chooser-list" role="dialog" aria-label={trans.__('Instances')}>
          {children(close)}
        </div>
      ) : null}
    </div>
  );
}

/** The instances to look through, with a search and their states to choose from. */
export function InstanceList(props: InstanceListProps): React.JSX.Element {
  const { state, onNarrow } = props;
  const trans = useTexts();
  const [search, setSearch] = React.useState(state.search);
  const counts = byUrgency(state.counts);
  const isEmpty = state.instances?.length === 0;
  return (
    <>
      <FindField
        value={search}
        placeholder={trans.__('Index or name')}
        label={trans.__('Search instances')}
        isFirst
        onChange={next => {
          setSearch(next);
          onNarrow({ search: next.trim() });
        }}
      />
      {counts.length > 1 ? (
        <div className="jp-nbflow-filters" role="group" aria-label={trans.__('States')}>
          {counts.map(([name, count]) => (
            <button
              key={name}
              type="button"
              className="jp-nbflow-chip"
              aria-pressed={state.state === name}
              data-state={name}
              onClick={() => onNarrow({ state: state.state === name ? null : name })}
            >
              <StateIcon state={name} size={12} /> {stateName(name, trans)} {count.toLocaleString()}
            </button>
          ))}
        </div>
      ) : null}
      {state.error === null ? null : <Notice kind="error" title={state.error} />}
      {state.instances === null && state.error === null ? <Loading lines={3} /> : null}
      {isEmpty ? <Notice kind="empty" title={trans.__('Nothing fits')} /> : null}
      {state.instances?.length ? <Options {...props} instances={state.instances} /> : null}
    </>
  );
}

function Options({
  instances,
  state,
  mapIndex,
  onMore,
  onChoose
}: InstanceListProps & { instances: readonly TaskInstanceView[] }): React.JSX.Element {
  const trans = useTexts();
  const ref = React.useRef<HTMLDivElement>(null);
  const isShown = instances.some(one => one.map_index === mapIndex);
  const onKeyDown = (event: React.KeyboardEvent): void => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step !== undefined) {
      event.preventDefault();
      const all = [...(ref.current?.querySelectorAll<HTMLElement>('[role="option"]') ?? [])];
      all[all.indexOf(document.activeElement as HTMLElement) + step]?.focus();
    }
  };
  return (
    <div className="jp-nbflow-chooser-scroll">
      <div
        role="listbox"
        aria-label={trans.__('Instances')}
        tabIndex={-1}
        ref={ref}
        onKeyDown={onKeyDown}
      >
        {instances.map((one, place) => (
          <Option
            key={one.map_index}
            instance={one}
            isChosen={one.map_index === mapIndex}
            isFocusable={isShown ? one.map_index === mapIndex : place === 0}
            onChoose={onChoose}
          />
        ))}
      </div>
      {state.hasMore ? (
        <div className="jp-nbflow-more">
          <Button label={trans.__('Show more')} onClick={onMore} />
        </div>
      ) : null}
    </div>
  );
}

const Option = React.memo(function Option({
  instance,
  isChosen,
  isFocusable,
  onChoose
}: {
  instance: TaskInstanceView;
  isChosen: boolean;
  isFocusable: boolean;
  onChoose: (mapIndex: number) => void;
}): React.JSX.Element {
  const trans = useTexts();
  const { map_index, map_name, state, started_at, ended_at } = instance;
  return (
    <button
      type="button"
      role="option"
      className="jp-nbflow-option"
      aria-selected={isChosen}
      tabIndex={isFocusable ? 0 : -1}
      data-state={state}
      data-map-index={map_index}
      onClick={() => onChoose(map_index)}
    >
      <StateIcon state={state} size={13} label={stateName(state, trans)} />
      <span className="jp-nbflow-option-index">[{map_index}]</span>
      <span className="jp-nbflow-ellipsis">{map_name}</span>
      <span className="jp-nbflow-spring" />
      <span className="jp-nbflow-faint">
        {started_at === null || ended_at === null ? '' : span(started_at, ended_at, 0)}
      </span>
    </button>
  );
});
