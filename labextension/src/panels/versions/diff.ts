/** A unified diff as lines that can be drawn. Pure. */

export interface DiffLine {
  readonly kind: 'added' | 'removed' | 'same' | 'gap';
  /** Without the sign in front; of a gap, where it leads. */
  readonly text: string;
  /** Numbers from 1 in the file before and after; null where the line is not in it. */
  readonly before: number | null;
  readonly after: number | null;
}

export interface DiffText {
  readonly lines: readonly DiffLine[];
  readonly added: number;
  readonly removed: number;
}

/** The lines of a diff of one file, as `diff -u` writes it; its two lines of names are left out. */
export function readDiff(diff: string): DiffText {
  const lines: DiffLine[] = [];
  let before = 0;
  let after = 0;
  for (const line of diff.split('\n').slice(2)) {
    const hunk = /^@@ -(\d+)(?:,\d+)? \+(\d+)(?:,\d+)? @@/.exec(line);
    const text = line.slice(1);
    if (hunk !== null) {
      [before, after] = [Number(hunk[1]), Number(hunk[2])];
      lines.push({ kind: 'gap', text: line, before: null, after: null });
    } else if (line.startsWith('+')) {
      lines.push({ kind: 'added', text, before: null, after: after++ });
    } else if (line.startsWith('-')) {
      lines.push({ kind: 'removed', text, before: before++, after: null });
    } else if (line.startsWith(' ')) {
      lines.push({ kind: 'same', text, before: before++, after: after++ });
    }
  }
  const count = (kind: DiffLine['kind']): number => lines.filter(one => one.kind === kind).length;
  return { lines, added: count('added'), removed: count('removed') };
}
