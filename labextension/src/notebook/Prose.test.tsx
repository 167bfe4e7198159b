import { render, screen } from '@testing-library/react';
import * as React from 'react';
import { describe, expect, test } from 'vitest';

import { Prose, ProseContext } from './Prose';

const BOLD = {
  markdown: (source: string, host: HTMLElement) => {
    host.innerHTML = `<b>${source}</b>`;
    return { dispose: () => host.replaceChildren() };
  }
};

describe('what a person wrote in Markdown', () => {
  test('is shown as JupyterLab renders it, and anew when it changes', () => {
    const shown = (source: string): React.JSX.Element => (
      <ProseContext.Provider value={BOLD}>
        <Prose source={source} />
      </ProseContext.Provider>
    );
    const { rerender, container } = render(shown('orders'));
    expect(container.querySelector('b')?.textContent).toBe('orders');

    rerender(shown('returns'));
    expect(container.textContent).toBe('returns');
  });

  test('is shown as it was written where nothing renders it', () => {
    render(<Prose source="**orders**" />);
    expect(screen.getByText('**orders**')).toBeDefined();
  });
});
