import { describe, expect, test } from 'vitest';

import { anInstance, at, T0 } from '../testing/builders';
import { instanceToShow, nodeStates } from './node-states';

describe('nodes of the graph', () => {
  test('a mapped task is as bad as its worst instance, and counts', () => {
    const states = nodeStates([
      anInstance('a', 'success', { map_index: 0, started_at: at(2), ended_at: at(3) }),
      anInstance('a', 'failed', {
        map_index: 1,
        started_at: at(1),
        ended_at: at(9),
        message: 'KeyError'
      }),
      anInstance('a', 'success', { map_index: 2 })
    ]);

    expect(states.get('a')).toEqual({
      state: 'failed',
      message: 'KeyError',
      instances: 3,
      finished: 3,
      started_at: at(1),
      ended_at: at(9)
    });
  });

  test('a mapped task has not ended while one instance runs', () => {
    const states = nodeStates([
      anInstance('a', 'success', { map_index: 0, started_at: T0, ended_at: at(3) }),
      anInstance('a', 'running', { map_index: 1, started_at: at(1) })
    ]);

    expect(states.get('a')).toMatchObject({ state: 'running', finished: 1, ended_at: null });
  });

  test('instances that a shorter list has left over are not counted', () => {
    const states = nodeStates([
      anInstance('a', 'success', { map_index: 0 }),
      anInstance('a', 'running', { map_index: 1 }),
      anInstance('a', 'removed', { map_index: 2 })
    ]);

    expect(states.get('a')).toMatchObject({ instances: 2, finished: 1 });
  });

  test('of a mapped task the instance to look at first is shown, unless another was chosen', () => {
    const ones = [
      anInstance('a', 'success', { map_index: 0 }),
      anInstance('a', 'failed', { map_index: 1 })
    ];

    expect(instanceToShow(ones, -1)).toBe(1);
    expect(instanceToShow(ones, 0)).toBe(0);
    expect(instanceToShow([anInstance('b')], -1)).toBe(-1);
  });

  test('nodes that nothing happened to keep their identity', () => {
    const before = nodeStates([anInstance('a', 'running'), anInstance('b')]);
    const after = nodeStates([anInstance('a', 'success'), anInstance('b')], before);

    expect(after.get('b')).toBe(before.get('b'));
    expect(after.get('a')).not.toBe(before.get('a'));
  });
});
