/**
 * What a page shows of very long output: its beginning, its end, and how much lies between. A browser stalls over
 * hundreds of thousands of lines; the notebook, which has them all, is one click away. Pure.
 */
import type { Output } from './fold';

/** So many characters of a text are shown whole. */
export const MOST = 200_000;
const HEAD = 20_000;
const TAIL = 60_000;
/** Markup cannot be cut: beyond this much it is left out. */
const MOST_MARKUP = 2_000_000;

export interface Abridged {
  readonly output: Output;
  readonly isCut: boolean;
}

/** `note` is given the size of what is left out, in megabytes. */
export function abridged(output: Output, note: (megabytes: string) => string): Abridged {
  if (output.output_type === 'stream') {
    const text = String(output.text);
    return text.length > MOST
      ? { output: { ...output, text: cut(text, note) }, isCut: true }
      : { output, isCut: false };
  }
  const data = (output.data ?? {}) as Readonly<Record<string, unknown>>;
  const parts = Object.entries(data);
  if (!parts.some(([type, value]) => isTooLong(type, value))) {
    return { output, isCut: false };
  }
  const plain = data['text/plain'];
  const kept = Object.fromEntries(parts.filter(([type, value]) => !isTooLong(type, value)));
  const text = typeof plain === 'string' ? (plain.length > MOST ? cut(plain, note) : plain) : '';
  return { output: { ...output, data: { ...kept, 'text/plain': text } }, isCut: true };
}

function isTooLong(type: string, value: unknown): boolean {
  const most = type === 'text/plain' ? MOST : MOST_MARKUP;
  return type.startsWith('text/') && typeof value === 'string' && value.length > most;
}

/** Whole lines from the beginning and from the end, or parts of lines that have no end. */
function cut(text: string, note: (megabytes: string) => string): string {
  const headEnd = text.lastIndexOf('\n', HEAD) + 1 || HEAD;
  const newline = text.indexOf('\n', text.length - TAIL);
  const tailStart = newline < 0 ? text.length - TAIL : newline + 1;
  const left = ((tailStart - headEnd) / 1e6).toFixed(1);
  return `${text.slice(0, headEnd)}\n${note(left)}\n\n${text.slice(tailStart)}`;
}
