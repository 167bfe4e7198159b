/** What a new backfill is asked with: its fields, what is wrong with them, and the request they make. */
import type { BackfillRequest } from '../client';
import { reprocessName } from '../panels/Backfills';
import type { Texts } from '../text';
import { fieldsOf, readAll, type Draft, type Field, type FormValues } from './model';

/** What the form says: each field by itself, and whether the range has a day in it. */
export function readBackfill(
  fields: readonly Field[],
  drafts: Readonly<Record<string, Draft>>,
  texts: Texts
): FormValues {
  const { values, errors } = readAll(fields, drafts, texts);
  const { from_date: from, to_date: to } = values;
  if (typeof from === 'string' && typeof to === 'string' && from > to) {
    return { values, errors: { ...errors, to_date: texts.__('This is before the first day.') } };
  }
  return { values, errors };
}

const DAY = 86_400_000;

export function backfillFields(now: number, texts: Texts): readonly Field[] {
  const day = (ago: number): string => new Date(now - ago * DAY).toISOString().slice(0, 10);
  const date = (title: string, value: string): unknown => ({
    default: value,
    schema: { type: 'string', format: 'date', title }
  });
  const kinds = ['none', 'failed', 'completed'];
  return fieldsOf({
    from_date: date(texts.__('From'), day(7)),
    to_date: date(texts.__('To, inclusive'), day(1)),
    reprocess: {
      default: 'none',
      schema: {
        enum: kinds,
        values_display: Object.fromEntries(kinds.map(kind => [kind, reprocessName(kind, texts)])),
        title: texts.__('Runs that there are already')
      }
    },
    tasks: {
      default: '',
      schema: {
        type: 'string',
        title: texts.__('Only these tasks'),
        description: texts.__(
          'With commas between: load, +report (and all before it), tag:nightly. Empty: all of them.'
        )
      }
    },
    max_active_runs: {
      default: 3,
      schema: { type: 'integer', minimum: 1, title: texts.__('Runs at a time') }
    },
    run_backwards: {
      default: false,
      schema: { type: 'boolean', title: texts.__('The latest date first') }
    },
    no_cache: {
      default: false,
      schema: { type: 'boolean', title: texts.__('Execute everything, whatever the cache has') }
    }
  });
}

/** Days are meant in UTC: the last one with all its hours. */
export function requestOf(values: Readonly<Record<string, unknown>>): BackfillRequest {
  return {
    from_date: `${String(values.from_date)}T00:00:00Z`,
    to_date: `${String(values.to_date)}T23:59:59Z`,
    reprocess: String(values.reprocess),
    tasks: expressionsOf(values.tasks),
    max_active_runs: Number(values.max_active_runs),
    run_backwards: values.run_backwards === true,
    no_cache: values.no_cache === true
  };
}

/** Selection expressions with commas between; null where there is none, for all tasks. */
function expressionsOf(text: unknown): readonly string[] | null {
  const found = (typeof text === 'string' ? text : '')
    .split(',')
    .map(expression => expression.trim())
    .filter(expression => expression !== '');
  return found.length ? found : null;
}
