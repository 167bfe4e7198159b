import { describe, expect, test } from 'vitest';

import { PLAIN } from '../text';
import { fieldsOf, placeProblems, read, readAll, type Draft, type Field } from './model';

function aField(schema: object, spec: object = {}): Field {
  const [field] = fieldsOf({ it: { schema, ...spec } });
  if (field === undefined) {
    throw new Error('no field');
  }
  return field;
}

function reading(schema: object, draft: Draft, spec: object = {}): unknown {
  return read(aField(schema, spec), draft, PLAIN);
}

describe('a field', () => {
  test.each([
    [{ type: 'string' }, 'text'],
    [{ type: ['string', 'null'] }, 'text'],
    [{ type: 'string', format: 'date' }, 'date'],
    [{ type: 'number' }, 'number'],
    [{ type: 'integer' }, 'integer'],
    [{ type: 'boolean' }, 'boolean'],
    [{ enum: ['EU', 'US'] }, 'choice'],
    [{ type: 'array', items: { type: 'string' } }, 'texts'],
    [{ type: 'array', items: { type: 'number' } }, 'numbers'],
    [{ type: 'array', items: { type: 'string', enum: ['a', 'b'] } }, 'choices'],
    [{ type: 'array', examples: ['a', 'b'] }, 'choices'],
    [{ type: 'array', items: { type: 'object' } }, 'json'],
    [{ type: 'string', format: 'date-time' }, 'date-time'],
    [{ type: 'string', format: 'time' }, 'time'],
    [{ type: 'object' }, 'json'],
    [{ type: ['string', 'number'] }, 'json'],
    [{}, 'json']
  ])('for %j is of kind %s', (schema, kind) => {
    expect(aField(schema).kind).toBe(kind);
  });

  test('begins with the default', () => {
    expect(aField({ type: 'string' }, { default: 'EU' }).initial).toBe('EU');
    expect(aField({ type: 'integer' }, { default: 3 }).initial).toBe('3');
    expect(aField({ type: 'boolean' }, { default: true }).initial).toBe(true);
    expect(aField({ enum: [1, 2] }, { default: 2 }).initial).toBe('2');
    expect(
      aField({ type: 'array', items: { type: 'string' } }, { default: ['a', 'b'] }).initial
    ).toBe('a\nb');
    expect(aField({}, { default: { a: 1 } }).initial).toBe('{"a":1}');
    expect(aField({ type: ['string', 'null'] }, { default: null }).initial).toBe('');
  });

  test('of several choices holds those that are chosen', () => {
    const field = aField(
      { type: 'array', examples: ['a', 'b'], values_display: { a: 'First' } },
      { default: ['b'] }
    );

    expect(field.initial).toBe('"b"');
    expect(field.choices.map(({ label }) => label)).toEqual(['First', 'b']);
    expect(read(field, '"a"\n"b"', PLAIN)).toEqual({ value: ['a', 'b'] });
    expect(read(field, '', PLAIN)).toEqual({ value: [] });
  });

  test('of a moment shows it where the person is, and means the same moment', () => {
    const field = aField(
      { type: 'string', format: 'date-time' },
      { default: '2026-03-01T06:00:00+00:00' }
    );

    expect(read(field, field.initial, PLAIN)).toEqual({ value: '2026-03-01T06:00:00.000Z' });
  });

  test('stands in its section and offers its examples', () => {
    const field = aField({ type: 'string', section: 'Sales', examples: ['EU', 'US'] });

    expect([field.section, field.suggestions]).toEqual(['Sales', ['EU', 'US']]);
  });

  test('is required when it has no default', () => {
    expect(aField({ type: 'string' }).isRequired).toBe(true);
    expect(aField({ type: 'string' }, { default: '' }).isRequired).toBe(false);
  });

  test('is called by its title, and its choices by their words', () => {
    const field = aField({ enum: ['EU', 'US'], title: 'Region', values_display: { EU: 'Europe' } });

    expect(field.title).toBe('Region');
    expect(field.choices).toEqual([
      { value: 'EU', label: 'Europe' },
      { value: 'US', label: 'US' }
    ]);
  });
});

describe('what is typed', () => {
  test.each<[object, Draft, unknown]>([
    [{ type: 'string' }, ' EU ', ' EU '],
    [{ type: 'number' }, '2.5', 2.5],
    [{ type: 'integer' }, '1e3', 1000],
    [{ type: 'boolean' }, false, false],
    [{ enum: ['EU', 2, null] }, 'null', null],
    [{ type: 'array', items: { type: 'string' } }, 'a\n\n b\n', ['a', ' b']],
    [{ type: 'array', items: { type: 'string' } }, '', []],
    [{ type: ['integer', 'null'] }, '', null],
    [{}, '{"a": [1]}', { a: [1] }]
  ])('for %j: %j means %j', (schema, draft, value) => {
    expect(reading(schema, draft)).toEqual({ value });
  });

  test.each<[object, Draft, string]>([
    [{ type: 'string' }, '', 'Give a value.'],
    [{ type: 'number' }, '', 'Give a value.'],
    [{ type: 'number' }, '2,5', 'This is not a number.'],
    [{ type: 'integer' }, '2.5', 'This is not a whole number.'],
    [{ type: 'integer', minimum: 3 }, '2', 'It must be at least 3.'],
    [{ type: 'number', exclusiveMaximum: 1 }, '1', 'It must be less than 1.'],
    [{ type: 'string', maxLength: 1 }, 'ab', 'It can have at most 1 character.'],
    [{ type: 'string', pattern: '^[A-Z]+$' }, 'eu', 'It must match ^[A-Z]+$.'],
    [{ type: 'array', items: { type: 'string' }, minItems: 2 }, 'a', 'It needs at least 2 lines.'],
    [{}, '{a: 1}', 'This is not JSON. Text stands in double quotes.']
  ])('for %j: %j is wrong: %s', (schema, draft, error) => {
    expect(reading(schema, draft)).toEqual({ error });
  });

  test('an empty text is a value where the default may be replaced by it', () => {
    expect(reading({ type: 'string' }, '', { default: 'EU' })).toEqual({ value: '' });
    expect(reading({ type: 'string', minLength: 1 }, '', { default: 'EU' })).toEqual({
      error: 'Give a value.'
    });
  });

  test('an expression that only Python understands is left to the server', () => {
    expect(reading({ type: 'string', pattern: '(?P<year>\\d+)' }, 'x')).toEqual({ value: 'x' });
  });
});

test('the form tells everything that is wrong, by field', () => {
  const fields = fieldsOf({
    region: { schema: { enum: ['EU', 'US'] }, default: 'EU' },
    days: { schema: { type: 'integer', minimum: 1 }, default: 7 },
    name: { schema: { type: 'string' } }
  });

  expect(readAll(fields, { days: '0' }, PLAIN)).toEqual({
    values: { region: 'EU' },
    errors: { days: 'It must be at least 1.', name: 'Give a value.' }
  });
});

test('problems of the server stand beside the field they name', () => {
  const fields = fieldsOf({ days: { schema: {} } });
  const messages = ["Param 'days' is 0, which is less than 1.", 'The store does not answer.'];

  expect(placeProblems(fields, messages)).toEqual({
    errors: { days: messages[0] },
    others: [messages[1]]
  });
});
