/**
 * Tells when a run fails (or succeeds, for those who want that), and when the scheduler refuses what this
 * person has asked for, wherever in JupyterLab one is.
 */
import type { JupyterFrontEnd, JupyterFrontEndPlugin } from '@jupyterlab/application';
import { Notification } from '@jupyterlab/apputils';
import { ISettingRegistry } from '@jupyterlab/settingregistry';

import { actorOf, refusedOf } from '../refused';
import { CommandIds, INbflowClient, INbflowModel, pluginId } from '../tokens';
import type { ChangeView } from '../wire';

const ID = pluginId('notifications');

export const notificationsPlugin: JupyterFrontEndPlugin<void> = {
  id: ID,
  description: 'Notifies when runs fail or succeed.',
  autoStart: true,
  requires: [INbflowClient, INbflowModel],
  optional: [ISettingRegistry],
  activate: (
    app: JupyterFrontEnd,
    client: INbflowClient,
    model: INbflowModel,
    registry: ISettingRegistry | null
  ) => {
    const wanted = { failed: true, success: false };
    void registry?.load(ID).then(settings => {
      const read = (): void => {
        wanted.failed = settings.composite.onFailure === true;
        wanted.success = settings.composite.onSuccess === true;
      };
      settings.changed.connect(read);
      read();
    });
    const tell = ({ dag_id, run_id, state, data }: ChangeView): void => {
      const { texts } = model;
      const show = {
        label: texts.__('Show'),
        callback: () => void app.commands.execute(CommandIds.openDag, { dag_id, run_id })
      };
      const options = { actions: [show] };
      if (state === 'failed' && wanted.failed) {
        const why = typeof data.message === 'string' ? ` ${data.message}` : '';
        // Without `autoClose` JupyterLab keeps it in its list, and shows nothing.
        Notification.error(`${texts.__('%1 failed.', dag_id ?? '')}${why}`, {
          ...options,
          autoClose: 8000
        });
      } else if (state === 'success' && wanted.success) {
        Notification.success(texts.__('%1 succeeded.', dag_id ?? ''), {
          ...options,
          autoClose: 5000
        });
      }
    };
    client.feed.onChanges(changes => {
      changes.filter(({ kind }) => kind === 'run').forEach(tell);
      const me = actorOf(app.serviceManager.user.identity);
      for (const sentence of refusedOf(changes, me)) {
        Notification.error(model.texts.__('Refused: %1', sentence), { autoClose: false });
      }
    });
  }
};
