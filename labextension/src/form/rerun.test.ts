import { expect, test } from 'vitest';

import { fieldsOf, readAll } from './model';
import { changesOf, filledWith, withoutKept } from './rerun';
import { PLAIN } from '../text';

const PARAMS = {
  count: { default: 3, schema: { type: 'integer' } },
  fresh: { default: 'new', schema: { type: 'string' } },
  key: { schema: { type: 'string', format: 'password', minLength: 3 } }
};
const HAD = { count: 7, key: '***', gone: true };

test('the fields hold what the run had, and defaults for what it had not', () => {
  const fields = fieldsOf(filledWith(PARAMS, HAD));
  expect(fields.map(({ name, initial }) => [name, initial])).toEqual([
    ['count', '7'],
    ['fresh', 'new'],
    ['key', '']
  ]);
});

test('a password is kept unless one is typed', () => {
  const fields = fieldsOf(filledWith(PARAMS, HAD));
  const sent = (drafts: Record<string, string>): unknown => {
    const { values, errors } = readAll(fields, drafts, PLAIN);
    expect(errors).toEqual({});
    return withoutKept(values, fields, HAD);
  };
  expect(sent({})).toEqual({ count: 7, fresh: 'new' });
  expect(sent({ key: 'sesame' })).toEqual({ count: 7, fresh: 'new', key: 'sesame' });
});

test('what changes is told, with what is new and what is gone', () => {
  const plan = { params: { count: 8, fresh: 'new', key: '***' } };
  expect(changesOf(plan, HAD)).toEqual([
    { name: 'count', before: '7', after: '8' },
    { name: 'fresh', before: null, after: '"new"' },
    { name: 'gone', before: 'true', after: null }
  ]);
});
