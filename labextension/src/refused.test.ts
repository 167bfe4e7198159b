import { describe, expect, it } from 'vitest';

import { actorOf, refusedOf } from './refused';
import type { ChangeView } from './wire';

function refusal(actor: string, message: string, state = 'refused'): ChangeView {
  const nowhere = { dag_id: 'sales', run_id: 'r', task_id: null, map_index: null };
  return { cursor: 1, at: '', kind: 'request', state, actor, data: { message }, ...nowhere };
}

describe('what the scheduler refused', () => {
  it('is told to the person who asked, in its own words', () => {
    const changes = [refusal('ana', 'Run r has ended.'), refusal('ben', 'No such task.')];
    expect(refusedOf(changes, 'ana')).toEqual(['Run r has ended.']);
  });

  it('is told once, and not for what was done', () => {
    const changes = [refusal('ana', 'No.'), refusal('ana', 'No.'), refusal('ana', 'Done.', 'done')];
    expect(refusedOf(changes, 'ana')).toEqual(['No.']);
  });

  it('is told to nobody who is not known', () => {
    expect(refusedOf([refusal('ana', 'No.')], null)).toEqual([]);
  });
});

describe('the name in the audit', () => {
  it('is the user name, or what Jupyter calls who only has a token', () => {
    expect(actorOf({ username: 'ana', name: 'Ana L.' })).toBe('ana');
    expect(actorOf({ username: '4f2a', name: 'Anonymous Io' })).toBe('Anonymous Io');
    expect(actorOf(null)).toBeNull();
  });
});
