/** What can be done about the cache: each asks first, says what it means, and shows what went wrong. */
import { Dialog, Notification, showDialog, showErrorMessage } from '@jupyterlab/apputils';
import * as React from 'react';

import { messageOf, type RestClient } from '../client';
import { instanceName } from '../format';
import type { CacheStore } from '../live/cache';
import type { Preferences } from '../live/preferences';
import type { Store } from '../live/store';
import { countCache, forgetDag, forgetKeys } from '../rest/cache';
import type { Texts } from '../text';
import type { CachedResult } from '../wire';
import { askWithForm } from './form-dialog';

/** So many are named before they are forgotten; of more it is said how many there are. */
const MOST_NAMED = 12;

export class CacheVerbs {
  constructor(
    private readonly rest: RestClient,
    private readonly store: CacheStore,
    private readonly preferences: Store<Preferences>,
    private readonly texts: Texts
  ) {}

  /** Forget these results, after a question. Resolves with whether they were. */
  async forget(results: readonly CachedResult[]): Promise<boolean> {
    const { texts } = this;
    const names = results
      .slice(0, MOST_NAMED)
      .map(one => `${one.dag_id}: ${instanceName(one.task_id, one.map_index)} (${one.run_id})`);
    const others = results.length - names.length;
    const lines = others ? [...names, texts.__('and %1 more', others)] : names;
    const title = texts._n('Forget %1 result?', 'Forget %1 results?', results.length);
    const isSure = await this.isSure(title, lines);
    return (
      isSure &&
      this.doing(() =>
        forgetKeys(
          this.rest,
          results.map(({ key }) => key)
        )
      )
    );
  }

  /** Choose a DAG, and forget all its results, after a look at how many these are. */
  async forgetDag(): Promise<void> {
    const { texts, rest } = this;
    const dagIds = [...new Set((this.store.value.value ?? []).map(one => one.dag_id))].sort();
    const chosen: string[] = [];
    const done = await askWithForm(
      {
        title: texts.__('Forget all results of a DAG'),
        accept: texts.__('Next'),
        spec: {
          dag_id: {
            default: dagIds[0] ?? '',
            schema: { type: 'string', title: texts.__('DAG'), enum: dagIds }
          }
        },
        send: values => {
          chosen.push(String(values.dag_id));
          return Promise.resolve();
        }
      },
      texts
    );
    const dagId = chosen.at(-1);
    if (done && dagId !== undefined) {
      await this.forgetAllOf(dagId, rest);
    }
  }

  private async forgetAllOf(dagId: string, rest: RestClient): Promise<void> {
    const { texts } = this;
    try {
      const { count, more } = await countCache(rest, dagId);
      const title = more
        ? texts.__('Forget more than %1 results of %2?', count, dagId)
        : texts._n('Forget %1 result of %2?', 'Forget %1 results of %2?', count, dagId);
      if (await this.isSure(title, [])) {
        await this.doing(() => forgetDag(rest, dagId));
      }
    } catch (error) {
      await showErrorMessage('nbflow', messageOf(error));
    }
  }

  private async isSure(title: string, lines: readonly string[]): Promise<boolean> {
    const { texts, preferences } = this;
    if (!preferences.value.confirms) {
      return true;
    }
    const meaning = texts.__(
      'Their tasks are executed again when they are due. What runs have of them stays.'
    );
    const answer = await showDialog({
      title,
      body: (
        <div className="jp-nbflow">
          {lines.length ? (
            <ul className="jp-nbflow-cache-named">
              {lines.map(line => (
                <li key={line}>{line}</li>
              ))}
            </ul>
          ) : null}
          <p>{meaning}</p>
        </div>
      ),
      buttons: [
        Dialog.cancelButton({ label: texts.__('Keep') }),
        Dialog.warnButton({ label: texts.__('Forget') })
      ]
    });
    return answer.button.accept;
  }

  private async doing(verb: () => Promise<number>): Promise<boolean> {
    const { texts } = this;
    try {
      const forgotten = await verb();
      Notification.success(
        texts._n('%1 result was forgotten.', '%1 results were forgotten.', forgotten),
        { autoClose: 3000 }
      );
      await this.store.load();
      return true;
    } catch (error) {
      await showErrorMessage('nbflow', messageOf(error));
      return false;
    }
  }
}
