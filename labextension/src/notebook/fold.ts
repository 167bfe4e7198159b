/**
 * A notebook as it is being executed: cells with their state and outputs, folded from the events of an attempt
 * as `runtime.live` folds them. Pure; cells and outputs that did not change keep their identity. Not here: how
 * an output looks.
 */
import type { NotebookJson } from '../client';
import type { CellEvent } from '../feed';

type Json = Readonly<Record<string, unknown>>;

/** An output as nbformat has it; its shape follows from its `output_type`. */
export type Output = Json & { readonly output_type: string };

export interface LiveOutput {
  readonly output: Output;
  /** Under this id later events may replace it; null for most. */
  readonly displayId: string | null;
}

export interface LiveCell {
  readonly id: string;
  readonly type: 'code' | 'markdown' | 'raw';
  readonly source: string;
  /** running, success, failed, timeout, died, cancelled, skipped or not-run; null for cells that do not run. */
  readonly state: string | null;
  /** Seconds, null while unknown. */
  readonly duration: number | null;
  readonly startedAt: string | null;
  readonly executionCount: number | null;
  readonly outputs: readonly LiveOutput[];
  /** Written by papermill, not by the author: the parameters of this run. */
  readonly isInjected: boolean;
}

export interface LiveNotebook {
  readonly cells: readonly LiveCell[];
  /** The kernel's language, for colouring. */
  readonly language: string;
}

/** The notebook that nbformat JSON describes, with the states that a run has left in it. */
export function notebookOf(json: NotebookJson): LiveNotebook {
  const metadata = json.metadata as {
    language_info?: { name?: string };
    kernelspec?: { language?: string };
  };
  return {
    cells: json.cells.map(cellOf),
    language: metadata.language_info?.name ?? metadata.kernelspec?.language ?? 'python'
  };
}

function cellOf(cell: Json, place: number): LiveCell {
  const metadata = objectOf(cell.metadata);
  const ours = objectOf(metadata.nbflow);
  const type = cell.cell_type === 'markdown' || cell.cell_type === 'raw' ? cell.cell_type : 'code';
  const tags = Array.isArray(metadata.tags) ? metadata.tags : [];
  return {
    id: textOf(cell.id) ?? `cell-${place}`,
    type,
    source: joined(cell.source),
    state: type === 'code' ? textOf(ours.state) : null,
    duration: numberOf(ours.duration),
    startedAt: textOf(objectOf(metadata.papermill).start_time),
    executionCount: numberOf(cell.execution_count),
    outputs: Array.isArray(cell.outputs) ? cell.outputs.map(outputOf) : [],
    isInjected: tags.includes('injected-parameters')
  };
}

function outputOf(output: Output): LiveOutput {
  const plain = output.output_type === 'stream' ? { ...output, text: joined(output.text) } : output;
  return { output: plain, displayId: null };
}

// -------------------------------------------------------------------------------------------- the fold

/** The notebook after these events. What they say about cells it does not have is passed over. */
export function foldCells(notebook: LiveNotebook, events: readonly CellEvent[]): LiveNotebook {
  return events.length ? new Fold(notebook).after(events) : notebook;
}

/** Cells are copied when they are first touched, so that a long list of events costs no more than its length. */
class Fold {
  private cells: LiveCell[];
  private places: Map<string, number>;
  private readonly touched = new Set<string>();

  constructor(private readonly notebook: LiveNotebook) {
    this.cells = [...notebook.cells];
    this.places = placesOf(this.cells);
  }

  after(events: readonly CellEvent[]): LiveNotebook {
    events.forEach(event => this.take(event));
    return { ...this.notebook, cells: this.cells };
  }

  private take(event: CellEvent): void {
    if (event.event === 'notebook_started') {
      this.begin(Array.isArray(event.cells) ? (event.cells as Json[]) : []);
      return;
    }
    if (event.event === 'update_display') {
      this.updateDisplay(event);
      return;
    }
    const cell = this.touch(textOf(event.cell));
    if (cell === null) {
      return;
    }
    if (event.event === 'output') {
      addOutput(cell, event);
    } else if (event.event === 'clear_output') {
      cell.outputs = [];
    } else if (event.event === 'cell_started') {
      Object.assign(cell, { state: 'running', startedAt: textOf(event.at), duration: null });
    } else if (event.event === 'cell_finished') {
      Object.assign(cell, { state: textOf(event.state), duration: numberOf(event.duration) });
    }
  }

  /** The cells that take part, in their order, as blank as at the start of a run. */
  private begin(outline: readonly Json[]): void {
    const cells = outline.map(part => {
      const id = textOf(part.id) ?? '';
      const place = this.places.get(id);
      const known = place === undefined ? injected(id, part) : this.cells[place];
      return known?.type === 'code' ? blank(known) : known;
    });
    this.cells = cells.filter(cell => cell !== undefined);
    this.places = placesOf(this.cells);
    this.touched.clear();
  }

  private updateDisplay(event: CellEvent): void {
    const displayId = textOf(event.display_id);
    for (const { id, outputs } of this.cells) {
      if (outputs.some(one => one.displayId === displayId)) {
        const cell = this.touch(id);
        const { data, metadata } = event;
        cell?.outputs.forEach((one, place) => {
          if (one.displayId === displayId) {
            cell.outputs[place] = { ...one, output: { ...one.output, data, metadata } };
          }
        });
      }
    }
  }

  private touch(id: string | null): Draft | null {
    const place = id === null ? undefined : this.places.get(id);
    const cell = place === undefined ? undefined : this.cells[place];
    if (id === null || place === undefined || cell === undefined) {
      return null;
    }
    if (!this.touched.has(id)) {
      this.touched.add(id);
      this.cells[place] = { ...cell, outputs: [...cell.outputs] };
    }
    return this.cells[place] as Draft;
  }
}

type Draft = { -readonly [K in keyof LiveCell]: LiveCell[K] } & { outputs: LiveOutput[] };

function addOutput(cell: Draft, event: CellEvent): void {
  const output = event.output as Output;
  if (output.output_type === 'execute_result') {
    cell.executionCount = numberOf(output.execution_count);
  }
  const last = cell.outputs.at(-1)?.output;
  if (output.output_type === 'stream') {
    const text = joined(output.text);
    if (last?.output_type === 'stream' && last.name === output.name) {
      const whole = { ...last, text: written(String(last.text), text) };
      cell.outputs[cell.outputs.length - 1] = { output: whole, displayId: null };
      return;
    }
    cell.outputs.push({ output: { ...output, text: written('', text) }, displayId: null });
    return;
  }
  cell.outputs.push({ output, displayId: textOf(event.display_id) });
}

/** `before` continued by `text`, which may go back within the last line as a progress bar does. */
function written(before: string, text: string): string {
  if (!/[\r\b]/.test(text) && !before.endsWith('\r')) {
    return before + text;
  }
  const start = before.lastIndexOf('\n') + 1;
  let tail = (before.slice(start) + text.replaceAll('\r\n', '\n')).replace(
    /[^\n]*\r(?=[^\n\r])/g,
    ''
  );
  for (let shorter = rubbedOut(tail); shorter !== tail; shorter = rubbedOut(tail)) {
    tail = shorter;
  }
  return before.slice(0, start) + tail;
}

function rubbedOut(text: string): string {
  return text.replace(/[^\n\b][\b]/g, '');
}

function injected(id: string, part: Json): LiveCell | undefined {
  const source = textOf(part.source);
  return source === null ? undefined : blank({ ...EMPTY, id, source, isInjected: true });
}

const EMPTY: LiveCell = {
  id: '',
  type: 'code',
  source: '',
  state: null,
  duration: null,
  startedAt: null,
  executionCount: null,
  outputs: [],
  isInjected: false
};

function blank(cell: LiveCell): LiveCell {
  const nothing = { state: 'not-run', duration: null, startedAt: null, executionCount: null };
  return { ...cell, ...nothing, state: cell.source.trim() === '' ? null : 'not-run', outputs: [] };
}

function placesOf(cells: readonly LiveCell[]): Map<string, number> {
  return new Map(cells.map((cell, place) => [cell.id, place]));
}

// --------------------------------------------------------------------------------- reading open JSON

function textOf(value: unknown): string | null {
  return typeof value === 'string' ? value : null;
}

function numberOf(value: unknown): number | null {
  return typeof value === 'number' ? value : null;
}

function objectOf(value: unknown): Json {
  return typeof value === 'object' && value !== null ? (value as Json) : {};
}

/** nbformat writes long text as a list of lines. */
function joined(value: unknown): string {
  return Array.isArray(value) ? value.join('') : (textOf(value) ?? '');
}
