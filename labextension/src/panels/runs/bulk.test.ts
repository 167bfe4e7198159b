import { expect, test } from 'vitest';

import { meantBy, type Verb } from './bulk';

const RUNS = ['running', 'success', 'failed'].map(state => ({ run_id: state, state }));

test.each<[Verb, string[]]>([
  ['cancel', ['running']],
  ['delete', ['success', 'failed']],
  ['clear', ['success', 'failed']],
  ['success', ['running', 'failed']],
  ['failed', ['running', 'success']]
])('to %s makes sense for %j', (verb, names) => {
  expect(meantBy(verb, RUNS).map(run => run.run_id)).toEqual(names);
});
