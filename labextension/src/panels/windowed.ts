/** Long lists draw the rows that are in sight and some around them, whatever their number. */
import * as React from 'react';

export interface Windowed {
  /** The first row that is drawn, and the one after the last. */
  readonly first: number;
  readonly end: number;
  /** The room that the rows before and after take, in pixels. */
  readonly before: number;
  readonly after: number;
}

/** Rows drawn beyond either end of what is in sight: enough to walk on by keyboard. */
const MORE = 8;
/** What is in sight where it cannot be measured. */
const UNKNOWN_HEIGHT = 900;
const COARSE = 40;

/** Where each row begins, and where the last one ends. */
export function offsetsOf(heights: Iterable<number>): readonly number[] {
  const offsets = [0];
  for (const height of heights) {
    offsets.push((offsets.at(-1) ?? 0) + height);
  }
  return offsets;
}

/** The rows to draw of those that begin at `offsets` when `height` pixels from `top` on are in sight. */
export function windowOf(offsets: readonly number[], top: number, height: number): Windowed {
  const count = offsets.length - 1;
  const first = Math.max(0, lastAtOrBefore(offsets, top) - MORE);
  const end = Math.min(count, lastAtOrBefore(offsets, top + height) + 1 + MORE);
  const total = offsets[count] ?? 0;
  return {
    first: Math.min(first, end),
    end,
    before: offsets[Math.min(first, end)] ?? 0,
    after: total - (offsets[end] ?? total)
  };
}

function lastAtOrBefore(offsets: readonly number[], at: number): number {
  let low = 0;
  let high = offsets.length - 1;
  while (low < high) {
    const middle = Math.ceil((low + high) / 2);
    if ((offsets[middle] ?? 0) <= at) {
      low = middle;
    } else {
      high = middle - 1;
    }
  }
  return low;
}

/** The rows of `list` that are in sight inside `scroller`, which may be the list itself. */
export function useWindowed(
  scroller: React.RefObject<HTMLElement>,
  list: React.RefObject<HTMLElement>,
  offsets: readonly number[]
): Windowed {
  const [view, setView] = React.useState({ top: 0, height: UNKNOWN_HEIGHT });
  const isEmpty = offsets.length < 2;
  React.useLayoutEffect(() => {
    const outer = scroller.current;
    if (outer === null) {
      return;
    }
    const look = (): void => {
      const top = coarsely(topOf(outer, list.current ?? outer));
      const height = outer.clientHeight || UNKNOWN_HEIGHT;
      setView(old => (old.top === top && old.height === height ? old : { top, height }));
    };
    look();
    outer.addEventListener('scroll', look, { passive: true });
    const sizes = typeof ResizeObserver === 'undefined' ? null : new ResizeObserver(look);
    sizes?.observe(outer);
    for (const child of outer === list.current ? [] : outer.children) {
      sizes?.observe(child);
    }
    return () => {
      outer.removeEventListener('scroll', look);
      sizes?.disconnect();
    };
  }, [scroller, list, isEmpty]);
  return windowOf(offsets, view.top, view.height + COARSE);
}

/** How far the beginning of the list is above what is in sight. */
function topOf(outer: HTMLElement, list: HTMLElement): number {
  return outer === list
    ? outer.scrollTop
    : outer.getBoundingClientRect().top - list.getBoundingClientRect().top;
}

/** A little scrolling draws nothing anew. */
function coarsely(top: number): number {
  return Math.max(0, Math.floor(top / COARSE) * COARSE);
}
