/**
 * What a person reads passes through here: the two functions of JupyterLab's translation bundles that are
 * used, and a plain stand-in for places without a translator. Not here: the words themselves.
 */
import * as React from 'react';

/** The part of JupyterLab's TranslationBundle that is used; `%1`, `%2` in a text stand for the arguments. */
export interface Texts {
  __(text: string, ...args: (string | number)[]): string;
  _n(singular: string, plural: string, n: number, ...args: (string | number)[]): string;
}

function filled(text: string, args: readonly (string | number)[]): string {
  return text.replace(/%(\d+)/g, (found, place: string) =>
    String(args[Number(place) - 1] ?? found)
  );
}

/** English as written. */
export const PLAIN: Texts = {
  __: (text, ...args) => filled(text, args),
  // As in gettext bundles, %1 is the number itself.
  _n: (singular, plural, n, ...args) => filled(n === 1 ? singular : plural, [n, ...args])
};

export const TextsContext = React.createContext<Texts>(PLAIN);

/** The texts of the language the page is in. */
export function useTexts(): Texts {
  return React.useContext(TextsContext);
}
