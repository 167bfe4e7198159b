import { expect, test } from 'vitest';

import { PLAIN } from '../text';
import { FormStore } from './form';

const SPEC = {
  least: { default: 3, schema: { type: 'integer', title: 'At least' } },
  most: { default: 2, schema: { type: 'integer', minimum: 1, title: 'At most' } }
};

test('what is wrong with two fields together is told at one of them, and nothing is sent', async () => {
  const sent: unknown[] = [];
  const form = new FormStore(
    SPEC,
    PLAIN,
    values => Promise.resolve(sent.push(values)),
    ({ least, most }): Readonly<Record<string, string>> =>
      Number(most) < Number(least) ? { most: 'Too few.' } : {}
  );

  expect(await form.submit()).toBe(false);
  expect(form.value.errors).toEqual({ most: 'Too few.' });
  expect(sent).toEqual([]);

  form.change('most', '4');
  expect(await form.submit()).toBe(true);
  expect(sent).toEqual([{ least: 3, most: 4 }]);
});

test('what is wrong with a field alone is told before what is wrong with it beside others', async () => {
  const form = new FormStore(
    SPEC,
    PLAIN,
    () => Promise.resolve(),
    () => ({ most: 'Too few.' })
  );
  form.change('most', '0');

  expect(await form.submit()).toBe(false);
  expect(form.value.errors.most).not.toBe('Too few.');
});
