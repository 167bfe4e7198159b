/** What the pointer, the wheel and the window's size do to the view of the graph. The arithmetic is in viewport.ts. */
import * as React from 'react';

import { fit, moved, zoomAt, type Size, type View } from './viewport';

const WHEEL_SPEED = 0.0016;
/** A pinch on a trackpad arrives as a wheel with the control key, in much smaller steps. */
const PINCH_SPEED = 0.011;
/** A pointer that moved less than this many pixels has clicked. */
const CLICK_SLACK = 4;
/** Before the browser has told: a graph is drawn at once, then made to fit. */
const UNKNOWN_SIZE: Size = { width: 800, height: 420 };

export interface Viewport {
  readonly view: View;
  readonly size: Size;
  readonly setView: (change: (view: View, size: Size) => View) => void;
  readonly refit: () => void;
  readonly pointer: {
    readonly onPointerDown: (event: React.PointerEvent) => void;
    readonly onPointerMove: (event: React.PointerEvent) => void;
    readonly onPointerUp: (event: React.PointerEvent) => void;
    readonly onClickCapture: (event: React.MouseEvent) => void;
  };
}

/** The view of `graph` in the element `ref`: fitted until somebody moves it, fitted anew for a new graph. */
export function useViewport(ref: React.RefObject<HTMLElement>, graph: Size): Viewport {
  const [size, setSize] = React.useState(UNKNOWN_SIZE);
  const [chosen, setChosen] = React.useState<{ graph: Size; view: View } | null>(null);
  const view = chosen?.graph === graph ? chosen.view : fit(graph, size);
  const latest = React.useRef({ view, size });
  React.useLayoutEffect(() => {
    latest.current = { view, size };
  });
  const setView = React.useCallback(
    (change: (view: View, size: Size) => View) => {
      const next = change(latest.current.view, latest.current.size);
      latest.current = { ...latest.current, view: next };
      setChosen({ graph, view: next });
    },
    [graph]
  );
  useSize(ref, setSize);
  useWheel(ref, setView);
  return { view, size, setView, refit: () => setChosen(null), pointer: usePan(setView) };
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

function useWheel(ref: React.RefObject<HTMLElement>, setView: SetView): void {
  React.useEffect(() => {
    const element = ref.current;
    const onWheel = (event: WheelEvent): void => {
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
  }, [ref, setView]);
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
