/** Notebooks that the server has made, written among a person's files and opened there. */
import type { JupyterFrontEnd } from '@jupyterlab/application';
import type { Contents } from '@jupyterlab/services';

import type { NotebookJson } from '../client';

/** Write the notebook under a name of its own and open it, with a running kernel if one is named. Its path. */
export async function openAsFile(
  app: JupyterFrontEnd,
  title: string,
  notebook: NotebookJson,
  kernel?: { readonly id: string; readonly name?: string }
): Promise<string> {
  const { contents, sessions } = app.serviceManager;
  const path = await freePath(contents, `${title.replaceAll(/[^\w[\].-]+/g, '_')}.ipynb`);
  await contents.save(path, { type: 'notebook', format: 'json', content: notebook });
  if (kernel !== undefined) {
    // The notebook finds the session of its path. Left to itself JupyterLab may begin two at the same time, and
    // ends one, and with it the kernel of both.
    const session = await sessions.startNew({ path, name: path, type: 'notebook', kernel });
    session.dispose();
  }
  await app.commands.execute('docmanager:open', { path });
  return path;
}

export async function isThere(contents: Contents.IManager, path: string): Promise<boolean> {
  try {
    await contents.get(path, { content: false });
    return true;
  } catch {
    return false; // The server answers 404: that is the answer.
  }
}

async function freePath(contents: Contents.IManager, name: string): Promise<string> {
  let path = name;
  for (let i = 2; await isThere(contents, path); i++) {
    path = name.replace(/\.ipynb$/, `-${i}.ipynb`);
  }
  return path;
}
