import { describe, expect, test } from 'vitest';

import {
  clearRequest,
  clearRunsRequest,
  firstDraft,
  firstMark,
  FIRST_RUNS,
  markRequest,
  wholeTask
} from './clear';

describe('what a draft of clearing means', () => {
  test('a run is resumed unless something else is chosen', () => {
    expect(clearRequest(firstDraft(null))).toMatchObject({
      tasks: null,
      latest: false,
      note: null
    });
  });

  test('a task comes with everything downstream of it', () => {
    expect(clearRequest(firstDraft('load[2]'))).toMatchObject({
      tasks: ['load[2]'],
      downstream: true
    });
  });

  test('everything is an expression too', () => {
    expect(clearRequest({ ...firstDraft(null), scope: 'all' })).toMatchObject({ tasks: ['*'] });
  });

  test('a selection without words asks for nothing', () => {
    expect(clearRequest({ ...firstDraft(null), scope: 'selection', selection: ' ' })).toBeNull();
  });

  test('what a selection was narrowed to does not narrow a resume', () => {
    const narrowed = { ...firstDraft(null), only_failed: true, upstream: true };
    expect(clearRequest(narrowed)).toMatchObject({ only_failed: false, upstream: false });
    expect(clearRequest({ ...narrowed, scope: 'all' })).toMatchObject({ only_failed: true });
  });

  test('what is left of the run is executed without the cache where that is ticked', () => {
    expect(clearRequest(firstDraft(null))).toMatchObject({ no_cache: false });
    expect(clearRequest({ ...firstDraft(null), no_cache: true })).toMatchObject({ no_cache: true });
  });

  test('markers are followed and the latest version is taken where that is ticked', () => {
    const draft = { ...firstDraft(null), recursive: true, latest: true, note: 'New keys.' };
    expect(clearRequest(draft)).toMatchObject({ recursive: true, latest: true, note: 'New keys.' });
  });
});

describe('what a draft of clearing many runs means', () => {
  test('runs are chosen by their states, failed ones at first', () => {
    expect(clearRunsRequest(FIRST_RUNS)).toMatchObject({
      states: ['failed'],
      since: null,
      until: null,
      tasks: null
    });
  });

  test('days are whole days in the zone of the reader', () => {
    const request = clearRunsRequest({ ...FIRST_RUNS, since: '2026-03-01', until: '2026-03-01' });
    const [since, until] = [request?.since ?? '', request?.until ?? ''];
    expect(new Date(since).getHours()).toBe(0);
    expect(Date.parse(until) - Date.parse(since)).toBe(86_399_999);
  });
});

describe('what a mark means', () => {
  test('what did not succeed most likely is to count as a success', () => {
    expect(firstMark('load', 'failed').state).toBe('success');
    expect(firstMark('load', 'success').state).toBe('failed');
  });

  test('a run is marked as a whole, a task with what is ticked', () => {
    expect(markRequest(firstMark(null, 'failed'))).toMatchObject({ tasks: null });
    const draft = { ...firstMark('load', 'failed'), upstream: true };
    expect(markRequest(draft)).toMatchObject({ tasks: ['load'], upstream: true });
  });

  test('an instance of a mapped task belongs to a whole one', () => {
    expect(wholeTask('train[3]')).toBe('train');
    expect(wholeTask('train')).toBeNull();
  });
});
