/** The cluster in the main area, live while it is looked at. */
import { URLExt } from '@jupyterlab/coreutils';
import { ReactWidget } from '@jupyterlab/ui-components';
import type { CommandRegistry } from '@lumino/commands';
import type { Message } from '@lumino/messaging';
import * as React from 'react';

import { useNow } from '../graph/useNow';
import { nbflowIcon } from '../icons';
import { ClusterStore, spanOf } from '../live/cluster';
import { whyNot } from '../live/permissions';
import { Store, useStore } from '../live/store';
import { Boundary } from '../panels/Boundary';
import { ClusterPage, type ClusterTab } from '../panels/cluster/ClusterPage';
import { clusterDetail, dashboard } from '../rest/cluster';
import { CommandIds, type INbflowClient, type INbflowModel } from '../tokens';
import { WithModel } from './WithModel';

const TICK = 5000;

export class ClusterWidget extends ReactWidget {
  readonly tab = new Store<ClusterTab>('workers');
  private readonly cluster: ClusterStore;

  constructor(
    private readonly client: INbflowClient,
    private readonly model: INbflowModel,
    private readonly commands: CommandRegistry
  ) {
    super();
    const { rest } = client;
    const api = { detail: () => clusterDetail(rest), dashboard: () => dashboard(rest) };
    this.cluster = new ClusterStore(api, client.feed);
    this.addClass('jp-nbflow-host');
    this.title.icon = nbflowIcon;
    this.title.label = model.texts.__('nbflow: Cluster');
  }

  override dispose(): void {
    this.cluster.dispose();
    super.dispose();
  }

  protected override render(): React.JSX.Element {
    const { client, model, commands, cluster, tab } = this;
    return (
      <WithModel model={model}>
        <Boundary>
          <LiveCluster {...{ client, model, commands, cluster, tab }} />
        </Boundary>
      </WithModel>
    );
  }

  protected override onAfterAttach(message: Message): void {
    super.onAfterAttach(message);
    this.cluster.watch(this.isVisible);
  }

  protected override onAfterShow(message: Message): void {
    super.onAfterShow(message);
    this.cluster.watch(this.isVisible);
  }

  protected override onBeforeHide(message: Message): void {
    super.onBeforeHide(message);
    this.cluster.watch(false);
  }

  protected override onBeforeDetach(message: Message): void {
    this.cluster.watch(false);
    super.onBeforeDetach(message);
  }
}

interface LiveProps {
  readonly client: INbflowClient;
  readonly model: INbflowModel;
  readonly commands: CommandRegistry;
  readonly cluster: ClusterStore;
  readonly tab: Store<ClusterTab>;
}

function LiveCluster(props: LiveProps): React.JSX.Element {
  const { client, model, commands, cluster } = props;
  const state = useStore(cluster);
  const { baseUrl } = client.rest.settings;
  return (
    <ClusterPage
      state={state}
      tab={useStore(props.tab)}
      now={useNow(true, TICK)}
      span={spanOf(state.history)}
      readOnly={whyNot(useStore(model.me), 'scaleCluster', model.texts)}
      addressOf={url => addressOf(url, baseUrl)}
      onChooseTab={tab => props.tab.set(tab)}
      onScale={() => void commands.execute(CommandIds.scaleCluster).then(() => cluster.load())}
      onOpenDashboard={() => void commands.execute(CommandIds.openDashboard)}
      onReload={() => void cluster.load()}
      onReloadDashboard={() => void cluster.loadDashboard()}
      onStartScheduler={() => void commands.execute(CommandIds.startScheduler)}
      onOpenTask={task =>
        void commands.execute(CommandIds.openDag, {
          dag_id: task.dag_id,
          run_id: task.run_id,
          task_id: task.task_id
        })
      }
    />
  );
}

/** Relative to the Jupyter server, wherever that is: behind a Hub, or on Binder. Others stay as they are. */
export function addressOf(url: string, baseUrl: string): string {
  return /^https?:/.test(url) ? url : URLExt.join(baseUrl, url);
}
