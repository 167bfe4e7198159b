import { render } from '@testing-library/react';
import * as React from 'react';
import { expect, test } from 'vitest';

import type { NotebookJson } from '../client';
import { foldCells, notebookOf, type LiveNotebook } from './fold';
import { NotebookView, type Rendering } from './NotebookView';

const SOURCE: NotebookJson = {
  nbformat: 4,
  nbformat_minor: 5,
  metadata: {},
  cells: [
    { id: 'intro', cell_type: 'markdown', source: '# Sales', metadata: {} },
    { id: 'a', cell_type: 'code', source: 'a = 1', metadata: {}, outputs: [] },
    { id: 'b', cell_type: 'code', source: 'print(a)', metadata: {}, outputs: [] }
  ]
};

/** A rendering that writes plain text and notes what it is asked for. */
function plain(): { rendering: Rendering; asked: string[] } {
  const asked: string[] = [];
  const put = (what: string, host: HTMLElement): void => {
    asked.push(what);
    host.textContent = what;
  };
  const rendering: Rendering = {
    code: (source, language, host) => put(`${language}: ${source}`, host),
    markdown: (source, host) => {
      put(`markdown: ${source}`, host);
      return { dispose: () => asked.push('markdown gone') };
    },
    outputs: (_, host) => ({
      update: outputs =>
        put(`outputs: ${outputs.map(({ output }) => String(output.text)).join()}`, host),
      dispose: () => asked.push('outputs gone')
    })
  };
  return { rendering, asked };
}

function started(...events: { event: string }[]): LiveNotebook {
  const begin = { event: 'notebook_started', cells: SOURCE.cells.map(({ id }) => ({ id })) };
  return foldCells(notebookOf(SOURCE), [begin, ...events]);
}

function printed(text: string): { event: string } & Record<string, unknown> {
  return { event: 'output', cell: 'b', output: { output_type: 'stream', name: 'stdout', text } };
}

test('cells are shown with source, state and outputs', () => {
  const { rendering } = plain();
  const running = { event: 'cell_started', cell: 'b', at: new Date().toISOString() };
  const notebook = started(running, printed('1\n'));
  const { container } = render(
    <NotebookView notebook={notebook} rendering={rendering} isFollowing={false} />
  );

  const cells = [...container.querySelectorAll<HTMLElement>('[data-cell-id]')];
  expect(cells.map(cell => [cell.dataset.cellId, cell.dataset.state])).toEqual([
    ['intro', undefined],
    ['a', 'none'],
    ['b', 'running']
  ]);
  expect(cells[2]?.textContent).toContain('python: print(a)outputs: 1\n');
});

test('new output is handed to the cell that has it, and nothing else is drawn', () => {
  const { rendering, asked } = plain();
  const before = started(printed('1'));
  const view = (notebook: LiveNotebook): React.JSX.Element => (
    <NotebookView notebook={notebook} rendering={rendering} isFollowing={false} />
  );
  const { rerender } = render(view(before));
  asked.length = 0;

  rerender(view(foldCells(before, [printed('2')])));

  expect(asked).toEqual(['outputs: 12']);
});

test('what was rendered is taken away with the notebook', () => {
  const { rendering, asked } = plain();
  const { unmount } = render(
    <NotebookView notebook={started(printed('1'))} rendering={rendering} isFollowing={false} />
  );

  unmount();

  expect(asked.slice(-2).sort()).toEqual(['markdown gone', 'outputs gone']);
});
