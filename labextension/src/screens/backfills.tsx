/** The backfills of a DAG, live, and the dialogs to make and to end one. */
import { Dialog, Notification, showDialog, showErrorMessage } from '@jupyterlab/apputils';
import type { CommandRegistry } from '@lumino/commands';
import * as React from 'react';

import { messageOf, type RestClient } from '../client';
import { backfillFields, readBackfill, requestOf } from '../form/backfill';
import type { Draft, Field } from '../form/model';
import { useNow } from '../graph/useNow';
import { messagesOf } from '../live/form';
import { Listing } from '../live/listing';
import { soon } from '../live/soon';
import { Store, useStore } from '../live/store';
import { BackfillForm } from '../panels/BackfillForm';
import { Backfills, type BackfillVerb } from '../panels/Backfills';
import type { Texts } from '../text';
import { CommandIds, type INbflowClient } from '../tokens';
import type { BackfillDate, BackfillView, ChangeView } from '../wire';
import { AskDialog } from './ask-dialog';
import { dialogBody } from './dialog-body';

export interface LiveBackfillsProps {
  readonly dagId: string;
  readonly client: INbflowClient;
  readonly commands: CommandRegistry;
  readonly texts: Texts;
}

function useListing<T>(make: () => Listing<T>): Listing<T> {
  const [listing] = React.useState(make);
  React.useEffect(() => listing.open(), [listing]);
  return listing;
}

function touches(dagId: string): (change: ChangeView) => boolean {
  return ({ kind, dag_id }) => dag_id === dagId && kind !== 'task';
}

export function LiveBackfills(props: LiveBackfillsProps): React.JSX.Element {
  const { dagId, client } = props;
  const [chosen, setChosen] = React.useState<number | null>(null);
  const listing = useListing<readonly BackfillView[]>(
    () =>
      new Listing(
        async () => (await client.rest.backfills(dagId)).backfills,
        client.feed,
        touches(dagId)
      )
  );
  const shown = { ...props, listing, chosen, setChosen };
  return chosen === null ? (
    <Shown {...shown} dates={null} />
  ) : (
    <WithDates key={chosen} {...shown} chosen={chosen} />
  );
}

type ShownProps = LiveBackfillsProps & {
  readonly listing: Listing<readonly BackfillView[]>;
  readonly chosen: number | null;
  readonly setChosen: (id: number | null) => void;
};

function WithDates(props: ShownProps & { readonly chosen: number }): React.JSX.Element {
  const { client, dagId, chosen } = props;
  const listing = useListing<readonly BackfillDate[]>(
    () =>
      new Listing(
        async () => (await client.rest.backfill(chosen)).dates,
        client.feed,
        touches(dagId)
      )
  );
  return <Shown {...props} dates={listing} />;
}

const NONE = new Store(null);

function Shown(
  props: ShownProps & { readonly dates: Listing<readonly BackfillDate[]> | null }
): React.JSX.Element {
  const { dagId, client, commands, texts, listing, chosen, setChosen, dates } = props;
  const now = useNow(true, 15_000);
  const renew = async (): Promise<void> => {
    if (await askForBackfill(client.rest, dagId, texts)) {
      await listing.load();
    }
  };
  return (
    <Backfills
      listing={useStore(listing)}
      chosen={chosen}
      dates={useStore<Listing<readonly BackfillDate[]>['value'] | null>(dates ?? NONE)}
      now={now}
      onChoose={setChosen}
      onNew={() => void renew()}
      onSet={(backfill, state) =>
        void setState(client.rest, backfill, state, texts).then(() => listing.load())
      }
      onChooseRun={runId =>
        void commands.execute(CommandIds.openDag, { dag_id: dagId, run_id: runId })
      }
      onReload={() => void listing.load()}
    />
  );
}

async function setState(
  rest: RestClient,
  backfill: BackfillView,
  state: BackfillVerb,
  texts: Texts
): Promise<void> {
  try {
    if (state !== 'cancelled') {
      await rest.setBackfillState(backfill.id, state);
      return;
    }
    const answer = await showDialog({
      title: texts.__('Cancel this backfill?'),
      body: texts.__('Dates that have no run yet get none.'),
      checkbox: { label: texts.__('Cancel its runs under way too'), checked: false },
      buttons: [
        Dialog.cancelButton({ label: texts.__('Let it go on') }),
        Dialog.warnButton({ label: texts.__('Cancel backfill') })
      ]
    });
    if (answer.button.accept) {
      await rest.setBackfillState(backfill.id, state, answer.isChecked === true);
    }
  } catch (error) {
    await showErrorMessage('nbflow', messageOf(error));
  }
}

// ------------------------------------------------------------------------------------------ a new one

interface FormState {
  readonly drafts: Readonly<Record<string, Draft>>;
  readonly errors: Readonly<Record<string, string>>;
  readonly problems: readonly string[];
  readonly dates: readonly BackfillDate[] | null;
  readonly previewError: string | null;
}

const LOOK_AGAIN = 350;

/** Whether a backfill was asked for. */
export async function askForBackfill(
  rest: Pick<RestClient, 'newBackfill'>,
  dagId: string,
  texts: Texts
): Promise<boolean> {
  const form = new BackfillFormStore(rest, dagId, texts, Date.now());
  const dialog = new AskDialog<void>({
    title: texts.__('Backfill %1', dagId),
    body: dialogBody(<LiveForm form={form} />, texts),
    buttons: [Dialog.cancelButton(), Dialog.okButton({ label: texts.__('Start') })],
    focusNodeSelector: 'input',
    onAccept: () => form.submit()
  });
  void form.preview();
  await dialog.launch();
  form.close();
  if (form.isAccepted) {
    Notification.info(texts.__('The scheduler begins the backfill in a moment.'), {
      autoClose: 3000
    });
  }
  return form.isAccepted;
}

class BackfillFormStore extends Store<FormState> {
  readonly fields: readonly Field[];
  isAccepted = false;
  private asked = 0;
  private readonly previewSoon = soon(() => void this.preview(), LOOK_AGAIN);

  constructor(
    private readonly rest: Pick<RestClient, 'newBackfill'>,
    private readonly dagId: string,
    private readonly texts: Texts,
    now: number
  ) {
    super({ drafts: {}, errors: {}, problems: [], dates: null, previewError: null });
    this.fields = backfillFields(now, texts);
  }

  close(): void {
    this.previewSoon.cancel();
  }

  change(name: string, draft: Draft): void {
    const drafts = { ...this.value.drafts, [name]: draft };
    this.patch({ drafts, errors: {}, problems: [], dates: null });
    this.previewSoon();
  }

  async preview(): Promise<void> {
    this.asked += 1;
    const { asked } = this;
    const { values, errors } = readBackfill(this.fields, this.value.drafts, this.texts);
    if (Object.keys(errors).length) {
      this.patch({ errors, dates: null, previewError: null });
      return;
    }
    try {
      const { dates } = await this.rest.newBackfill(this.dagId, requestOf(values), true);
      if (asked === this.asked) {
        this.patch({ dates, previewError: null });
      }
    } catch (error) {
      if (asked === this.asked) {
        this.patch({ dates: null, previewError: messageOf(error) });
      }
    }
  }

  async submit(): Promise<boolean> {
    const { values, errors } = readBackfill(this.fields, this.value.drafts, this.texts);
    this.patch({ errors, problems: [] });
    if (Object.keys(errors).length) {
      return false;
    }
    try {
      await this.rest.newBackfill(this.dagId, requestOf(values), false);
      this.isAccepted = true;
    } catch (error) {
      this.patch({ problems: messagesOf(error) });
    }
    return this.isAccepted;
  }
}

function LiveForm({ form }: { form: BackfillFormStore }): React.JSX.Element {
  const state = useStore(form);
  return (
    <BackfillForm
      {...state}
      fields={form.fields}
      now={useNow(false)}
      onChange={(name, draft) => form.change(name, draft)}
    />
  );
}
