/** How many runs are running, in the status bar; or that nobody is there to run anything. */
import type { JupyterFrontEnd, JupyterFrontEndPlugin } from '@jupyterlab/application';
import { IStatusBar } from '@jupyterlab/statusbar';
import { ReactWidget } from '@jupyterlab/ui-components';
import type { CommandRegistry } from '@lumino/commands';
import * as React from 'react';

import { nbflowIcon } from '../icons';
import { useStore } from '../live/store';
import { Icon } from '../panels/icons';
import type { Texts } from '../text';
import { CommandIds, INbflowModel, pluginId } from '../tokens';
import type { Health } from '../wire';

export const statusBarPlugin: JupyterFrontEndPlugin<void> = {
  id: pluginId('status-bar'),
  description: 'Shows in the status bar how many runs are running.',
  autoStart: true,
  requires: [INbflowModel],
  optional: [IStatusBar],
  activate: (app: JupyterFrontEnd, model: INbflowModel, statusBar: IStatusBar | null) => {
    if (statusBar !== null) {
      const item = new StatusItem(model, app.commands);
      statusBar.registerStatusItem(pluginId('status-bar'), { item, align: 'left', rank: 90 });
    }
  }
};

class StatusItem extends ReactWidget {
  constructor(
    private readonly model: INbflowModel,
    private readonly commands: CommandRegistry
  ) {
    super();
    this.addClass('jp-mod-highlighted');
  }

  protected override render(): React.JSX.Element {
    return (
      <Status
        model={this.model}
        onOpen={() => void this.commands.execute(CommandIds.openPanel)}
        onAnswer={() => void this.commands.execute(CommandIds.answer)}
      />
    );
  }
}

function Status({
  model,
  onOpen,
  onAnswer
}: {
  model: INbflowModel;
  onOpen: () => void;
  onAnswer: () => void;
}): React.JSX.Element | null {
  const { health } = useStore(model.list);
  const asked = useStore(model.questions).value?.length ?? 0;
  if (health === null) {
    return null;
  }
  return (
    <>
      <button
        type="button"
        className="jp-nbflow-status"
        title={model.texts.__('nbflow: show the DAGs')}
        data-alive={health.scheduler.alive}
        data-testid="nbflow-status"
        onClick={onOpen}
      >
        <nbflowIcon.react tag="span" width="14px" height="14px" />
        {statusText(health, model.texts)}
      </button>
      {asked ? (
        <button
          type="button"
          className="jp-nbflow-status"
          title={model.texts.__('nbflow: answer what tasks ask')}
          data-testid="nbflow-status-questions"
          onClick={onAnswer}
        >
          <Icon name="person" size={13} />
          {model.texts._n('%1 question', '%1 questions', asked)}
        </button>
      ) : null}
    </>
  );
}

function statusText(health: Health, texts: Texts): string {
  if (!health.scheduler.alive) {
    return texts.__('no scheduler');
  }
  return health.running ? texts._n('%1 run', '%1 runs', health.running) : texts.__('idle');
}
