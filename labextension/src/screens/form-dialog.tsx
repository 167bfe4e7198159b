/** Asks for the fields of something, and stays open until the server has accepted them. */
import { Dialog } from '@jupyterlab/apputils';
import * as React from 'react';

import { FormStore, type Check, type FormSpec } from '../live/form';
import { useStore } from '../live/store';
import { ParamsForm } from '../panels/ParamsForm';
import type { Texts } from '../text';
import { AskDialog } from './ask-dialog';
import { dialogBody } from './dialog-body';

export interface FormDialogOptions {
  readonly title: string;
  /** What the button that sends it says. */
  readonly accept: string;
  readonly spec: FormSpec;
  readonly check?: Check;
  readonly send: (values: Readonly<Record<string, unknown>>) => Promise<unknown>;
}

/** Whether it was accepted. */
export async function askWithForm(options: FormDialogOptions, texts: Texts): Promise<boolean> {
  let isAccepted = false;
  const form = new FormStore(options.spec, texts, options.send, options.check);
  const dialog = new AskDialog<void>({
    title: options.title,
    body: dialogBody(<LiveForm form={form} />, texts),
    buttons: [Dialog.cancelButton(), Dialog.okButton({ label: options.accept })],
    focusNodeSelector: 'input, select, textarea',
    onAccept: async () => {
      isAccepted = await form.submit();
      return isAccepted;
    }
  });
  await dialog.launch();
  return isAccepted;
}

function LiveForm({ form }: { form: FormStore }): React.JSX.Element {
  const state = useStore(form);
  return (
    <div className="jp-nbflow jp-nbflow-form" data-testid="nbflow-form">
      <ParamsForm
        {...state}
        fields={form.fields}
        onChange={(name, draft) => form.change(name, draft)}
      />
    </div>
  );
}
