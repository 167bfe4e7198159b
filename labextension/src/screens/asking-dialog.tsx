/** A dialog with a form and a preview in it, whose button can be pressed once there is something to do. */
import { Dialog } from '@jupyterlab/apputils';
import * as React from 'react';

import type { AskingState, AskingStore } from '../live/asking';
import { useStore } from '../live/store';
import type { Texts } from '../text';
import { AskDialog } from './ask-dialog';
import { dialogBody } from './dialog-body';

export interface AskingDialogOptions<D, P> {
  readonly title: string;
  /** What the button that does it says. */
  readonly accept: string;
  /** Whether something is lost for good. */
  readonly isWarning?: boolean;
  readonly store: AskingStore<D, P>;
  readonly form: (state: AskingState<D, P>) => React.JSX.Element;
  /** What has the focus at first; an input of the form unless said otherwise. */
  readonly focus?: string;
}

/** What was done, null when nothing was asked for. */
export async function askWithPreview<D, P>(
  options: AskingDialogOptions<D, P>,
  texts: Texts
): Promise<P | null> {
  const { store, title, accept, isWarning = false, focus = FIELDS } = options;
  const button = isWarning ? Dialog.warnButton : Dialog.okButton;
  const dialog = new AskDialog<void>({
    title,
    body: dialogBody(<Live {...options} />, texts),
    buttons: [Dialog.cancelButton(), button({ label: accept })],
    focusNodeSelector: focus,
    // What is lost for good is not a key press away.
    ...(isWarning ? { defaultButton: 0 } : {}),
    onAccept: () => store.submit()
  });
  const show = (): void => dialog.setReady(store.isReady);
  show();
  const stop = store.subscribe(show);
  void store.look();
  await dialog.launch();
  stop();
  store.close();
  return store.done;
}

const FIELDS = '.jp-nbflow-form :is(input, select, textarea)';

function Live<D, P>({ store, form }: AskingDialogOptions<D, P>): React.JSX.Element {
  return form(useStore(store));
}
