import { render } from '@testing-library/react';
import * as React from 'react';
import { expect, test } from 'vitest';

import { Marked } from './Marked';

function html(text: string): string | undefined {
  return render(<Marked text={text} />).container.firstElementChild?.innerHTML;
}

test('what stands between backticks is set as code, and nothing else', () => {
  expect(html('Write `retries=2`, not `retry`.')).toBe(
    'Write <code>retries=2</code>, not <code>retry</code>.'
  );
  expect(html('a lone ` stays, <b> too')).toBe('a lone ` stays, &lt;b&gt; too');
});
