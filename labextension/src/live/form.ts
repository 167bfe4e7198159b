/** A form while it is filled in: drafts, what is wrong with them, and what the server says when it is sent. */
import { ClientError, messageOf } from '../client';
import { fieldsOf, placeProblems, readAll, type Draft, type Field } from '../form/model';
import type { Texts } from '../text';
import { Store } from './store';

export interface FormState {
  readonly drafts: Readonly<Record<string, Draft>>;
  readonly errors: Readonly<Record<string, string>>;
  readonly problems: readonly string[];
}

/** The fields of a form: name to `{"default", "schema"}`, as params of a DAG. */
export type FormSpec = Readonly<Record<string, unknown>>;

/** What is wrong with fields taken together, by the name of the field where that is told. */
export type Check = (values: Readonly<Record<string, unknown>>) => Readonly<Record<string, string>>;

export class FormStore extends Store<FormState> {
  readonly fields: readonly Field[];

  constructor(
    spec: FormSpec,
    private readonly texts: Texts,
    private readonly send: (values: Readonly<Record<string, unknown>>) => Promise<unknown>,
    private readonly check: Check = () => ({})
  ) {
    super({ drafts: {}, errors: {}, problems: [] });
    this.fields = fieldsOf(spec);
  }

  /** What is typed takes its own error away at once; others are looked for when the form is sent. */
  change(name: string, draft: Draft): void {
    const others = Object.entries(this.value.errors).filter(([other]) => other !== name);
    const errors = Object.fromEntries(others);
    this.patch({ drafts: { ...this.value.drafts, [name]: draft }, errors });
  }

  /** Whether it was accepted. */
  async submit(): Promise<boolean> {
    const { values, errors: alone } = readAll(this.fields, this.value.drafts, this.texts);
    const errors = { ...this.check(values), ...alone };
    this.patch({ errors, problems: [] });
    if (Object.keys(errors).length) {
      return false;
    }
    try {
      await this.send(values);
      return true;
    } catch (error) {
      const placed = placeProblems(this.fields, messagesOf(error));
      this.patch({ errors: placed.errors, problems: placed.others });
      return false;
    }
  }
}

/** All that the server says against something, a sentence each. */
export function messagesOf(error: unknown): string[] {
  return error instanceof ClientError && error.problems.length > 0
    ? error.problems.map(problem => problem.message)
    : [messageOf(error)];
}
