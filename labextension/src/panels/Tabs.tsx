/** Tabs in one line. Where they do not fit, the line is moved along, and a menu at its end has them all. */
import * as React from 'react';

import { usePopup } from '../graph/usePopup';
import { useTexts } from '../text';
import { Icon } from './icons';

export interface TabItem {
  readonly id: string;
  readonly label: string;
  readonly count?: number;
}

interface TabsProps {
  readonly tabs: readonly TabItem[];
  readonly current: string;
  readonly label: string;
  readonly onChoose: (id: string) => void;
  /** Names the element that shows the chosen tab. */
  readonly panelId: string;
}

/** Tabs as the platform has them: one stop for the tab key, arrows between them. */
export function Tabs({ tabs, current, label, onChoose, panelId }: TabsProps): React.JSX.Element {
  const ref = React.useRef<HTMLDivElement>(null);
  const isCut = useIsCut(ref, tabs.length);
  useInSight(ref, current, isCut);
  const focus = (place: number): void =>
    ref.current?.querySelectorAll<HTMLElement>('[role="tab"]')[place]?.focus();
  const onKeyDown = (event: React.KeyboardEvent): void => {
    const place = tabs.findIndex(tab => tab.id === current);
    const next = nextPlace(event.key, place, tabs.length);
    const tab = next === null ? undefined : tabs[next];
    if (tab !== undefined) {
      event.preventDefault();
      onChoose(tab.id);
      focus(next ?? 0);
    }
  };
  const fromMenu = (id: string): void => {
    onChoose(id);
    focus(tabs.findIndex(tab => tab.id === id));
  };
  return (
    <div className="jp-nbflow-tab-bar" data-cut={isCut || undefined}>
      <div className="jp-nbflow-tabs" role="tablist" aria-label={label} ref={ref}>
        {tabs.map(tab => (
          <button
            key={tab.id}
            type="button"
            role="tab"
            id={`${panelId}-${tab.id}`}
            className="jp-nbflow-tab"
            aria-selected={tab.id === current}
            aria-controls={panelId}
            tabIndex={tab.id === current ? 0 : -1}
            data-tab={tab.id}
            onClick={() => onChoose(tab.id)}
            onKeyDown={onKeyDown}
          >
            <TabText tab={tab} />
          </button>
        ))}
      </div>
      {isCut ? <AllTabs tabs={tabs} current={current} onChoose={fromMenu} /> : null}
    </div>
  );
}

function TabText({ tab }: { readonly tab: TabItem }): React.JSX.Element {
  return (
    <>
      {tab.label}
      {tab.count === undefined ? null : <span className="jp-nbflow-tab-count">{tab.count}</span>}
    </>
  );
}

/** All of them below each other: none is out of sight for long. */
function AllTabs({
  tabs,
  current,
  onChoose
}: Pick<TabsProps, 'tabs' | 'current' | 'onChoose'>): React.JSX.Element {
  const trans = useTexts();
  const { ref, isOpen, setOpen, keys } = usePopup();
  const choose = (id: string): void => {
    setOpen(false);
    onChoose(id);
  };
  return (
    <div className="jp-nbflow-all-tabs" ref={ref} {...keys}>
      <button
        type="button"
        className="jp-nbflow-button jp-mod-icon"
        title={trans.__('All tabs')}
        aria-label={trans.__('All tabs')}
        aria-haspopup="menu"
        aria-expanded={isOpen}
        onClick={() => setOpen(!isOpen)}
      >
        <Icon name="chevron" />
      </button>
      {isOpen ? (
        <div className="jp-nbflow-tab-menu" role="menu" aria-label={trans.__('All tabs')}>
          {tabs.map(tab => (
            <button
              key={tab.id}
              type="button"
              role="menuitemradio"
              aria-checked={tab.id === current}
              tabIndex={-1}
              onClick={() => choose(tab.id)}
            >
              <TabText tab={tab} />
            </button>
          ))}
        </div>
      ) : null}
    </div>
  );
}

/** Whether the tabs are wider than their place. What the button takes of it does not count: it would come and go. */
function useIsCut(ref: React.RefObject<HTMLElement>, count: number): boolean {
  const [isCut, setCut] = React.useState(false);
  React.useLayoutEffect(() => {
    const line = ref.current;
    const bar = line?.parentElement;
    if (!line || !bar || typeof ResizeObserver === 'undefined') {
      return;
    }
    const observer = new ResizeObserver(() => setCut(line.scrollWidth > bar.clientWidth));
    [bar, ...line.children].forEach(element => observer.observe(element));
    return () => observer.disconnect();
  }, [ref, count]);
  return isCut;
}

/** The chosen tab is in sight, with a bit of its neighbour. */
function useInSight(ref: React.RefObject<HTMLElement>, current: string, isCut: boolean): void {
  React.useLayoutEffect(() => {
    const line = ref.current;
    const tab = line?.querySelector<HTMLElement>('[aria-selected="true"]');
    if (isCut && line && tab) {
      line.scrollLeft = scrolledTo(
        tab.offsetLeft,
        tab.offsetWidth,
        line.scrollLeft,
        line.clientWidth
      );
    }
  }, [ref, current, isCut]);
}

const NEIGHBOUR = 36;

/** How far a line is to be scrolled, as little as possible, so that what stands at `start` in it is in sight. */
export function scrolledTo(start: number, length: number, now: number, window: number): number {
  const [least, most] = [start + length + NEIGHBOUR - window, start - NEIGHBOUR];
  return Math.max(0, least > now ? Math.min(least, most) : Math.min(now, most));
}

/** Where an arrow key, Home or End leads in a row of things that goes round; null for other keys. */
export function nextPlace(key: string, place: number, length: number): number | null {
  const places: Record<string, number> = {
    ArrowRight: (place + 1) % length,
    ArrowLeft: (place - 1 + length) % length,
    Home: 0,
    End: length - 1
  };
  return places[key] ?? null;
}
