/** Asks how many workers the cluster is to have. */
import { Notification, showErrorMessage } from '@jupyterlab/apputils';

import type { RestClient } from '../client';
import { scaleCluster } from '../rest/cluster';
import type { Texts } from '../text';
import type { ClusterScaling } from '../wire';
import { askWithForm } from './form-dialog';

/** Says why where the cluster cannot be scaled. */
export async function askForSize(
  rest: RestClient,
  scaling: ClusterScaling,
  texts: Texts
): Promise<void> {
  if (!scaling.can_scale) {
    await showErrorMessage(texts.__('This cluster cannot be scaled'), scaling.reason);
    return;
  }
  const minimum = scaling.minimum ?? 1;
  await askWithForm(
    {
      title: texts.__('Scale the cluster'),
      accept: texts.__('Scale'),
      spec: {
        minimum: {
          default: minimum,
          schema: {
            type: 'integer',
            minimum: 0,
            maximum: 10_000,
            title: texts.__('Workers at least'),
            description: texts.__('So many are always there.')
          }
        },
        maximum: {
          default: scaling.maximum ?? minimum,
          schema: {
            type: 'integer',
            minimum: 1,
            maximum: 10_000,
            title: texts.__('Workers at most'),
            description: texts.__(
              'More than at least: workers come with the work, and go when they are idle. Busy ones are never taken away.'
            )
          }
        }
      },
      check: values => checkSize(values, texts),
      send: async values => {
        const most = Number(values.maximum);
        const told = await scaleCluster(rest, Number(values.minimum), most);
        Notification.info(told.message, { autoClose: 5000 });
      }
    },
    texts
  );
}

/** Each number may be right, and both together not. */
export function checkSize(
  { minimum, maximum }: Readonly<Record<string, unknown>>,
  texts: Texts
): Readonly<Record<string, string>> {
  const isWrong = typeof minimum === 'number' && typeof maximum === 'number' && maximum < minimum;
  return isWrong ? { maximum: texts.__('This is less than at least: %1.', minimum) } : {};
}
