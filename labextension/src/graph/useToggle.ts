/** Opening and closing a group on the graph, so that one does not lose sight of it. */
import * as React from 'react';

import type { Layout } from './layout';
import { stopRect } from './navigation';
import type { ClosedGroups } from './useClosedGroups';
import type { Viewport } from './useViewport';
import type { View } from './viewport';

interface Toggling {
  readonly layout: Layout;
  readonly viewport: Viewport;
  readonly closing: ClosedGroups;
  readonly setFocused: (id: string) => void;
  readonly onToggle: () => void;
  readonly ref: React.RefObject<HTMLElement>;
}

/** Open or close a group. In a view that somebody chose, its corner stays where it is. */
export function useToggle(toggling: Toggling): (groupId: string) => void {
  const { layout, viewport, closing, setFocused, onToggle, ref } = toggling;
  const [held, setHeld] = React.useState<{ id: string; x: number; y: number; view: View } | null>(
    null
  );
  const { carry } = viewport;
  React.useLayoutEffect(() => {
    if (held === null) {
      return;
    }
    const rect = stopRect(layout, held.id);
    if (rect !== null) {
      const { view } = held;
      carry({ ...view, x: held.x - rect.x * view.zoom, y: held.y - rect.y * view.zoom });
    }
    stopElement(ref.current, held.id)?.focus({ preventScroll: true });
  }, [layout, held, carry, ref]);
  return React.useCallback(
    (id: string) => {
      const rect = stopRect(layout, id);
      const { view } = viewport;
      if (rect !== null) {
        setHeld({ id, x: view.x + rect.x * view.zoom, y: view.y + rect.y * view.zoom, view });
      }
      onToggle();
      setFocused(id);
      closing.toggle(id);
    },
    [layout, viewport, closing, setFocused, onToggle]
  );
}

/** The element on the page of a task or a group; there is none while it is out of view. */
export function stopElement(graph: HTMLElement | null, id: string): SVGElement | undefined {
  const stops = graph?.querySelectorAll<SVGElement>('[data-stop-id]') ?? [];
  return [...stops].find(stop => stop.dataset.stopId === id);
}
