/**
 * What of very many rows and columns of one size is near enough to be seen: only that is drawn. The sums are pure;
 * the hook watches an element that scrolls.
 */
import * as React from 'react';

export interface Span {
  readonly from: number;
  /** Not in it any more. */
  readonly to: number;
}

/** In steps, so that not every pixel of scrolling draws anew. */
const STEP = 8;

/** Which of `count` things of `size` pixels are between `offset` and `offset + room`, and some around them. */
export function spanOf(offset: number, room: number, size: number, count: number): Span {
  const first = Math.floor(Math.max(0, offset) / size);
  const last = Math.ceil((Math.max(0, offset) + Math.max(0, room)) / size);
  const from = Math.max(0, Math.floor(first / STEP) * STEP - STEP);
  const to = Math.min(count, Math.ceil(last / STEP) * STEP + STEP);
  return { from: Math.min(from, to), to };
}

/** Where to scroll so that a thing is seen whole; `offset` itself when it is. */
export function revealing(offset: number, room: number, size: number, place: number): number {
  const start = place * size;
  if (start < offset) {
    return start;
  }
  return start + size > offset + room ? start + size - room : offset;
}

export interface Sight {
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
}

/** Without a browser's layout, as in tests, about a page is seen. */
const UNKNOWN: Sight = { left: 0, top: 0, width: 1000, height: 700 };

/** What is seen of an element that scrolls. */
export function useSight(ref: React.RefObject<HTMLElement>): Sight & { readonly look: () => void } {
  const [sight, setSight] = React.useState<Sight>(UNKNOWN);
  const look = React.useCallback(() => {
    const element = ref.current;
    if (element === null || element.clientWidth === 0) {
      return;
    }
    const { scrollLeft: left, scrollTop: top, clientWidth: width, clientHeight: height } = element;
    setSight(before =>
      before.left === left &&
      before.top === top &&
      before.width === width &&
      before.height === height
        ? before
        : { left, top, width, height }
    );
  }, [ref]);
  React.useLayoutEffect(() => {
    const element = ref.current;
    if (element === null) {
      return;
    }
    look();
    let frame = 0;
    const soon = (): void => {
      cancelAnimationFrame(frame);
      frame = requestAnimationFrame(look);
    };
    element.addEventListener('scroll', soon, { passive: true });
    const sizes = typeof ResizeObserver === 'undefined' ? null : new ResizeObserver(soon);
    sizes?.observe(element);
    return () => {
      cancelAnimationFrame(frame);
      element.removeEventListener('scroll', soon);
      sizes?.disconnect();
    };
  }, [ref, look]);
  return React.useMemo(() => ({ ...sight, look }), [sight, look]);
}
