/** A page of which there is one: made when it is first asked for, restored with the layout. */
import type { ILayoutRestorer } from '@jupyterlab/application';
import { MainAreaWidget, WidgetTracker } from '@jupyterlab/apputils';
import type { ReadonlyPartialJSONObject } from '@lumino/coreutils';
import type { Widget } from '@lumino/widgets';

import type { Store } from '../live/store';
import type { INbflowPages } from '../tokens';

export interface OnePageOptions<T extends Widget> {
  readonly id: string;
  /** The command that shows it. */
  readonly command: string;
  readonly make: () => T;
  /** What of the page is to be there again after a reload, if anything. */
  readonly kept: (content: T) => Pick<Store<unknown>, 'subscribe'> | null;
  /** The same as arguments of the command. */
  readonly args: (content: T) => ReadonlyPartialJSONObject;
}

export class OnePage<T extends Widget> {
  private readonly tracker: WidgetTracker<MainAreaWidget<T>>;

  constructor(
    private readonly pages: INbflowPages,
    private readonly options: OnePageOptions<T>
  ) {
    this.tracker = new WidgetTracker({ namespace: options.id });
  }

  /** The page, made if it is not there, and in front once `change` is done with it. */
  show(change: (content: T) => void = () => undefined): void {
    const widget = this.place();
    change(widget.content);
    this.pages.activate(widget);
  }

  /** The page, made if it is not there, where it does not hide what is in front. */
  place(): MainAreaWidget<T> {
    // Not the current one of the tracker, which it knows of a moment later: two may ask at the same time.
    return this.tracker.find(() => true) ?? this.open();
  }

  restore(restorer: ILayoutRestorer | null): void {
    const { command, args, id } = this.options;
    void restorer?.restore(this.tracker, {
      command,
      args: widget => args(widget.content),
      name: () => id
    });
  }

  private open(): MainAreaWidget<T> {
    const { id, make, kept, command, args } = this.options;
    const content = make();
    const widget = new MainAreaWidget({ content });
    widget.id = id;
    widget.toolbar.hide();
    void this.tracker.add(widget);
    this.pages.add(widget);
    const keep = (): void => this.pages.keep(widget, command, args(content));
    kept(content)?.subscribe(() => {
      void this.tracker.save(widget);
      keep();
    });
    keep();
    return widget;
  }
}
