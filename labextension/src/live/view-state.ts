/**
 * What a person has chosen to see on a page: the open tab, filters, zoom. Flat words and texts, so that they fit
 * into the layout that JupyterLab restores and into links. Not here: data.
 */
import * as React from 'react';

import { Store, useStore } from './store';

/** By name, such as `view` or `grid.states`; what is as it is at first is left out. */
export type Choices = Readonly<Record<string, string>>;

export class ViewState extends Store<Choices> {
  /** Choose, or go back to what it is at first with an empty text. */
  choose(name: string, value: string): void {
    const { [name]: before, ...others } = this.value;
    if (value !== (before ?? '')) {
      this.set(value === '' ? others : { ...others, [name]: value });
    }
  }
}

export const ViewStateContext = React.createContext<ViewState>(new ViewState({}));

/** One choice and how to change it; `first` is what it is as long as nothing is chosen. */
export function useChoice(name: string, first = ''): readonly [string, (value: string) => void] {
  const state = React.useContext(ViewStateContext);
  const choices = useStore(state);
  const choose = React.useCallback(
    (value: string) => state.choose(name, value === first ? '' : value),
    [state, name, first]
  );
  return [choices[name] ?? first, choose];
}

/** Some of several words, as a set. */
export function useChosenSet(
  name: string
): readonly [ReadonlySet<string>, (next: ReadonlySet<string>) => void] {
  const [text, choose] = useChoice(name);
  const words = React.useMemo(() => new Set(wordsOf(text)), [text]);
  const set = React.useCallback(
    (next: ReadonlySet<string>) => choose(next.size ? JSON.stringify([...next]) : ''),
    [choose]
  );
  return [words, set];
}

/** Choices as they come from a layout or a link; what is no text is left out. */
export function choicesOf(value: unknown): Choices {
  if (typeof value !== 'object' || value === null) {
    return {};
  }
  const pairs = Object.entries(value).filter(
    (pair): pair is [string, string] => typeof pair[1] === 'string'
  );
  return Object.fromEntries(pairs);
}

function wordsOf(text: string): string[] {
  try {
    const words: unknown = JSON.parse(text || '[]');
    return Array.isArray(words) ? words.map(String) : [];
  } catch {
    return []; // From a link that somebody has cut.
  }
}
