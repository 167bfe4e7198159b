import { act, screen } from '@testing-library/react';
import { expect, test } from 'vitest';

import { render, type WidgetModel } from './widget';

/** A model as anywidget gives it: traits, and one listener per event. */
function modelOf(traits: Record<string, unknown>) {
  const listeners = new Map<string, () => void>();
  const model: WidgetModel = {
    get: name => traits[name],
    on: (event, callback) => void listeners.set(event, callback),
    off: event => void listeners.delete(event)
  };
  const change = (name: string, value: unknown): void => {
    traits[name] = value;
    listeners.get(`change:${name}`)?.();
  };
  return { model, change };
}

function page(): HTMLElement {
  return document.body.appendChild(document.createElement('div'));
}

test('the widget shows its title and follows it', () => {
  const { model, change } = modelOf({ title: 'daily_sales' });

  act(() => void render({ model, el: page() }));
  expect(screen.getByText('daily_sales')).toBeDefined();

  act(() => change('title', 'weekly_sales'));
  expect(screen.getByText('weekly_sales')).toBeDefined();
});

test('closing the widget leaves nothing on the page', () => {
  const { model } = modelOf({ title: 'daily_sales' });
  const el = page();
  let close = (): void => undefined;
  act(() => {
    close = render({ model, el });
  });

  act(close);

  expect(el.childElementCount).toBe(0);
});
