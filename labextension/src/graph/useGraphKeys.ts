/** What the keys do on the graph: move along its edges, open, zoom, and begin a search. */
import * as React from 'react';

import type { Layout } from './layout';
import { first, neighbour, stopRect, type Direction } from './navigation';
import { stopElement } from './useToggle';
import type { Viewport } from './useViewport';
import { revealing, zoomAt } from './viewport';

const ARROWS: Readonly<Record<string, Direction>> = {
  ArrowLeft: 'left',
  ArrowRight: 'right',
  ArrowUp: 'up',
  ArrowDown: 'down'
};
const STEP = 1.25;

interface Keys {
  readonly layout: Layout;
  readonly viewport: Viewport;
  readonly focusable: string | null;
  readonly setFocused: (id: string) => void;
  readonly onOpen: (taskId: string) => void;
  readonly onSearch: () => void;
  readonly toggle: (groupId: string) => void;
  readonly ref: React.RefObject<HTMLElement>;
}

export interface GraphKeys {
  readonly onKeyDown: (event: React.KeyboardEvent) => void;
  /** Give a task or a group the keyboard, and bring it into view. */
  readonly go: (id: string | null) => void;
}

export function useGraphKeys(keys: Keys): GraphKeys {
  const { layout, viewport, focusable, setFocused, onOpen, onSearch, toggle, ref } = keys;
  const [wanted, setWanted] = React.useState<{ id: string } | null>(null);
  React.useLayoutEffect(() => {
    // The node may only just have come into view.
    if (wanted !== null) {
      stopElement(ref.current, wanted.id)?.focus({ preventScroll: true });
    }
  }, [wanted, ref]);
  const go = (id: string | null): void => {
    const rect = id === null ? null : stopRect(layout, id);
    if (id !== null && rect !== null) {
      viewport.setView((view, size) => revealing(view, rect, size));
      setFocused(id);
      setWanted({ id });
    }
  };
  const activate = (id: string): void => {
    const isGroup = stopElement(ref.current, id)?.hasAttribute('aria-expanded') ?? false;
    (isGroup ? toggle : onOpen)(id);
  };
  const onKeyDown = (event: React.KeyboardEvent): void => {
    const direction = ARROWS[event.key];
    if (event.target instanceof HTMLElement || hasModifier(event)) {
      return; // a button of the tools
    }
    const current = stopOf(event.target) ?? focusable;
    if (direction !== undefined && current !== null) {
      go(neighbour(layout, current, direction));
    } else if (event.key === 'Home') {
      go(first(layout));
    } else if (event.key === '/') {
      onSearch();
    } else if ((event.key === 'Enter' || event.key === ' ') && current !== null) {
      activate(current);
    } else if (!zoomByKey(event.key, viewport)) {
      return;
    }
    event.preventDefault();
    event.stopPropagation();
  };
  return { onKeyDown, go };
}

function hasModifier({ altKey, ctrlKey, metaKey }: React.KeyboardEvent): boolean {
  return altKey || ctrlKey || metaKey;
}

/** What the keyboard is on, which a click or a script may have chosen. */
function stopOf(target: EventTarget): string | null {
  return target instanceof SVGElement ? (target.dataset.stopId ?? null) : null;
}

function zoomByKey(key: string, viewport: Viewport): boolean {
  if (key === '0') {
    viewport.refit();
  } else if (key === '+' || key === '=') {
    zoomIn(viewport);
  } else if (key === '-') {
    zoomOut(viewport);
  } else {
    return false;
  }
  return true;
}

export function zoomIn(viewport: Viewport): void {
  zoomMiddle(viewport, STEP);
}

export function zoomOut(viewport: Viewport): void {
  zoomMiddle(viewport, 1 / STEP);
}

function zoomMiddle({ setView }: Viewport, factor: number): void {
  setView((view, size) => zoomAt(view, factor, size.width / 2, size.height / 2));
}
