import { describe, expect, test } from 'vitest';

import { abridged, MOST } from './abridge';
import type { Output } from './fold';

const note = (megabytes: string): string => `[${megabytes} MB]`;

function stream(text: string): Output {
  return { output_type: 'stream', name: 'stdout', text };
}

function lines(count: number): string {
  return Array.from({ length: count }, (_, n) => `line ${n}\n`).join('');
}

describe('what a page shows of long output', () => {
  test('what is not very long is shown as it is', () => {
    const output = stream('x'.repeat(MOST));
    expect(abridged(output, note)).toEqual({ output, isCut: false });
  });

  test('of many lines whole ones from both ends', () => {
    const { output, isCut } = abridged(stream(lines(200_000)), note);
    const text = String(output.text);
    expect(isCut).toBe(true);
    expect(text.length).toBeLessThan(100_000);
    expect(text).toMatch(/^line 0\nline 1\n/);
    expect(text).toMatch(/line \d+\n\n\[2\.2 MB\]\n\nline \d+\n/);
    expect(text.endsWith('line 199998\nline 199999\n')).toBe(true);
  });

  test('of one line without an end both ends', () => {
    const text = String(abridged(stream('x'.repeat(50_000_000)), note).output.text);
    expect(text.length).toBeLessThan(100_000);
    expect(text).toContain('[49.9 MB]');
  });

  test('a long text of a result is cut, long markup gives way to it', () => {
    const data = { 'text/plain': 'short', 'text/html': '<p>'.repeat(1_000_000), 'image/png': 'a' };
    const result = abridged({ output_type: 'execute_result', data }, note);
    expect(result).toEqual({
      output: { output_type: 'execute_result', data: { 'text/plain': 'short', 'image/png': 'a' } },
      isCut: true
    });
    const long = { output_type: 'display_data', data: { 'text/plain': lines(200_000) } };
    const cut = abridged(long, note).output.data as Record<string, string>;
    expect(cut['text/plain']).toContain('[2.2 MB]');
  });

  test('errors are left as they are', () => {
    const output: Output = { output_type: 'error', ename: 'E', evalue: '', traceback: [] };
    expect(abridged(output, note).output).toBe(output);
  });
});
