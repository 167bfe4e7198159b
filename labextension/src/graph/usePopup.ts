/** A small menu that hangs from a button: the keyboard goes into it, and comes back. */
import * as React from 'react';

export interface Popup {
  /** Of the element that holds the button and, while it is open, the menu. */
  readonly ref: React.RefObject<HTMLDivElement>;
  readonly isOpen: boolean;
  readonly setOpen: (isOpen: boolean) => void;
  readonly keys: {
    readonly onKeyDown: (event: React.KeyboardEvent) => void;
    readonly onBlur: (event: React.FocusEvent<HTMLElement>) => void;
  };
}

/** Arrows go round among its items, Escape closes it, and so does what takes the focus elsewhere. */
export function usePopup(): Popup {
  const ref = React.useRef<HTMLDivElement>(null);
  const [isOpen, setOpen] = React.useState(false);
  const items = (): HTMLElement[] => [
    ...(ref.current?.querySelectorAll<HTMLElement>('[role^=menuitem]') ?? [])
  ];
  React.useEffect(() => {
    if (isOpen) {
      (items().find(item => item.getAttribute('aria-checked') === 'true') ?? items()[0])?.focus();
    }
  }, [isOpen]);
  const onKeyDown = (event: React.KeyboardEvent): void => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (event.key === 'Escape' && isOpen) {
      event.stopPropagation();
      setOpen(false);
      ref.current?.querySelector('button')?.focus();
    } else if (step !== undefined && isOpen) {
      event.preventDefault();
      const all = items();
      const at = all.indexOf(document.activeElement as HTMLElement);
      all[(at + step + all.length) % all.length]?.focus();
    }
  };
  const onBlur = (event: React.FocusEvent<HTMLElement>): void => {
    if (!event.currentTarget.contains(event.relatedTarget)) {
      setOpen(false);
    }
  };
  return { ref, isOpen, setOpen, keys: { onKeyDown, onBlur } };
}
