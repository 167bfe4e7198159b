import { render } from '@testing-library/react';
import * as React from 'react';
import { expect, test } from 'vitest';

import { useElementId } from './ids';

function Labelled(): React.JSX.Element {
  return <span id={useElementId()} />;
}

test('two pages have no id in common, and one keeps its own', () => {
  const [one, other] = [render(<Labelled />), render(<Labelled />)];
  const id = one.container.querySelector('span')?.id;
  expect(id).toBeTruthy();
  expect(other.container.querySelector('span')?.id).not.toBe(id);

  one.rerender(<Labelled />);
  expect(one.container.querySelector('span')?.id).toBe(id);
});
