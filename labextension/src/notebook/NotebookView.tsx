/**
 * An executed notebook to read, as it grows: source, state and outputs of each cell. What outputs and text look
 * like is JupyterLab's business, handed in as `rendering`; nothing here can be edited or run.
 */
import * as React from 'react';

import { duration, secondsBetween, words } from '../format';
import { StateIcon } from '../graph/StateIcon';
import { useNow } from '../graph/useNow';
import { useTexts } from '../text';
import type { LiveCell, LiveNotebook, LiveOutput } from './fold';

/** Something put on the page that has to be taken away again. */
export interface Rendered {
  dispose(): void;
}

export interface RenderedOutputs extends Rendered {
  update(outputs: readonly LiveOutput[]): void;
}

/** How JupyterLab shows the parts of a cell. Everything is shown as untrusted: HTML is sanitised, nothing runs. */
export interface Rendering {
  code(source: string, language: string, host: HTMLElement): void;
  markdown(source: string, host: HTMLElement): Rendered;
  outputs(outputs: readonly LiveOutput[], host: HTMLElement): RenderedOutputs;
}

export interface NotebookViewProps {
  readonly notebook: LiveNotebook;
  readonly rendering: Rendering;
  /** Keep the running cell in view. */
  readonly isFollowing: boolean;
}

export function NotebookView(props: NotebookViewProps): React.JSX.Element {
  const { notebook, rendering, isFollowing } = props;
  const ref = React.useRef<HTMLDivElement>(null);
  const running = notebook.cells.find(cell => cell.state === 'running')?.id ?? null;
  React.useEffect(() => {
    if (isFollowing && running !== null) {
      const cells = ref.current?.querySelectorAll<HTMLElement>('[data-cell-id]') ?? [];
      const cell = [...cells].find(one => one.dataset.cellId === running);
      cell?.scrollIntoView({ block: 'nearest' });
    }
  }, [isFollowing, running]);
  return (
    <div className="jp-nbflow-notebook" ref={ref} data-testid="nbflow-notebook">
      {notebook.cells.map(cell => (
        <Cell key={cell.id} cell={cell} language={notebook.language} rendering={rendering} />
      ))}
    </div>
  );
}

interface CellProps {
  readonly cell: LiveCell;
  readonly language: string;
  readonly rendering: Rendering;
}

const Cell = React.memo(function Cell({ cell, language, rendering }: CellProps): React.JSX.Element {
  if (cell.type === 'markdown') {
    return <Markdown source={cell.source} id={cell.id} rendering={rendering} />;
  }
  return (
    <section
      className="jp-nbflow-cell"
      data-cell-id={cell.id}
      data-state={cellState(cell)}
      data-type={cell.type}
    >
      <Gutter cell={cell} />
      <div className="jp-nbflow-cell-body">
        {cell.isInjected ? <InjectedNote /> : null}
        <Code
          source={cell.source}
          language={cell.type === 'code' ? language : ''}
          rendering={rendering}
        />
        {cell.outputs.length ? <Outputs outputs={cell.outputs} rendering={rendering} /> : null}
      </div>
    </section>
  );
});

/** The states of cells in the words that states of tasks have, so that they look alike. */
const LIKE_TASKS: Readonly<Record<string, string>> = {
  timeout: 'failed',
  died: 'failed',
  'not-run': 'none'
};

function cellState(cell: LiveCell): string | undefined {
  return cell.state === null ? undefined : (LIKE_TASKS[cell.state] ?? cell.state);
}

function Gutter({ cell }: { cell: LiveCell }): React.JSX.Element {
  const now = useNow(cell.state === 'running');
  const state = cellState(cell);
  const seconds =
    cell.state === 'running' ? secondsBetween(cell.startedAt, null, now) : cell.duration;
  return (
    <div className="jp-nbflow-cell-gutter">
      {state === undefined || cell.state === null ? null : (
        <StateIcon state={state} size={14} label={words(cell.state.replace('-', ' '))} />
      )}
      {seconds === null ? null : <span>{duration(seconds)}</span>}
    </div>
  );
}

function InjectedNote(): React.JSX.Element {
  const trans = useTexts();
  return <div className="jp-nbflow-cell-note">{trans.__('Parameters of this run')}</div>;
}

function Code({
  source,
  language,
  rendering
}: {
  source: string;
  language: string;
  rendering: Rendering;
}): React.JSX.Element {
  const ref = React.useRef<HTMLPreElement>(null);
  React.useEffect(() => {
    if (ref.current !== null) {
      rendering.code(source, language, ref.current);
    }
  }, [source, language, rendering]);
  return <pre className="jp-nbflow-code" ref={ref} />;
}

function Markdown({
  source,
  id,
  rendering
}: {
  source: string;
  id: string;
  rendering: Rendering;
}): React.JSX.Element {
  const ref = React.useRef<HTMLDivElement>(null);
  // Lumino takes its widgets away only while they are on the page: the cleanup of a layout effect comes in time.
  React.useLayoutEffect(() => {
    const rendered = ref.current === null ? null : rendering.markdown(source, ref.current);
    return () => rendered?.dispose();
  }, [source, rendering]);
  return (
    <section className="jp-nbflow-markdown" data-cell-id={id} data-type="markdown" ref={ref} />
  );
}

function Outputs({
  outputs,
  rendering
}: {
  outputs: readonly LiveOutput[];
  rendering: Rendering;
}): React.JSX.Element {
  const ref = React.useRef<HTMLDivElement>(null);
  const rendered = React.useRef<RenderedOutputs | null>(null);
  React.useLayoutEffect(() => {
    // The outputs come by the effect below, also the first ones.
    const mine = ref.current === null ? null : rendering.outputs([], ref.current);
    rendered.current = mine;
    return () => {
      rendered.current = null;
      mine?.dispose();
    };
  }, [rendering]);
  React.useLayoutEffect(() => {
    rendered.current?.update(outputs);
  }, [outputs, rendering]);
  return <div className="jp-nbflow-outputs" ref={ref} />;
}
