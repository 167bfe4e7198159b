/** A run's params in the form of a new run: what it had stands in the fields, what is changed can be told. Pure. */
import type { RunPlan } from '../wire';
import type { FormSpec } from '../live/form';
import type { Field } from './model';

type Values = Readonly<Record<string, unknown>>;

/**
 * The params of a DAG with the values of a run as defaults. Passwords are hidden in those: they are kept unless
 * one is typed, which `keptHint` says at the field.
 */
export function filledWith(params: FormSpec, had: Values, keptHint = ''): FormSpec {
  const filled = Object.entries(params).map(([name, spec]): [string, unknown] => {
    const { schema = {} } = spec as { schema?: Values };
    if (!(name in had)) {
      return [name, spec];
    }
    if (schema.format !== 'password') {
      return [name, { ...(spec as object), default: had[name] }];
    }
    const description = [schema.description, keptHint].filter(Boolean).join(' ');
    return [name, { default: null, schema: { ...schema, type: ['string', 'null'], description } }];
  });
  return Object.fromEntries(filled);
}

/** What is sent: a password that nobody typed is left out, and so stays what it was. */
export function withoutKept(values: Values, fields: readonly Field[], had: Values): Values {
  const kept = new Set(
    fields
      .filter(({ name, kind }) => kind === 'secret' && name in had && values[name] === null)
      .map(({ name }) => name)
  );
  return Object.fromEntries(Object.entries(values).filter(([name]) => !kept.has(name)));
}

export interface ParamChange {
  readonly name: string;
  /** As JSON; null where the run had no such param. */
  readonly before: string | null;
  readonly after: string | null;
}

/** What the new run gets otherwise than the first one had it, by name. */
export function changesOf(plan: Pick<RunPlan, 'params'>, had: Values): ParamChange[] {
  const names = [...new Set([...Object.keys(had), ...Object.keys(plan.params)])].sort();
  return names
    .map(name => ({ name, before: shown(had, name), after: shown(plan.params, name) }))
    .filter(({ before, after }) => before !== after);
}

function shown(values: Values, name: string): string | null {
  const value = values[name];
  return value === undefined ? null : JSON.stringify(value);
}
