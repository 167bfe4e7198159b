import { afterEach, expect, test } from 'vitest';

import { showPictures, type Bundle } from './stand-in';

const VIEW: Bundle = {
  'application/vnd.jupyter.widget-view+json': { model_id: 'gone' },
  'image/svg+xml': ['<svg><title>DAG sales</title>', '</svg>'],
  'text/plain': 'DAG sales: 2 tasks'
};

let stop = (): void => undefined;
afterEach(() => {
  stop();
  document.body.replaceChildren();
});

function notebook(bundle: Bundle): { root: HTMLElement; output: HTMLElement } {
  const root = document.body.appendChild(document.createElement('div'));
  const output = document.createElement('div');
  output.className = 'jp-OutputArea-output';
  stop = showPictures(root, one => (one === output ? bundle : null));
  return { root, output };
}

/** Changes to the page are told of after what runs now. */
const told = (): Promise<void> => new Promise(resolve => setTimeout(resolve));

test('a view whose model is missing is a picture, which says the same in words', async () => {
  const { root, output } = notebook(VIEW);
  output.textContent = 'Loading widget...';
  root.append(output);
  await told();
  output.textContent = 'Error displaying widget: model not found';
  await told();

  const image = output.querySelector('img');
  expect(image?.alt).toBe('DAG sales: 2 tasks');
  expect(decodeURIComponent(image?.src ?? '')).toContain('<title>DAG sales</title></svg>');
  expect(output.textContent).toBe('');
});

test('what is there before is looked at too, within whatever is put on the page', async () => {
  const { root, output } = notebook(VIEW);
  const cell = document.createElement('div');
  output.textContent = 'Loading widget...';
  cell.append(output);
  root.append(cell);
  await told();

  expect(output.querySelector('img')).not.toBe(null);
});

test('widgets of others, and views that live, are left alone', async () => {
  const { root, output } = notebook({ ...VIEW, 'image/svg+xml': '<svg></svg>' });
  output.textContent = 'Error displaying widget: model not found';
  root.append(output);
  await told();
  expect(output.textContent).toMatch(/^Error/);
  stop();

  const live = notebook(VIEW);
  live.output.append(document.createElement('canvas'));
  live.root.append(live.output);
  await told();
  expect(live.output.querySelector('img')).toBe(null);
});
