/** What can be done in the administration: each asks first, with a form or a question, and shows what went wrong. */
import { Dialog, Notification, showDialog, showErrorMessage } from '@jupyterlab/apputils';

import { messageOf, type RestClient } from '../client';
import type { AdminStores } from '../live/admin';
import type { FormSpec } from '../live/form';
import type { Preferences } from '../live/preferences';
import type { Store } from '../live/store';
import { emitAsset } from '../rest/assets';
import { deletePool, savePool } from '../rest/pools';
import {
  deleteConnection,
  deleteVariable,
  saveConnection,
  saveVariable,
  testConnection
} from '../rest/secrets';
import type { Texts } from '../text';
import type { AssetView, ConnectionView, PoolView, VariableView } from '../wire';
import { askWithForm } from './form-dialog';

export class AdminVerbs {
  constructor(
    private readonly rest: RestClient,
    private readonly stores: AdminStores,
    private readonly preferences: Store<Preferences>,
    private readonly texts: Texts
  ) {}

  async editPool(pool: PoolView | null): Promise<void> {
    const { texts, rest } = this;
    const isNew = pool === null;
    const done = await askWithForm(
      {
        title: isNew ? texts.__('New pool') : texts.__('Pool %1', pool.name),
        accept: texts.__('Save'),
        spec: poolSpec(pool, texts),
        send: values =>
          savePool(rest, pool?.name ?? String(values.name), {
            slots: Number(values.slots),
            description: String(values.description),
            include_deferred: values.include_deferred === true
          })
      },
      texts
    );
    await this.loadAgain(done, this.stores.pools);
  }

  async deletePool({ name }: PoolView): Promise<void> {
    const isSure = await this.confirm(this.texts.__('Delete the pool %1?', name));
    await this.doing(isSure, () => deletePool(this.rest, name));
    await this.loadAgain(isSure, this.stores.pools);
  }

  async editVariable(variable: VariableView | null): Promise<void> {
    const { texts, rest } = this;
    const done = await askWithForm(
      {
        title: variable === null ? texts.__('New variable') : texts.__('Variable %1', variable.key),
        accept: texts.__('Save'),
        spec: variableSpec(variable, texts),
        send: values =>
          saveVariable(rest, variable?.key ?? String(values.key), {
            value: String(values.value),
            description: String(values.description)
          })
      },
      texts
    );
    await this.loadAgain(done, this.stores.variables);
  }

  async deleteVariable({ key }: VariableView): Promise<void> {
    const isSure = await this.confirm(this.texts.__('Delete the variable %1?', key));
    await this.doing(isSure, () => deleteVariable(this.rest, key));
    await this.loadAgain(isSure, this.stores.variables);
  }

  async editConnection(connection: ConnectionView | null): Promise<void> {
    const { texts, rest } = this;
    const done = await askWithForm(
      {
        title:
          connection === null
            ? texts.__('New connection')
            : texts.__('Connection %1', connection.conn_id),
        accept: texts.__('Save'),
        spec: connectionSpec(connection, texts),
        send: values =>
          saveConnection(
            rest,
            connection?.conn_id ?? String(values.conn_id),
            connectionBody(values)
          )
      },
      texts
    );
    await this.loadAgain(done, this.stores.connections);
  }

  async deleteConnection({ conn_id: id }: ConnectionView): Promise<void> {
    const isSure = await this.confirm(this.texts.__('Delete the connection %1?', id));
    await this.doing(isSure, () => deleteConnection(this.rest, id));
    await this.loadAgain(isSure, this.stores.connections);
  }

  async testConnection({ conn_id: id }: ConnectionView): Promise<void> {
    const { texts } = this;
    const told = testConnection(this.rest, id).then(({ ok, message }) => {
      if (!ok) {
        throw new Error(message);
      }
      return message;
    });
    Notification.promise(told, {
      pending: { message: texts.__('Trying the connection %1…', id) },
      success: { message: text => String(text), options: { autoClose: 5000 } },
      error: { message: messageOf }
    });
    await told.catch(() => undefined); // The notification tells.
  }

  async emit({ name }: AssetView): Promise<void> {
    const { texts, rest } = this;
    const done = await askWithForm(
      {
        title: texts.__('Say that %1 was made', name),
        accept: texts.__('Emit'),
        spec: {
          extra: {
            default: {},
            schema: {
              type: 'object',
              title: texts.__('About it'),
              description: texts.__('What tasks that use it may read of this event.')
            }
          }
        },
        send: values => emitAsset(rest, name, values.extra as Record<string, unknown>)
      },
      texts
    );
    if (done) {
      Notification.info(texts.__('The DAGs that wait for %1 hear of it in a moment.', name), {
        autoClose: 3000
      });
    }
  }

  private async confirm(question: string): Promise<boolean> {
    const { texts, preferences } = this;
    if (!preferences.value.confirms) {
      return true;
    }
    const answer = await showDialog({
      title: question,
      body: texts.__('This cannot be undone.'),
      buttons: [
        Dialog.cancelButton({ label: texts.__('Keep') }),
        Dialog.warnButton({ label: texts.__('Delete') })
      ]
    });
    return answer.button.accept;
  }

  private async doing(isSure: boolean, verb: () => Promise<unknown>): Promise<void> {
    try {
      await (isSure ? verb() : null);
    } catch (error) {
      await showErrorMessage('nbflow', messageOf(error));
    }
  }

  private async loadAgain(isDone: boolean, store: { load(): Promise<void> }): Promise<void> {
    await (isDone ? store.load() : null);
  }
}

function nameSpec(isNew: boolean, name: string, title: string): FormSpec {
  return isNew ? { [name]: { schema: { type: 'string', title, minLength: 1 } } } : {};
}

function poolSpec(pool: PoolView | null, texts: Texts): FormSpec {
  return {
    ...nameSpec(pool === null, 'name', texts.__('Name')),
    slots: {
      default: pool?.exists === true ? pool.slots : 8,
      schema: {
        type: 'integer',
        minimum: -1,
        title: texts.__('Slots'),
        description: texts.__('How many slots its tasks take together at most; -1 for no limit.')
      }
    },
    include_deferred: {
      default: pool?.include_deferred ?? false,
      schema: { type: 'boolean', title: texts.__('Deferred tasks take slots too') }
    },
    description: {
      default: pool?.description ?? '',
      schema: { type: 'string', title: texts.__('Description') }
    }
  };
}

function variableSpec(variable: VariableView | null, texts: Texts): FormSpec {
  const isSecret = variable?.is_secret === true;
  return {
    ...nameSpec(variable === null, 'key', texts.__('Name')),
    value: {
      ...(isSecret ? {} : { default: variable?.value ?? '' }),
      schema: {
        type: 'string',
        title: isSecret ? texts.__('New value') : texts.__('Value'),
        format: isSecret ? 'password' : 'multiline',
        description: isSecret
          ? texts.__('The value there is stays hidden.')
          : texts.__('Text, or JSON. Kept encrypted; hidden here if the name sounds like a secret.')
      }
    },
    description: {
      default: variable?.description ?? '',
      schema: { type: 'string', title: texts.__('Description') }
    }
  };
}

const NO_CONNECTION: ConnectionView = {
  conn_id: '',
  conn_type: '',
  description: '',
  host: '',
  port: null,
  schema: '',
  login: '',
  password: null,
  extra: {},
  updated_at: ''
};

function connectionSpec(connection: ConnectionView | null, texts: Texts): FormSpec {
  const text = (value: string, title: string, description = ''): unknown => ({
    default: value,
    schema: { type: 'string', title, description }
  });
  const now = connection ?? NO_CONNECTION;
  const hasPassword = now.password !== null;
  return {
    ...nameSpec(connection === null, 'conn_id', texts.__('Name')),
    conn_type: text(
      now.conn_type,
      texts.__('Type'),
      texts.__('Such as postgres, mysql, sqlite, http.')
    ),
    host: text(now.host, texts.__('Host')),
    port: {
      default: now.port,
      schema: { type: ['integer', 'null'], minimum: 0, maximum: 65535, title: texts.__('Port') }
    },
    schema: text(now.schema, texts.__('Schema'), texts.__('The database, or the protocol.')),
    login: text(now.login, texts.__('Login')),
    password: {
      default: null,
      schema: {
        type: ['string', 'null'],
        format: 'password',
        title: hasPassword ? texts.__('New password') : texts.__('Password'),
        description: hasPassword ? texts.__('Left empty, the one there is stays.') : ''
      }
    },
    extra: {
      default: now.extra,
      schema: {
        type: 'object',
        title: texts.__('Extra'),
        description: texts.__('What stands as *** stays as it is.')
      }
    },
    description: text(now.description, texts.__('Description'))
  };
}

/** Without the name, which stands in the address, and without what was left empty and so stays as it is. */
export function connectionBody(
  values: Readonly<Record<string, unknown>>
): Readonly<Record<string, unknown>> {
  const left = new Set(['conn_id', ...(values.password === null ? ['password'] : [])]);
  return Object.fromEntries(Object.entries(values).filter(([name]) => !left.has(name)));
}
