/** The menu of what else can be done about something, as JupyterLab's own menus look and are worked by keys. */
import { Menu } from '@lumino/widgets';
import type { CommandRegistry } from '@lumino/commands';
import type { ReadonlyJSONObject } from '@lumino/coreutils';

export interface MenuEntry {
  readonly command: string;
  readonly args: ReadonlyJSONObject;
}

/** Opens it below the button it belongs to; null draws a line. */
export function openMenu(
  commands: CommandRegistry,
  entries: readonly (MenuEntry | null)[],
  button: HTMLElement
): void {
  const menu = new Menu({ commands });
  menu.addClass('jp-nbflow-menu');
  for (const entry of entries) {
    menu.addItem(entry ?? { type: 'separator' });
  }
  const { left, right, bottom } = button.getBoundingClientRect();
  menu.aboutToClose.connect(() => button.focus());
  menu.open(left, bottom + 2, { horizontalAlignment: 'left' });
  // Lumino moves it by a transform. At the edge of the window it hangs from the right end of the button.
  if (left + menu.node.offsetWidth > window.innerWidth) {
    const x = Math.max(0, right - menu.node.offsetWidth);
    const { top } = menu.node.getBoundingClientRect();
    menu.node.style.transform = `translate(${x}px, ${top}px)`;
  }
}
