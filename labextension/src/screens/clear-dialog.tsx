/** Asks which tasks are to run again; shows what that means before it is asked for. */
import { Dialog, ReactWidget } from '@jupyterlab/apputils';
import * as React from 'react';

import { messageOf, type ClearRequest, type RestClient } from '../client';
import { Store, useStore } from '../live/store';
import { ClearForm, firstRequest } from '../panels/ClearForm';
import { TextsContext, type Texts } from '../text';
import type { RunDetail } from '../wire';
import { AskDialog } from './ask-dialog';

interface ClearState {
  readonly request: ClearRequest;
  readonly keys: readonly (readonly [string, number])[] | null;
  readonly runs: number;
  readonly error: string | null;
}

/** Whether something was asked for. `taskId` null means the run as a whole. */
export async function askToClear(
  rest: Pick<RestClient, 'clear'>,
  run: RunDetail,
  taskId: string | null,
  texts: Texts
): Promise<boolean> {
  const form = new ClearFormStore(rest, run, firstRequest(taskId));
  const dialog = new AskDialog<void>({
    title: taskId === null ? texts.__('Run again') : texts.__('Run %1 again', taskId),
    body: new ClearBody(form, run, taskId, texts),
    buttons: [Dialog.cancelButton(), Dialog.okButton({ label: texts.__('Run again') })],
    focusNodeSelector: 'input',
    onAccept: () => form.submit()
  });
  void form.preview();
  await dialog.launch();
  return form.isAccepted;
}

class ClearFormStore extends Store<ClearState> {
  isAccepted = false;

  constructor(
    private readonly rest: Pick<RestClient, 'clear'>,
    private readonly run: RunDetail,
    request: ClearRequest
  ) {
    super({ request, keys: null, runs: 1, error: null });
  }

  change(request: ClearRequest): void {
    this.patch({ request, keys: null, error: null });
    void this.preview();
  }

  async preview(): Promise<void> {
    const { request } = this.value;
    try {
      const { keys, runs } = await this.send(request, true);
      if (this.value.request === request) {
        this.patch({ keys, runs: runs.length, error: null });
      }
    } catch (error) {
      if (this.value.request === request) {
        this.patch({ keys: null, error: messageOf(error) });
      }
    }
  }

  async submit(): Promise<boolean> {
    const { request, keys } = this.value;
    if (keys !== null && !keys.length) {
      return false;
    }
    try {
      await this.send(request, false);
      this.isAccepted = true;
    } catch (error) {
      this.patch({ error: messageOf(error) });
    }
    return this.isAccepted;
  }

  private send(request: ClearRequest, dryRun: boolean): ReturnType<RestClient['clear']> {
    const { dag_id, run_id } = this.run.run;
    return this.rest.clear(dag_id, run_id, request, dryRun);
  }
}

class ClearBody extends ReactWidget {
  constructor(
    private readonly form: ClearFormStore,
    private readonly run: RunDetail,
    private readonly taskId: string | null,
    private readonly texts: Texts
  ) {
    super();
  }

  protected override render(): React.JSX.Element {
    return (
      <TextsContext.Provider value={this.texts}>
        <LiveForm form={this.form} run={this.run} taskId={this.taskId} />
      </TextsContext.Provider>
    );
  }
}

function LiveForm({
  form,
  run,
  taskId
}: {
  form: ClearFormStore;
  run: RunDetail;
  taskId: string | null;
}): React.JSX.Element {
  const state = useStore(form);
  return (
    <ClearForm
      {...state}
      taskId={taskId}
      instances={run.instances}
      onChange={request => form.change(request)}
    />
  );
}
