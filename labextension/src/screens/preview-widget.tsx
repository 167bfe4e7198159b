/** The preview of a notebook as a DAG in the main area, beside the notebook. */
import { ReactWidget } from '@jupyterlab/ui-components';
import type { CommandRegistry } from '@lumino/commands';
import * as React from 'react';

import { nbflowIcon } from '../icons';
import { useStore } from '../live/store';
import { Boundary } from '../panels/Boundary';
import { Preview } from '../panels/preview/Preview';
import { CommandIds, type INbflowModel } from '../tokens';
import { openMenu, type MenuEntry } from './menu';
import type { NotebookSession } from './notebook-session';
import { WithModel } from './WithModel';

export interface PreviewOptions {
  readonly session: NotebookSession;
  readonly model: INbflowModel;
  readonly commands: CommandRegistry;
}

export class PreviewWidget extends ReactWidget {
  constructor(private readonly options: PreviewOptions) {
    super();
    const { session, model } = options;
    const name = session.panel.title.label;
    this.addClass('jp-nbflow-host');
    this.title.icon = nbflowIcon;
    this.title.label = model.texts.__('DAG: %1', name);
    this.title.caption = model.texts.__('%1 as a DAG', name);
  }

  get session(): NotebookSession {
    return this.options.session;
  }

  protected override render(): React.JSX.Element {
    return (
      <WithModel model={this.options.model}>
        <Boundary>
          <LivePreview {...this.options} />
        </Boundary>
      </WithModel>
    );
  }
}

function LivePreview({ session, model, commands }: PreviewOptions): React.JSX.Element {
  const state = useStore(session.store);
  const { health } = useStore(model.list);
  const args = { path: session.panel.context.path };
  const select = React.useCallback(
    (taskId: string | null) => {
      session.store.select(taskId);
      if (taskId !== null) {
        void session.showTask(taskId);
      }
    },
    [session]
  );
  const openRun = (): void => {
    const { view, runId } = session.store.value;
    void commands.execute(CommandIds.openDag, { dag_id: view?.dag_id, run_id: runId });
  };
  return (
    <Preview
      state={state}
      health={health}
      onRun={() => void commands.execute(CommandIds.runNotebook, args)}
      onSchedule={() => void commands.execute(CommandIds.scheduleNotebook, args)}
      onMore={button => openMenu(commands, entries(args), button)}
      onOpenRun={openRun}
      onSelect={select}
      onGo={(cell, line) => void session.show(cell, line)}
      onRetry={() => void session.store.look(true)}
      onStartScheduler={() => void commands.execute(CommandIds.startScheduler)}
    />
  );
}

function entries(args: { path: string }): (MenuEntry | null)[] {
  return [
    { command: CommandIds.runCells, args },
    { command: CommandIds.runNotebookWith, args },
    null,
    { command: CommandIds.openNotebookDag, args },
    { command: CommandIds.removeNotebook, args }
  ];
}
