/** What the pointer, the wheel and the window's size do to the view of the graph. The arithmetic is in viewport.ts. */
import * as React from 'react';

import {
  inView,
  moved,
  opening,
  revealing,
  viewFromText,
  viewToText,
  zoomAt,
  type Rect,
  type Size,
  type View
} from './viewport';

const WHEEL_SPEED = 0.0016;
/** A pinch on a trackpad arrives as a wheel with the control key, in much smaller steps. */
const PINCH_SPEED = 0.011;
/** A pointer that moved less than this many pixels has clicked. */
const CLICK_SLACK = 4;
/** Before the browser has told: a graph is drawn at once, then made to fit. */
const UNKNOWN_SIZE: Size = { width: 800, height: 420 };

/** Milliseconds after which a view that somebody chose is kept. */
const KEEP_AFTER = 400;

/** Where a view is kept that somebody chose, so that it is found again. */
export interface KeptView {
  /** What was kept last; empty for nothing. */
  readonly text: string;
  readonly onKeep: (text: string) => void;
}

interface Chosen {
  readonly graph: Size;
  readonly view: View;
  /** Nobody asked for it: it only has to outlast a change of size. */
  readonly isHeld: boolean;
}

export interface Viewport {
  readonly view: View;
  readonly size: Size;
  readonly setView: (change: (view: View, size: Size) => View) => void;
  readonly refit: () => void;
  /**
   * Keep the zoom, whatever the window's size becomes, with `rect` in view; null lets go of it. A view that
   * somebody chose stays anyway.
   */
  readonly keep: (rect: Rect | null) => void;
  /** For a graph that has just taken the place of another: stay at this view, if the one before was chosen. */
  readonly carry: (view: View) => void;
  readonly pointer: {
    readonly onPointerDown: (event: React.PointerEvent) => void;
    readonly onPointerMove: (event: React.PointerEvent) => void;
    readonly onPointerUp: (event: React.PointerEvent) => void;
    readonly onClickCapture: (event: React.MouseEvent) => void;
  };
}

/**
 * The view of `graph` in the element `ref`: as it was kept, or whole, until somebody moves it; anew for a new graph.
 * One that is too large to be read whole opens at `start`.
 */
export function useViewport(
  ref: React.RefObject<HTMLElement>,
  graph: Size,
  start: Rect | null,
  isInPage: boolean,
  kept: KeptView | null
): Viewport {
  const [size, setSize] = React.useState(UNKNOWN_SIZE);
  const [chosen, setChosen] = React.useState<Chosen | null>(null);
  const [isWhole, setWhole] = React.useState(false);
  const mine = chosen?.graph === graph ? chosen.view : null;
  const found = mine === null ? viewFromText(kept?.text ?? '', graph) : null;
  const isFound = found !== null;
  const view = mine ?? found ?? opening(graph, isWhole ? null : start, size);
  const keepView = useKeeping(kept);
  const latest = React.useRef({ view, size, isFound });
  React.useLayoutEffect(() => {
    latest.current = { view, size, isFound };
  });
  const setView = React.useCallback(
    (change: (view: View, size: Size) => View) => {
      const next = change(latest.current.view, latest.current.size);
      if (next !== latest.current.view) {
        latest.current = { ...latest.current, view: next };
        setChosen({ graph, view: next, isHeld: false });
        keepView(viewToText(next, graph));
      }
    },
    [graph, keepView]
  );
  const keep = React.useCallback(
    (rect: Rect | null) => {
      if (rect === null) {
        setChosen(before => (before?.isHeld ? null : before));
        return;
      }
      const { view, size, isFound } = latest.current;
      // What was left like this is found like this, but for a task that it does not show.
      const next = !isFound
        ? inView(view, graph, rect, size)
        : size === UNKNOWN_SIZE
          ? view
          : revealing(view, rect, size);
      if (isFound && next === view) {
        return;
      }
      latest.current = { ...latest.current, view: next };
      setChosen(before => {
        const isHeld = before?.graph !== graph || before.isHeld;
        return { graph, view: next, isHeld };
      });
    },
    [graph]
  );
  const carry = React.useCallback(
    (next: View) => {
      setChosen(before =>
        before === null || before.isHeld || before.graph === graph
          ? before
          : { graph, view: next, isHeld: false }
      );
    },
    [graph]
  );
  useSize(ref, setSize);
  useWheel(ref, setView, isInPage);
  const pointer = usePan(setView);
  const refit = React.useCallback(() => {
    setChosen(null);
    setWhole(true);
    keepView('');
  }, [keepView]);
  return { view, size, setView, keep, refit, carry, pointer };
}

/** Keeps the last of many views in a short time, at the latest when the graph goes. */
function useKeeping(kept: KeptView | null): (text: string) => void {
  const latest = React.useRef(kept);
  React.useLayoutEffect(() => {
    latest.current = kept;
  });
  const waiting = React.useRef<{ text: string; timer: ReturnType<typeof setTimeout> } | null>(null);
  const flush = React.useCallback(() => {
    const { current } = waiting;
    if (current !== null) {
      clearTimeout(current.timer);
      waiting.current = null;
      latest.current?.onKeep(current.text);
    }
  }, []);
  React.useEffect(() => flush, [flush]);
  return React.useCallback(
    text => {
      clearTimeout(waiting.current?.timer);
      waiting.current = { text, timer: setTimeout(flush, text === '' ? 0 : KEEP_AFTER) };
    },
    [flush]
  );
}

function useSize(ref: React.RefObject<HTMLElement>, setSize: (size: Size) => void): void {
  React.useLayoutEffect(() => {
    const element = ref.current;
    if (element === null || typeof ResizeObserver === 'undefined') {
      return;
    }
    const observer = new ResizeObserver(() => {
      if (element.clientWidth && element.clientHeight) {
        setSize({ width: element.clientWidth, height: element.clientHeight });
      }
    });
    observer.observe(element);
    return () => observer.disconnect();
  }, [ref, setSize]);
}

type SetView = Viewport['setView'];

function useWheel(ref: React.RefObject<HTMLElement>, setView: SetView, isInPage: boolean): void {
  React.useEffect(() => {
    const element = ref.current;
    const onWheel = (event: WheelEvent): void => {
      if (isInPage && !event.ctrlKey && !event.metaKey) {
        return;
      }
      event.preventDefault();
      const lines = event.deltaMode === WheelEvent.DOM_DELTA_LINE ? 16 : 1;
      if (event.shiftKey) {
        setView(view => moved(view, -(event.deltaX || event.deltaY) * lines, 0));
        return;
      }
      const factor = Math.exp(-event.deltaY * lines * (event.ctrlKey ? PINCH_SPEED : WHEEL_SPEED));
      const place = (event.currentTarget as HTMLElement).getBoundingClientRect();
      setView(view => zoomAt(view, factor, event.clientX - place.left, event.clientY - place.top));
    };
    // React listens passively, which could not keep the page from scrolling.
    element?.addEventListener('wheel', onWheel, { passive: false });
    return () => element?.removeEventListener('wheel', onWheel);
  }, [ref, setView, isInPage]);
}

function usePan(setView: SetView): Viewport['pointer'] {
  const drag = React.useRef({ x: 0, y: 0, isDown: false, isDragging: false });
  return React.useMemo(
    () => ({
      onPointerDown: event => {
        if (event.button === 0 || event.button === 1) {
          drag.current = { x: event.clientX, y: event.clientY, isDown: true, isDragging: false };
        }
      },
      onPointerMove: event => {
        const { x, y, isDown, isDragging } = drag.current;
        const [dx, dy] = [event.clientX - x, event.clientY - y];
        if (!isDown || (!isDragging && Math.hypot(dx, dy) < CLICK_SLACK)) {
          return;
        }
        if (!isDragging) {
          event.currentTarget.setPointerCapture(event.pointerId);
        }
        drag.current = { x: event.clientX, y: event.clientY, isDown: true, isDragging: true };
        setView(view => moved(view, dx, dy));
      },
      onPointerUp: () => {
        drag.current.isDown = false;
      },
      onClickCapture: event => {
        if (drag.current.isDragging) {
          drag.current.isDragging = false;
          event.stopPropagation();
        }
      }
    }),
    [setView]
  );
}
