/** Doing what a command says: what goes wrong is shown to the person who asked. */
import { showErrorMessage } from '@jupyterlab/apputils';

import { messageOf } from '../client';

export async function doing(verb: () => Promise<void>): Promise<void> {
  try {
    await verb();
  } catch (error) {
    await showErrorMessage('nbflow', messageOf(error));
  }
}
