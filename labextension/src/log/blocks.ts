/**
 * A log that grows, as blocks of whole lines. What came before stays as it is, so that a page draws only
 * what is new; the oldest blocks are let go when it gets too long. Pure.
 */
import { linesOf, type Lines, type LogLine } from './lines';

export interface LogBlock extends Lines {
  /** From 0, also when older ones are gone: its name on the page. */
  readonly number: number;
  readonly text: string;
  /** Whether a traceback went on into it. */
  readonly beganInTraceback: boolean;
}

export interface GrowingLog {
  readonly blocks: readonly LogBlock[];
  /** Whether the oldest blocks were let go. */
  readonly isCut: boolean;
  readonly isComplete: boolean;
}

export const NO_LOG: GrowingLog = { blocks: [], isCut: false, isComplete: false };

/** Characters; a block that is full gets no more lines. A line that is longer is broken there. */
const FULL = 32_000;
/** Characters of a log that are kept on the page. */
const LONGEST = 2_000_000;

/** The log once `text` came, which may begin and end inside a line. */
export function grown(log: GrowingLog, text: string, isComplete: boolean): GrowingLog {
  if (text === '') {
    return { ...log, isComplete };
  }
  const last = log.blocks.at(-1);
  const isOpen = last !== undefined && (last.text.length < FULL || !last.text.endsWith('\n'));
  const blocks = isOpen ? log.blocks.slice(0, -1) : [...log.blocks];
  for (const part of partsOf(isOpen ? last.text + text : text)) {
    blocks.push(blockAfter(blocks.at(-1) ?? null, isOpen ? last : null, part));
  }
  return { ...withinLimit(blocks, log.isCut), isComplete };
}

/** A log's lines, with the numbers that they have in the whole of it. */
export function linesIn(log: GrowingLog): readonly LogLine[] {
  return log.blocks.flatMap(block => block.lines);
}

/** What is there of it as one text. */
export function textOf(log: GrowingLog): string {
  return log.blocks.map(block => block.text).join('');
}

/** The block that follows one; where that is gone, it takes the place of `instead`. */
function blockAfter(before: LogBlock | null, instead: LogBlock | null, text: string): LogBlock {
  const beganInTraceback = before?.isTraceback ?? instead?.beganInTraceback ?? false;
  const first = before === null ? (instead?.lines[0]?.number ?? 1) : nextLine(before);
  const number = before === null ? (instead?.number ?? 0) : before.number + 1;
  return { number, text, beganInTraceback, ...linesOf(text, first, beganInTraceback) };
}

function nextLine(block: LogBlock): number {
  return (block.lines.at(-1)?.number ?? 0) + 1;
}

/** A text in parts that are full; each but the last ends with its line, unless that line is too long. */
function partsOf(text: string): string[] {
  const parts: string[] = [];
  let from = 0;
  while (text.length - from > FULL) {
    const end = text.indexOf('\n', from + FULL - 1) + 1;
    const to = end === 0 || end - from > 2 * FULL ? from + FULL : end;
    parts.push(text.slice(from, to));
    from = to;
  }
  if (from < text.length) {
    parts.push(text.slice(from));
  }
  return parts;
}

function withinLimit(
  blocks: readonly LogBlock[],
  isCut: boolean
): Pick<GrowingLog, 'blocks' | 'isCut'> {
  let length = blocks.reduce((sum, block) => sum + block.text.length, 0);
  let gone = 0;
  while (length > LONGEST && gone < blocks.length - 1) {
    length -= blocks[gone]?.text.length ?? 0;
    gone += 1;
  }
  return { blocks: blocks.slice(gone), isCut: isCut || gone > 0 };
}
