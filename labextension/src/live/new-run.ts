/** A run while its form is filled in, new or like another one: checked here, then by the server, at each change. */
import type { NewRunRequest } from '../client';
import { fieldsOf, placeProblems, readAll, type Draft, type Field } from '../form/model';
import { filledWith, withoutKept } from '../form/rerun';
import type { Texts } from '../text';
import type { RunPlan } from '../wire';
import { messagesOf, type FormSpec } from './form';
import { soon } from './soon';
import { Store } from './store';

export interface NewRunState {
  readonly fields: readonly Field[];
  readonly drafts: Readonly<Record<string, Draft>>;
  /** By the name of the field. */
  readonly errors: Readonly<Record<string, string>>;
  /** What belongs to no field. */
  readonly problems: readonly string[];
  /** As a local time without zone, empty for none. */
  readonly logicalDate: string;
  readonly note: string;
  /** Which tasks alone; empty for all. */
  readonly selection: string;
  readonly isLatest: boolean;
  /** Whether all of it is executed, whatever the cache has. */
  readonly noCache: boolean;
  /** What the run is going to be; null while that is not known. */
  readonly plan: RunPlan | null;
  readonly isStale: boolean;
  readonly isBusy: boolean;
}

export interface NewRunOptions {
  /** The params of the version that the first run has, and those of the latest one. */
  readonly kept: FormSpec;
  readonly latest: FormSpec;
  /** The params of the run that is repeated; null for a run of its own. */
  readonly had: Readonly<Record<string, unknown>> | null;
  readonly send: (request: NewRunRequest, dryRun: boolean) => Promise<RunPlan>;
  readonly texts: Texts;
}

const LOOK_AGAIN = 250;

export class NewRunStore extends Store<NewRunState> {
  done: RunPlan | null = null;
  private looks = 0;
  private readonly lookSoon = soon(() => void this.look(), LOOK_AGAIN);

  constructor(private readonly options: NewRunOptions) {
    super({
      fields: fieldsFor(options, options.had === null),
      drafts: {},
      errors: {},
      problems: [],
      logicalDate: '',
      note: '',
      selection: '',
      isLatest: options.had === null,
      noCache: false,
      plan: null,
      isStale: true,
      isBusy: false
    });
  }

  close(): void {
    this.lookSoon.cancel();
    this.looks += 1;
  }

  /** What is typed takes its own error away at once. */
  change(name: string, draft: Draft): void {
    const others = Object.entries(this.value.errors).filter(([other]) => other !== name);
    this.renew({
      drafts: { ...this.value.drafts, [name]: draft },
      errors: Object.fromEntries(others)
    });
  }

  choose(
    change: Partial<Pick<NewRunState, 'logicalDate' | 'selection' | 'note' | 'noCache'>>
  ): void {
    if ('note' in change || 'noCache' in change) {
      this.patch(change);
    } else {
      this.renew(change);
    }
  }

  chooseVersion(isLatest: boolean): void {
    this.renew({ isLatest, fields: fieldsFor(this.options, isLatest), errors: {} });
  }

  private renew(change: Partial<NewRunState>): void {
    this.patch({ ...change, isStale: true });
    this.looks += 1;
    this.lookSoon();
  }

  /** Ask what the run is going to be; tells what is wrong with what has been touched. */
  async look(): Promise<void> {
    this.looks += 1;
    const { looks } = this;
    const { drafts, errors: told } = this.value;
    const { request, errors } = this.read();
    const isTouched = ([name]: [string, string]): boolean => name in drafts || name in told;
    if (request === null) {
      this.patch({ errors: Object.fromEntries(Object.entries(errors).filter(isTouched)) });
      return;
    }
    try {
      const plan = await this.options.send(request, true);
      if (looks === this.looks) {
        this.patch({ plan, isStale: false, errors: {}, problems: [] });
      }
    } catch (error) {
      if (looks === this.looks) {
        this.tell(error);
      }
    }
  }

  /** Whether the run was asked for; the server says the last word about the params. */
  async submit(): Promise<boolean> {
    if (this.value.isBusy) {
      return false;
    }
    const { request, errors } = this.read();
    this.looks += 1;
    this.lookSoon.cancel();
    this.patch({ errors, problems: [], isBusy: request !== null });
    if (request === null) {
      return false;
    }
    try {
      this.done = await this.options.send(request, false);
    } catch (error) {
      this.tell(error);
    }
    this.patch({ isBusy: false });
    return this.done !== null;
  }

  private read(): {
    readonly request: NewRunRequest | null;
    readonly errors: NewRunState['errors'];
  } {
    const { fields, drafts, logicalDate, note, selection, isLatest, noCache } = this.value;
    const { values, errors } = readAll(fields, drafts, this.options.texts);
    if (Object.keys(errors).length) {
      return { request: null, errors };
    }
    const { had } = this.options;
    const request = {
      params: had === null ? values : withoutKept(values, fields, had),
      logicalDate: logicalDate === '' ? null : new Date(logicalDate).toISOString(),
      note,
      tasks: selection.trim() === '' ? null : [selection],
      latest: isLatest,
      noCache
    };
    return { request, errors };
  }

  private tell(error: unknown): void {
    const { errors, others } = placeProblems(this.value.fields, messagesOf(error));
    this.patch({ errors, problems: others, plan: null, isStale: false });
  }
}

function fieldsFor({ kept, latest, had, texts }: NewRunOptions, isLatest: boolean): Field[] {
  const params = isLatest ? latest : kept;
  const hint = texts.__('Left empty, it stays what it was.');
  return fieldsOf(had === null ? params : filledWith(params, had, hint));
}
