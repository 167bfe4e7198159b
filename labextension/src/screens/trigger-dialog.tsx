/** Asks for the params of a run, its own or like those of another run, and stays open until the server has accepted it. */
import { Dialog } from '@jupyterlab/apputils';
import * as React from 'react';

import type { RestClient } from '../client';
import { changesOf } from '../form/rerun';
import { runTitle } from '../format';
import type { FormSpec } from '../live/form';
import { NewRunStore } from '../live/new-run';
import { useStore } from '../live/store';
import { TriggerForm, type Repeated } from '../panels/TriggerForm';
import { fetchVersion } from '../rest/versions';
import type { Texts } from '../text';
import type { DagDetail, RunPlan, RunView } from '../wire';
import { AskDialog } from './ask-dialog';
import { dialogBody } from './dialog-body';

/** The run that was asked for, or null when nobody asked. */
export function askForRun(
  rest: Pick<RestClient, 'trigger'>,
  detail: DagDetail,
  texts: Texts
): Promise<RunPlan | null> {
  const { dag, params } = detail;
  const store = new NewRunStore({
    kept: params,
    latest: params,
    had: null,
    send: (request, dryRun) => rest.trigger(dag.dag_id, request, dryRun),
    texts
  });
  const title = texts.__('Trigger %1', dag.dag_id);
  return launch({ store, detail, run: null, title, accept: texts.__('Trigger'), texts });
}

/** A new run like this one, linked to it: with its params in the form. */
export async function askToRerun(
  rest: Pick<RestClient, 'rerun' | 'dag' | 'request'>,
  run: RunView,
  texts: Texts
): Promise<RunPlan | null> {
  const { dag_id: dagId, run_id: runId } = run;
  const detail = await rest.dag(dagId);
  const isLatest = run.version === detail.dag.version;
  const kept: FormSpec = isLatest
    ? detail.params
    : (await fetchVersion(rest, dagId, run.version)).params;
  const store = new NewRunStore({
    kept,
    latest: detail.params,
    had: run.params,
    send: (request, dryRun) => rest.rerun(dagId, runId, request, dryRun),
    texts
  });
  const title = texts.__('Re-run %1', runTitle(run, Date.now()));
  return launch({ store, detail, run, title, accept: texts.__('Start run'), texts });
}

interface BodyOptions {
  readonly store: NewRunStore;
  readonly detail: DagDetail;
  /** The run that is repeated. */
  readonly run: RunView | null;
  readonly title: string;
  readonly accept: string;
  readonly texts: Texts;
}

async function launch(options: BodyOptions): Promise<RunPlan | null> {
  const { store, title, accept } = options;
  const dialog = new AskDialog<void>({
    title,
    body: dialogBody(<LiveForm {...options} />, options.texts),
    buttons: [Dialog.cancelButton(), Dialog.okButton({ label: accept })],
    focusNodeSelector: '.jp-nbflow-form :is(input, select, textarea)',
    onAccept: () => store.submit()
  });
  void store.look();
  await dialog.launch();
  store.close();
  return store.done;
}

function LiveForm({ store, detail, run }: BodyOptions): React.JSX.Element {
  const state = useStore(store);
  const { dag, tasks } = detail;
  const repeated: Repeated | null =
    run === null
      ? null
      : {
          version: run.version,
          latest: run.version === dag.version ? null : dag.version,
          changes: state.plan === null ? null : changesOf(state.plan, run.params)
        };
  return (
    <TriggerForm
      {...state}
      tasks={tasks}
      isPaused={dag.paused}
      repeated={repeated}
      onChange={(name, draft) => store.change(name, draft)}
      onChoose={change => store.choose(change)}
      onChooseVersion={isLatest => store.chooseVersion(isLatest)}
    />
  );
}
