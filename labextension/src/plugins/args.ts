/** Arguments of commands: what a schema says about them, and reading them. */
import type { ReadonlyJSONObject, ReadonlyPartialJSONObject } from '@lumino/coreutils';

/** The schema of arguments that are texts, by name and description. */
export function argsSchema(
  texts: Readonly<Record<string, string>>,
  others: ReadonlyJSONObject = {}
): ReadonlyJSONObject {
  const properties = Object.fromEntries(
    Object.entries(texts).map(([name, description]) => [name, { type: 'string', description }])
  );
  return { type: 'object', properties: { ...properties, ...others } };
}

/** A text among the arguments, or null. */
export function textArg(args: ReadonlyPartialJSONObject, name: string): string | null {
  const value = args[name];
  return typeof value === 'string' && value !== '' ? value : null;
}

/** A number among the arguments, or null. */
export function numberArg(args: ReadonlyPartialJSONObject, name: string): number | null {
  const value = args[name];
  return typeof value === 'number' ? value : null;
}
