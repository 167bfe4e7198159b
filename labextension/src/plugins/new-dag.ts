/** A DAG to begin with, written where the project keeps its DAGs, and opened. */
import type { JupyterFrontEnd } from '@jupyterlab/application';
import type { Contents } from '@jupyterlab/services';

import { FIRST_PYTHON, firstNotebook } from '../screens/first-dag';
import type { Texts } from '../text';
import { isThere } from './open-as-file';

export async function newDag(
  app: JupyterFrontEnd,
  kind: 'notebook' | 'python',
  folder: string,
  texts: Texts
): Promise<void> {
  const { contents } = app.serviceManager;
  if (folder.startsWith('/')) {
    throw new Error(texts.__('%1 is not among the files that this server shows.', folder));
  }
  await makeFolder(contents, folder);
  const extension = kind === 'notebook' ? 'ipynb' : 'py';
  const name = await freeName(contents, folder, extension);
  const path = [folder, `${name}.${extension}`].filter(part => part !== '').join('/');
  const content = kind === 'notebook' ? firstNotebook(texts) : FIRST_PYTHON.replace('DAG_ID', name);
  await contents.save(path, {
    type: kind === 'notebook' ? 'notebook' : 'file',
    format: kind === 'notebook' ? 'json' : 'text',
    content
  });
  await app.commands.execute('docmanager:open', { path });
}

async function makeFolder(contents: Contents.IManager, folder: string): Promise<void> {
  const parts = folder.split('/').filter(part => part !== '' && part !== '.');
  for (let length = 1; length <= parts.length; length += 1) {
    const path = parts.slice(0, length).join('/');
    if (!(await isThere(contents, path))) {
      await contents.save(path, { type: 'directory' });
    }
  }
}

async function freeName(
  contents: Contents.IManager,
  folder: string,
  extension: string
): Promise<string> {
  for (let number = 1; ; number += 1) {
    const name = number === 1 ? 'my_first_dag' : `my_dag_${number}`;
    if (!(await isThere(contents, `${folder}/${name}.${extension}`))) {
      return name;
    }
  }
}
