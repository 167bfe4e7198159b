/** Home in the main area: live while it can be seen. */
import { ReactWidget } from '@jupyterlab/ui-components';
import type { Message } from '@lumino/messaging';
import * as React from 'react';

import { useNow } from '../graph/useNow';
import { nbflowIcon } from '../icons';
import type { Stop } from '../feed';
import type { Favourites } from '../live/favourites';
import { OverviewStore } from '../live/overview';
import { Store, useStore } from '../live/store';
import { Boundary } from '../panels/Boundary';
import type { HomeActions } from '../panels/home/actions';
import { NO_FILTERS, type Filters } from '../panels/home/filters';
import { HomePage } from '../panels/home/HomePage';
import type { INbflowClient, INbflowModel } from '../tokens';
import { WithModel } from './WithModel';

/** Often enough for what counts up in seconds without being read to the second. */
const TICK = 5000;

/** What the widget does by itself. */
type Own = 'onFilters' | 'onFavourite' | 'onReload';

export class HomeWidget extends ReactWidget {
  readonly filters = new Store<Filters>(NO_FILTERS);
  private readonly overview: OverviewStore;
  private readonly actions: HomeActions;
  private stop: Stop | null = null;

  constructor(
    client: INbflowClient,
    private readonly model: INbflowModel,
    private readonly favourites: Favourites,
    actions: Omit<HomeActions, Own>
  ) {
    super();
    this.overview = new OverviewStore(client.rest, client.feed);
    this.actions = {
      ...actions,
      onFilters: filters => this.filters.set(filters),
      onFavourite: dagId => favourites.toggle(dagId),
      onReload: () => {
        void model.list.reload();
        void this.overview.load();
      }
    };
    this.addClass('jp-nbflow-host');
    this.title.icon = nbflowIcon;
    this.title.label = model.texts.__('nbflow: Home');
  }

  override dispose(): void {
    this.rest();
    super.dispose();
  }

  protected override onAfterShow(message: Message): void {
    super.onAfterShow(message);
    this.follow();
  }

  protected override onAfterAttach(message: Message): void {
    super.onAfterAttach(message);
    this.follow();
  }

  protected override onBeforeHide(message: Message): void {
    this.rest();
    super.onBeforeHide(message);
  }

  protected override onBeforeDetach(message: Message): void {
    this.rest();
    super.onBeforeDetach(message);
  }

  protected override render(): React.JSX.Element {
    return (
      <WithModel model={this.model}>
        <Boundary>
          <LiveHome
            model={this.model}
            overview={this.overview}
            favourites={this.favourites}
            filters={this.filters}
            actions={this.actions}
          />
        </Boundary>
      </WithModel>
    );
  }

  private follow(): void {
    if (this.isVisible) {
      this.stop ??= this.overview.open();
    }
  }

  private rest(): void {
    this.stop?.();
    this.stop = null;
  }
}

interface LiveProps {
  readonly model: INbflowModel;
  readonly overview: OverviewStore;
  readonly favourites: Favourites;
  readonly filters: Store<Filters>;
  readonly actions: HomeActions;
}

function LiveHome({ model, overview, favourites, filters, actions }: LiveProps): React.JSX.Element {
  const list = useStore(model.list);
  return (
    <HomePage
      {...list}
      overview={useStore(overview)}
      questions={useStore(model.questions).value ?? []}
      favourites={useStore(favourites)}
      filters={useStore(filters)}
      now={useNow(true, TICK)}
      actions={actions}
    />
  );
}
