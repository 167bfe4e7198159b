/**
 * The trigger form as data: one field per param of a DAG, what a person types into it, the value that is meant,
 * and what is wrong with it. Pure. The server checks everything again by the full schema; what is checked here
 * is what can be said beside the field while it is being filled in.
 */
import type { Texts } from '../text';

type Schema = Readonly<Record<string, unknown>>;

export type FieldKind =
  | 'text'
  | 'long-text'
  | 'secret'
  | 'number'
  | 'integer'
  | 'boolean'
  | 'choice'
  | 'choices'
  | 'texts'
  | 'numbers'
  | 'date'
  | 'date-time'
  | 'time'
  | 'json';

export interface Field {
  readonly name: string;
  readonly title: string;
  readonly description: string;
  readonly kind: FieldKind;
  readonly isRequired: boolean;
  /** An empty field means null. */
  readonly isNullable: boolean;
  /** The values to choose from, with their words; empty unless `kind` is choice or choices. */
  readonly choices: readonly { readonly value: unknown; readonly label: string }[];
  /** Texts that a field offers without insisting on one of them. */
  readonly suggestions: readonly string[];
  /** The heading that the field stands under; empty for none. */
  readonly section: string;
  readonly schema: Schema;
  /** What stands in the field at first. */
  readonly initial: Draft;
}

/** What a field holds while it is being filled in: text as typed, or whether it is ticked. */
export type Draft = string | boolean;

export type Outcome = { readonly value: unknown } | { readonly error: string };

/** The fields for the params of a DAG: name to `{"default", "schema"}`. A default is missing where one must be given. */
export function fieldsOf(params: Readonly<Record<string, unknown>>): Field[] {
  return Object.entries(params).map(([name, spec]) => fieldOf(name, spec as Schema));
}

function fieldOf(name: string, spec: Schema): Field {
  const schema = (spec.schema ?? {}) as Schema;
  const kind = kindOf(schema);
  const isRequired = !('default' in spec);
  return {
    name,
    title: textOf(schema.title) || name,
    description: textOf(schema.description) || textOf(schema.description_md),
    kind,
    isRequired,
    isNullable: typesOf(schema).includes('null'),
    choices: kind === 'choice' || kind === 'choices' ? choicesOf(schema) : [],
    suggestions: kind === 'text' ? examplesOf(schema).map(String) : [],
    section: textOf(schema.section),
    schema,
    initial: draftOf(kind, isRequired ? startOf(kind, schema) : spec.default)
  };
}

/** Fields under one heading. */
export interface FieldSection {
  readonly section: string;
  readonly fields: readonly Field[];
}

/** The fields under their headings, each heading once, where its first field stands; those without come first. */
export function sectionsOf(fields: readonly Field[]): FieldSection[] {
  const names = [...new Set(['', ...fields.map(({ section }) => section)])];
  return names
    .map(section => ({ section, fields: fields.filter(one => one.section === section) }))
    .filter(one => one.fields.length > 0);
}

function typesOf(schema: Schema): readonly string[] {
  const { type } = schema;
  return Array.isArray(type) ? (type as string[]) : typeof type === 'string' ? [type] : [];
}

function kindOf(schema: Schema): FieldKind {
  if (Array.isArray(schema.enum)) {
    return 'choice';
  }
  const types = typesOf(schema).filter(type => type !== 'null');
  const [type] = types;
  if (types.length !== 1 || type === undefined) {
    return 'json';
  }
  return type === 'string' || type === 'array'
    ? kindByDetail(type, schema)
    : (PLAIN_KINDS[type] ?? 'json');
}

const PLAIN_KINDS: Readonly<Record<string, FieldKind>> = {
  number: 'number',
  integer: 'integer',
  boolean: 'boolean'
};

/** Kinds of fields that hold text as it is typed. */
const PLAIN_TEXTS: ReadonlySet<FieldKind> = new Set(['text', 'long-text', 'secret']);

function kindByDetail(type: 'string' | 'array', schema: Schema): FieldKind {
  if (type === 'string') {
    const kinds: Record<string, FieldKind> = {
      date: 'date',
      'date-time': 'date-time',
      time: 'time',
      multiline: 'long-text',
      password: 'secret'
    };
    return kinds[textOf(schema.format)] ?? 'text';
  }
  const items = (schema.items ?? {}) as Schema;
  if (Array.isArray(items.enum) || examplesOf(schema).length > 0) {
    return 'choices';
  }
  const kinds: Record<string, FieldKind> = {
    string: 'texts',
    number: 'numbers',
    integer: 'numbers'
  };
  return kinds[textOf(items.type)] ?? 'json';
}

function examplesOf(schema: Schema): readonly unknown[] {
  return Array.isArray(schema.examples) ? (schema.examples as unknown[]) : [];
}

function choicesOf(schema: Schema): { value: unknown; label: string }[] {
  const words = (schema.values_display ?? {}) as Schema;
  const items = (schema.items ?? {}) as Schema;
  const all = [schema.enum, items.enum, schema.examples].find(Array.isArray) as unknown[];
  return all.map(value => {
    const plain = typeof value === 'string' ? value : JSON.stringify(value);
    return { value, label: textOf(words[plain]) || plain };
  });
}

function startOf(kind: FieldKind, schema: Schema): unknown {
  if (kind === 'choice') {
    return (schema.enum as unknown[])[0];
  }
  return kind === 'boolean' ? false : undefined;
}

/** A value as it is typed. */
export function draftOf(kind: FieldKind, value: unknown): Draft {
  if (kind === 'boolean') {
    return value === true;
  }
  if (value === undefined || (value === null && kind !== 'json' && kind !== 'choice')) {
    return '';
  }
  if (Array.isArray(value) && LISTS.has(kind)) {
    return value.map(one => (kind === 'choices' ? JSON.stringify(one) : String(one))).join('\n');
  }
  if (kind === 'date-time' && typeof value === 'string') {
    return localMoment(value);
  }
  return draftOfOne(kind, value);
}

function draftOfOne(kind: FieldKind, value: unknown): Draft {
  const isPlain = PLAIN_TEXTS.has(kind) || kind === 'date' || kind === 'time';
  return isPlain && typeof value === 'string' ? value : JSON.stringify(value);
}

/** A moment as a field of the browser holds it: in the zone of the person who looks. */
function localMoment(text: string): string {
  const moment = new Date(text);
  if (Number.isNaN(moment.getTime())) {
    return text;
  }
  const shifted = new Date(moment.getTime() - moment.getTimezoneOffset() * 60_000);
  return shifted.toISOString().slice(0, 19);
}

// ------------------------------------------------------------------------------------------- reading it

/** Kinds of fields that hold several values, one in each line. */
const LISTS: ReadonlySet<FieldKind> = new Set(['texts', 'numbers', 'choices']);

/** The value that a draft means, or a sentence about what is wrong with it. */
export function read(field: Field, draft: Draft, trans: Texts): Outcome {
  if (typeof draft === 'boolean') {
    return { value: draft };
  }
  if (draft.trim() === '' && !LISTS.has(field.kind) && field.kind !== 'choice') {
    return readEmpty(field, draft, trans);
  }
  const parsed = parse(field, draft, trans);
  if ('error' in parsed) {
    return parsed;
  }
  const error = check(field.schema, parsed.value, trans);
  return error === null ? parsed : { error };
}

function readEmpty(field: Field, draft: string, trans: Texts): Outcome {
  if (field.isNullable) {
    return { value: null };
  }
  if (PLAIN_TEXTS.has(field.kind)) {
    const isEmptyAllowed = !field.isRequired && check(field.schema, draft, trans) === null;
    return isEmptyAllowed ? { value: draft } : { error: trans.__('Give a value.') };
  }
  return { error: trans.__('Give a value.') };
}

function parse(field: Field, draft: string, trans: Texts): Outcome {
  if (field.kind === 'number' || field.kind === 'integer') {
    return parseNumber(field.kind, draft, trans);
  }
  if (LISTS.has(field.kind)) {
    return parseLines(field.kind, draft, trans);
  }
  if (field.kind === 'date-time') {
    const moment = new Date(draft);
    return Number.isNaN(moment.getTime())
      ? { error: trans.__('This is no date and time.') }
      : { value: moment.toISOString() };
  }
  if (field.kind === 'json' || field.kind === 'choice') {
    try {
      return { value: JSON.parse(draft) as unknown };
    } catch {
      return { error: trans.__('This is not JSON. Text stands in double quotes.') };
    }
  }
  return { value: draft };
}

function parseNumber(kind: FieldKind, draft: string, trans: Texts): Outcome {
  const value = Number(draft);
  if (!Number.isFinite(value)) {
    return { error: trans.__('This is not a number.') };
  }
  return kind === 'integer' && !Number.isInteger(value)
    ? { error: trans.__('This is not a whole number.') }
    : { value };
}

function parseLines(kind: FieldKind, draft: string, trans: Texts): Outcome {
  const lines = draft.split('\n').filter(line => line.trim() !== '');
  if (kind === 'choices') {
    return { value: lines.map(line => JSON.parse(line) as unknown) };
  }
  if (kind === 'texts') {
    return { value: lines };
  }
  const numbers = lines.map(Number);
  return numbers.every(Number.isFinite)
    ? { value: numbers }
    : { error: trans.__('Each line must be a number.') };
}

type Rule = (value: unknown, bound: unknown, trans: Texts) => string | null;

function bounded(
  isWrong: (size: number, bound: number) => boolean,
  say: (trans: Texts, bound: number) => string
) {
  return (size: (value: unknown) => number | null): Rule =>
    (value, bound, trans) => {
      const measured = size(value);
      const isBroken = measured !== null && typeof bound === 'number' && isWrong(measured, bound);
      return isBroken ? say(trans, bound) : null;
    };
}

const asNumber = (value: unknown): number | null => (typeof value === 'number' ? value : null);
const lengthOf = (value: unknown): number | null =>
  typeof value === 'string' ? Array.from(value).length : null;
const sizeOf = (value: unknown): number | null => (Array.isArray(value) ? value.length : null);
const below = (size: number, bound: number): boolean => size < bound;
const above = (size: number, bound: number): boolean => size > bound;

const RULES: Readonly<Record<string, Rule>> = {
  minimum: bounded(below, (trans, bound) => trans.__('It must be at least %1.', bound))(asNumber),
  maximum: bounded(above, (trans, bound) => trans.__('It must be at most %1.', bound))(asNumber),
  exclusiveMinimum: bounded(
    (size, bound) => size <= bound,
    (trans, bound) => trans.__('It must be more than %1.', bound)
  )(asNumber),
  exclusiveMaximum: bounded(
    (size, bound) => size >= bound,
    (trans, bound) => trans.__('It must be less than %1.', bound)
  )(asNumber),
  minLength: bounded(below, (trans, bound) =>
    trans._n('It needs at least %1 character.', 'It needs at least %1 characters.', bound)
  )(lengthOf),
  maxLength: bounded(above, (trans, bound) =>
    trans._n('It can have at most %1 character.', 'It can have at most %1 characters.', bound)
  )(lengthOf),
  minItems: bounded(below, (trans, bound) =>
    trans._n('It needs at least %1 line.', 'It needs at least %1 lines.', bound)
  )(sizeOf),
  maxItems: bounded(above, (trans, bound) =>
    trans._n('It can have at most %1 line.', 'It can have at most %1 lines.', bound)
  )(sizeOf),
  pattern: (value, pattern, trans) => {
    const expression = typeof pattern === 'string' ? regExp(pattern) : null;
    return expression !== null && typeof value === 'string' && !expression.test(value)
      ? trans.__('It must match %1.', String(pattern))
      : null;
  }
};

/** Python's expressions are mostly JavaScript's too; one that is not is left to the server. */
function regExp(pattern: string): RegExp | null {
  try {
    return new RegExp(pattern, 'u');
  } catch {
    return null;
  }
}

function check(schema: Schema, value: unknown, trans: Texts): string | null {
  for (const [keyword, rule] of Object.entries(RULES)) {
    const error = keyword in schema ? rule(value, schema[keyword], trans) : null;
    if (error !== null) {
      return error;
    }
  }
  return null;
}

// ------------------------------------------------------------------------------------------ the whole form

export interface FormValues {
  readonly values: Readonly<Record<string, unknown>>;
  /** By the name of the field; empty when all is well. */
  readonly errors: Readonly<Record<string, string>>;
}

/** All values of the form, and everything that is wrong with it. */
export function readAll(
  fields: readonly Field[],
  drafts: Readonly<Record<string, Draft>>,
  trans: Texts
): FormValues {
  const values: Record<string, unknown> = {};
  const errors: Record<string, string> = {};
  for (const field of fields) {
    const outcome = read(field, drafts[field.name] ?? field.initial, trans);
    if ('error' in outcome) {
      errors[field.name] = outcome.error;
    } else {
      values[field.name] = outcome.value;
    }
  }
  return { values, errors };
}

/** Which problems of the server belong beside which field: its messages name the param in quotes. */
export function placeProblems(
  fields: readonly Field[],
  messages: readonly string[]
): { readonly errors: Readonly<Record<string, string>>; readonly others: readonly string[] } {
  const errors: Record<string, string> = {};
  const others: string[] = [];
  for (const message of messages) {
    const field = fields.find(({ name }) => message.includes(`'${name}'`));
    if (field === undefined || field.name in errors) {
      others.push(message);
    } else {
      errors[field.name] = message;
    }
  }
  return { errors, others };
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : '';
}
