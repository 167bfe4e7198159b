/** The side panel: the live DAG list on JupyterLab's shell. */
import { ReactWidget } from '@jupyterlab/ui-components';
import type { CommandRegistry } from '@lumino/commands';
import * as React from 'react';

import { useNow } from '../graph/useNow';
import { nbflowIcon } from '../icons';
import { questionCounts } from '../live/questions';
import { whyNot } from '../live/permissions';
import { useStore } from '../live/store';
import { Boundary } from '../panels/Boundary';
import { DagList } from '../panels/DagList';
import { CommandIds, type INbflowModel } from '../tokens';
import { WithModel } from './WithModel';

/** Often enough for a heartbeat that is told in seconds. */
const TICK = 10_000;

export class DagListPanel extends ReactWidget {
  constructor(
    private readonly model: INbflowModel,
    private readonly commands: CommandRegistry
  ) {
    super();
    this.id = 'nbflow-panel';
    this.addClass('jp-nbflow-host');
    this.title.icon = nbflowIcon;
    this.title.caption = model.texts.__('nbflow: DAGs');
    this.node.setAttribute('role', 'region');
    this.node.setAttribute('aria-label', model.texts.__('nbflow: DAGs'));
  }

  protected override render(): React.JSX.Element {
    return (
      <WithModel model={this.model}>
        <Boundary>
          <LiveList model={this.model} commands={this.commands} />
        </Boundary>
      </WithModel>
    );
  }
}

function LiveList({
  model,
  commands
}: {
  model: INbflowModel;
  commands: CommandRegistry;
}): React.JSX.Element {
  const state = useStore(model.list);
  const { value: asked } = useStore(model.questions);
  const questions = React.useMemo(() => questionCounts(asked), [asked]);
  const now = useNow(true, TICK);
  const callbacks = React.useMemo(
    () => ({
      onOpen: (dagId: string, runId?: string) =>
        void commands.execute(CommandIds.openDag, { dag_id: dagId, run_id: runId }),
      onQuestion: (dagId: string) => void commands.execute(CommandIds.answer, { dag_id: dagId }),
      onTrigger: (dagId: string) => void commands.execute(CommandIds.trigger, { dag_id: dagId }),
      onPause: (dagId: string, paused: boolean) =>
        void commands.execute(paused ? CommandIds.pause : CommandIds.unpause, { dag_id: dagId }),
      onHome: () => void commands.execute(CommandIds.openHome),
      onReload: () => void model.list.reload(),
      onStartScheduler: () => void commands.execute(CommandIds.startScheduler),
      onOpenCluster: () => void commands.execute(CommandIds.openCluster),
      onOpenFile: (file: string) => void commands.execute(CommandIds.openFile, { path: file })
    }),
    [model, commands]
  );
  return (
    <DagList
      {...state}
      {...callbacks}
      readOnly={whyNot(useStore(model.me), 'trigger', model.texts)}
      questions={questions}
      now={now}
    />
  );
}
