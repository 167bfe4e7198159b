/** Runs of the notebook that is open: saved first, explained where there is something to explain, then asked for. */
import { Dialog, showDialog, showErrorMessage } from '@jupyterlab/apputils';

import { runNotebook, addNotebook } from '../rest/notebooks';
import { tasksOfCells, upstreamOf } from '../preview/mapping';
import type { Texts } from '../text';
import type { INbflowClient } from '../tokens';
import type { NotebookView } from '../wire';
import type { NotebookSession } from './notebook-session';
import { askForRun } from './trigger-dialog';

/** The DAG that the saved notebook is, null where it cannot run, of which the person has been told. */
export async function readyToRun(
  session: NotebookSession,
  texts: Texts
): Promise<NotebookView | null> {
  await save(session);
  await session.store.look(true);
  const { view, error } = session.store.value;
  if (view === null) {
    throw new Error(error ?? texts.__('The server does not answer.'));
  }
  if (view.is_broken) {
    await tellWhatIsWrong(session, view, texts);
    return null;
  }
  if (view.dag?.place === 'other') {
    throw new Error(
      texts.__(
        'The DAG id %1 belongs to %2. Give this notebook another dag_id (Property Inspector, DAG) or another name.',
        view.dag_id,
        view.dag.file
      )
    );
  }
  return view;
}

async function tellWhatIsWrong(
  session: NotebookSession,
  { problems }: NotebookView,
  texts: Texts
): Promise<void> {
  const first = problems.find(({ severity }) => severity === 'error');
  const words = first === undefined ? '' : `${first.message} ${first.fix}`;
  await showErrorMessage(texts.__('The notebook cannot run as a DAG'), words);
  if (first !== undefined && first.cell !== null) {
    await session.show(first.cell, first.line);
  }
}

/** Save what was edited: runs are of what is saved. */
export async function save({ panel }: NotebookSession): Promise<void> {
  if (panel.context.model.dirty) {
    await panel.context.save();
  }
}

/** Run all of it. Asks once whether the notebook is to be a DAG of the project. */
export async function runAll(session: NotebookSession, texts: Texts): Promise<void> {
  const view = await readyToRun(session, texts);
  if (view !== null && (view.dag !== null || (await askToAdd(view, texts)))) {
    await session.store.run({});
  }
}

/** Run the tasks of the selected cells, with what these need. */
export async function runSelected(session: NotebookSession, texts: Texts): Promise<void> {
  const view = await readyToRun(session, texts);
  if (view === null) {
    return;
  }
  const tasks = tasksOfCells(view, session.selectedCells());
  if (!tasks.length) {
    throw new Error(
      texts.__(
        'No task is selected: setup and skipped cells belong to no task. Select another cell.'
      )
    );
  }
  if (await askToRun(view, tasks, texts)) {
    await session.store.run({ tasks: tasks.map(task => `+${task}`) });
  }
}

/** Run it with other params, or some tasks of it, as the form says. */
export async function runWith(
  session: NotebookSession,
  client: INbflowClient,
  texts: Texts
): Promise<void> {
  const view = await readyToRun(session, texts);
  if (view === null || (view.dag === null && !(await askToAdd(view, texts)))) {
    return;
  }
  const path = session.store.path;
  await addNotebook(client.rest, path);
  const detail = await client.rest.dag(view.dag_id);
  const plan = await askForRun(
    {
      trigger: (_, { params, tasks, note }, dryRun) =>
        runNotebook(client.rest, path, { params, tasks, note }, dryRun)
    },
    detail,
    texts
  );
  if (plan !== null) {
    await session.store.follows(plan);
  }
}

async function askToAdd(view: NotebookView, texts: Texts): Promise<boolean> {
  const { button } = await showDialog({
    title: texts.__('Run %1 as a DAG?', view.dag_id),
    body: texts.__(
      'This notebook is not among the DAGs of the project yet. It will be listed there with its runs, without a schedule until you give it one. The file stays where it is, and runs never write to it.'
    ),
    buttons: [Dialog.cancelButton(), Dialog.okButton({ label: texts.__('Run') })]
  });
  return button.accept;
}

/** Says which tasks run, and which before them; asks only where there is something to decide. */
async function askToRun(
  view: NotebookView,
  tasks: readonly string[],
  texts: Texts
): Promise<boolean> {
  const needed = upstreamOf(view, tasks);
  if (!needed.length && view.dag !== null) {
    return true;
  }
  const sentences = [
    texts._n(
      '%1 task is selected: %2.',
      '%1 tasks are selected: %2.',
      tasks.length,
      tasks.join(', ')
    ),
    ...(needed.length ? [texts.__('What they need runs before them: %1.', needed.join(', '))] : []),
    ...(view.dag === null
      ? [texts.__('The notebook becomes a DAG of the project; the file stays where it is.')]
      : [])
  ];
  const { button } = await showDialog({
    title: texts.__('Run selected cells of %1?', view.dag_id),
    body: sentences.join(' '),
    buttons: [Dialog.cancelButton(), Dialog.okButton({ label: texts.__('Run') })]
  });
  return button.accept;
}
