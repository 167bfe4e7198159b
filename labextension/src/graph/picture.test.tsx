import { render } from '@testing-library/react';
import * as React from 'react';
import { expect, test } from 'vitest';

import { anInstance, aTask } from '../testing/builders';
import { PLAIN } from '../text';
import { NO_MARKS, type DrawingProps } from './Drawing';
import { svgText } from './exportGraph';
import { layOut } from './layout';
import { nodeStates } from './node-states';
import { pictureName, pixelsPer, plainColour } from './picture';

const nothing = (): void => undefined;

function drawing(count: number): DrawingProps {
  const tasks = Array.from({ length: count }, (_, i) =>
    aTask(`task ${i} <&>`, i ? [`task ${i - 1} <&>`] : [], { layer: i })
  );
  return {
    tasks,
    groups: [],
    layout: layOut(tasks),
    states: nodeStates([anInstance('task 0 <&>', 'failed')]),
    groupStates: null,
    now: 0,
    marks: NO_MARKS,
    seen: new Set(),
    isFar: true,
    zoom: 0.1,
    selected: null,
    focusable: null,
    active: [],
    onOpen: nothing,
    onToggle: nothing,
    onOpenFar: nothing,
    onEnter: nothing,
    onEnterEdge: nothing
  };
}

test('a saved graph has every task and edge, also those out of view, and needs no page', () => {
  const { container } = render(<div />);
  const text = svgText('sales', drawing(30), container, PLAIN);
  const svg = new DOMParser().parseFromString(text, 'image/svg+xml').documentElement;

  expect(svg.querySelector('parsererror')).toBeNull();
  expect(svg.querySelector('title')?.textContent).toBe('sales');
  const titles = [...svg.querySelectorAll('text')].map(one => one.textContent);
  expect(titles.filter(one => one.startsWith('task '))).toHaveLength(30);
  const edges = [...svg.querySelectorAll('path')].map(one => one.getAttribute('d') ?? '');
  expect(Math.max(...edges.map(d => d.match(/M/g)?.length ?? 0))).toBe(29);
  expect(text).not.toMatch(/class=|data-|tabindex|aria-|var\(/);
  expect(container.innerHTML).toBe('<div></div>');
});

test('colours are such as every viewer knows', () => {
  expect(plainColour('color(srgb 0.5 0 1)')).toBe('rgb(128, 0, 255)');
  expect(plainColour('color(srgb 1 1 1 / 0.25)')).toBe('rgba(255, 255, 255, 0.25)');
  expect(plainColour('rgb(1, 2, 3)')).toBe('rgb(1, 2, 3)');
});

test('a picture is sharp, but never larger than a browser can bear', () => {
  expect(pixelsPer(800, 400)).toBe(2);
  expect(pixelsPer(40_000, 100)).toBe(0.4);
  expect(pixelsPer(15_000, 15_000) ** 2 * 15_000 ** 2).toBeLessThan(61_000_000);
});

test('file names hold nothing that a system minds', () => {
  expect(pictureName('daily_sales.v2', 'svg')).toBe('daily_sales.v2.svg');
  expect(pictureName('../a b:c', 'png')).toBe('a_b_c.png');
  expect(pictureName('…', 'png')).toBe('graph.png');
});
