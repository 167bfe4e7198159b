/** Asks when a notebook is to run; writes that into its metadata, saves it, and makes it a DAG of the project. */
import type { NotebookPanel } from '@jupyterlab/notebook';
import * as React from 'react';

import { AskingStore } from '../live/asking';
import { ScheduleForm } from '../panels/preview/ScheduleForm';
import { draftOf, settingsOf, type ScheduleDraft, type Settings } from '../preview/schedule';
import { addNotebook, previewSchedule } from '../rest/notebooks';
import type { Texts } from '../text';
import type { INbflowClient } from '../tokens';
import type { NotebookView, ScheduleView } from '../wire';
import { askWithPreview } from './asking-dialog';
import { readyToRun } from './notebook-runs';
import type { NotebookSession } from './notebook-session';

const NEXT_RUNS = 5;

export async function askForSchedule(
  session: NotebookSession,
  client: INbflowClient,
  texts: Texts
): Promise<void> {
  const view = await readyToRun(session, texts);
  if (view === null) {
    return;
  }
  const { rest } = client;
  const before = settingsIn(session.panel);
  const store = new AskingStore<ScheduleDraft, ScheduleView>({
    draft: draftOf(before, ownZone(), view.dag?.paused ?? false),
    send: async (draft, dryRun) => {
      if (!dryRun) {
        await keep(session, client, view, draft);
      }
      return previewSchedule(rest, draft.schedule, draft.timezone || 'UTC', NEXT_RUNS);
    },
    isSomething: preview => !preview.problems.length
  });
  const zones = Intl.supportedValuesOf('timeZone');
  await askWithPreview(
    {
      title: texts.__('Schedule %1', view.dag_id),
      accept: texts.__('Save'),
      store,
      focus: '.jp-nbflow-form input[name="schedule"]',
      form: state => (
        <ScheduleForm
          state={state}
          params={view.params}
          zones={['UTC', ...zones]}
          onChange={(change, how) => store.change(change, how)}
        />
      )
    },
    texts
  );
}

/** Write it down: the notebook first, which is the truth; then the project learns of it. */
async function keep(
  session: NotebookSession,
  { rest }: INbflowClient,
  view: NotebookView,
  draft: ScheduleDraft
): Promise<void> {
  const { panel, store } = session;
  const next = settingsOf(draft, settingsIn(panel));
  const { model } = panel.context;
  if (Object.keys(next).length) {
    model.setMetadata('nbflow', next);
  } else {
    model.deleteMetadata('nbflow');
  }
  await panel.context.save();
  await addNotebook(rest, store.path);
  if ((view.dag?.paused ?? false) === draft.isActive) {
    await rest.setPaused(view.dag_id, !draft.isActive);
  }
  await store.look(true);
}

function settingsIn(panel: NotebookPanel): Settings {
  const found: unknown = panel.context.model.getMetadata('nbflow');
  return typeof found === 'object' && found !== null ? (found as Settings) : {};
}

function ownZone(): string {
  return new Intl.DateTimeFormat().resolvedOptions().timeZone || 'UTC';
}
