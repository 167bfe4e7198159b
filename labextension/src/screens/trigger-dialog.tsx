/** Asks for the params of a run, and stays open until the server has accepted it. */
import { Dialog, ReactWidget } from '@jupyterlab/apputils';
import * as React from 'react';

import { ClientError, messageOf, type RestClient } from '../client';
import { fieldsOf, placeProblems, readAll, type Draft, type Field } from '../form/model';
import { Store, useStore } from '../live/store';
import { TriggerForm } from '../panels/TriggerForm';
import { TextsContext, type Texts } from '../text';
import type { DagDetail, RequestReceipt } from '../wire';
import { AskDialog } from './ask-dialog';

interface FormState {
  readonly drafts: Readonly<Record<string, Draft>>;
  readonly errors: Readonly<Record<string, string>>;
  readonly problems: readonly string[];
  readonly logicalDate: string;
  readonly note: string;
}

/** The receipt of the run that was asked for, or null when nobody asked. */
export async function askForRun(
  rest: Pick<RestClient, 'trigger'>,
  detail: DagDetail,
  texts: Texts
): Promise<RequestReceipt | null> {
  const form = new TriggerFormStore(rest, detail, texts);
  const dialog = new AskDialog<void>({
    title: texts.__('Trigger %1', detail.dag.dag_id),
    body: new TriggerBody(form, detail, texts),
    buttons: [Dialog.cancelButton(), Dialog.okButton({ label: texts.__('Trigger') })],
    focusNodeSelector: 'input, select, textarea',
    onAccept: () => form.submit()
  });
  await dialog.launch();
  return form.receipt;
}

class TriggerFormStore extends Store<FormState> {
  readonly fields: readonly Field[];
  receipt: RequestReceipt | null = null;

  constructor(
    private readonly rest: Pick<RestClient, 'trigger'>,
    private readonly detail: DagDetail,
    private readonly texts: Texts
  ) {
    super({ drafts: {}, errors: {}, problems: [], logicalDate: '', note: '' });
    this.fields = fieldsOf(detail.params);
  }

  /** What is typed takes its own error away at once; others are looked for when the form is sent. */
  change(name: string, draft: Draft): void {
    const others = Object.entries(this.value.errors).filter(([other]) => other !== name);
    const errors = Object.fromEntries(others);
    this.patch({ drafts: { ...this.value.drafts, [name]: draft }, errors });
  }

  async submit(): Promise<boolean> {
    const { drafts, logicalDate, note } = this.value;
    const { values, errors } = readAll(this.fields, drafts, this.texts);
    this.patch({ errors, problems: [] });
    if (Object.keys(errors).length) {
      return false;
    }
    try {
      const date = logicalDate === '' ? null : new Date(logicalDate).toISOString();
      this.receipt = await this.rest.trigger(this.detail.dag.dag_id, values, date, note);
      return true;
    } catch (error) {
      const hasProblems = error instanceof ClientError && error.problems.length > 0;
      const messages = hasProblems
        ? error.problems.map(problem => problem.message)
        : [messageOf(error)];
      const placed = placeProblems(this.fields, messages);
      this.patch({ errors: placed.errors, problems: placed.others });
      return false;
    }
  }
}

class TriggerBody extends ReactWidget {
  constructor(
    private readonly form: TriggerFormStore,
    private readonly detail: DagDetail,
    private readonly texts: Texts
  ) {
    super();
  }

  protected override render(): React.JSX.Element {
    return (
      <TextsContext.Provider value={this.texts}>
        <LiveForm form={this.form} isPaused={this.detail.dag.paused} />
      </TextsContext.Provider>
    );
  }
}

function LiveForm({
  form,
  isPaused
}: {
  form: TriggerFormStore;
  isPaused: boolean;
}): React.JSX.Element {
  const state = useStore(form);
  return (
    <TriggerForm
      {...state}
      fields={form.fields}
      isPaused={isPaused}
      onChange={(name, draft) => form.change(name, draft)}
      onChangeDate={logicalDate => form.patch({ logicalDate })}
      onChangeNote={note => form.patch({ note })}
    />
  );
}
