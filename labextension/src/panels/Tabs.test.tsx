import { render, screen, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import * as React from 'react';
import { afterEach, expect, test, vi } from 'vitest';

import { Tabs, scrolledTo } from './Tabs';

const TABS = ['Graph', 'Grid', 'Runs'].map(label => ({ id: label.toLowerCase(), label }));

function Page(): React.JSX.Element {
  const [current, choose] = React.useState('graph');
  return <Tabs tabs={TABS} current={current} label="Views" panelId="p" onChoose={choose} />;
}

/** A browser in which the line of tabs is as wide as this, in a place of 200 pixels. */
function beWide(width: number): void {
  vi.stubGlobal(
    'ResizeObserver',
    class {
      constructor(private readonly tell: () => void) {}
      observe(): void {
        this.tell();
      }
      disconnect(): void {
        // Nothing is kept.
      }
    }
  );
  vi.spyOn(Element.prototype, 'scrollWidth', 'get').mockReturnValue(width);
  vi.spyOn(Element.prototype, 'clientWidth', 'get').mockReturnValue(200);
}

afterEach(() => {
  vi.unstubAllGlobals();
  vi.restoreAllMocks();
});

test('tabs that do not fit are all in a menu, which leads to the one that is chosen', async () => {
  beWide(260);
  render(<Page />);
  const user = userEvent.setup();

  await user.click(screen.getByRole('button', { name: 'All tabs' }));
  const items = within(screen.getByRole('menu')).getAllByRole('menuitemradio');
  expect(items.map(item => item.textContent)).toEqual(['Graph', 'Grid', 'Runs']);
  expect(document.activeElement).toBe(items[0]);
  await user.keyboard('{ArrowUp}{Enter}');

  expect(screen.queryByRole('menu')).toBeNull();
  const runs = screen.getByRole('tab', { name: 'Runs', selected: true });
  expect(document.activeElement).toBe(runs);
});

test('tabs that fit need no menu', () => {
  beWide(200);
  render(<Page />);

  expect(screen.queryByRole('button', { name: 'All tabs' })).toBeNull();
});

test('the line of tabs moves as little as shows the chosen one and a bit of its neighbour', () => {
  expect(scrolledTo(0, 60, 120, 200)).toBe(0);
  expect(scrolledTo(90, 60, 0, 200)).toBe(0);
  expect(scrolledTo(200, 60, 0, 200)).toBe(96);
  expect(scrolledTo(100, 60, 96, 200)).toBe(64);
});
