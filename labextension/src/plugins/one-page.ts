/** A page of which there is one in the main area: made when it is first asked for, restored with the layout. */
import type { ILayoutRestorer, JupyterFrontEnd } from '@jupyterlab/application';
import { MainAreaWidget, WidgetTracker } from '@jupyterlab/apputils';
import type { ReadonlyPartialJSONObject } from '@lumino/coreutils';
import type { Widget } from '@lumino/widgets';

import type { Store } from '../live/store';

export class OnePage<T extends Widget> {
  private readonly tracker: WidgetTracker<MainAreaWidget<T>>;

  /** `kept` is what of the page is to be there again after a reload, if anything. */
  constructor(
    private readonly shell: JupyterFrontEnd.IShell,
    private readonly id: string,
    private readonly make: () => T,
    private readonly kept: (content: T) => Pick<Store<unknown>, 'subscribe'> | null = () => null
  ) {
    this.tracker = new WidgetTracker({ namespace: id });
  }

  /** The page, made if it is not there, and in front once `change` is done with it. */
  show(change: (content: T) => void = () => undefined): void {
    const widget = this.tracker.currentWidget ?? this.open();
    change(widget.content);
    this.shell.activateById(widget.id);
  }

  restore(
    restorer: ILayoutRestorer | null,
    command: string,
    args: (content: T) => ReadonlyPartialJSONObject
  ): void {
    void restorer?.restore(this.tracker, {
      command,
      args: widget => args(widget.content),
      name: () => this.id
    });
  }

  private open(): MainAreaWidget<T> {
    const content = this.make();
    const widget = new MainAreaWidget({ content });
    widget.id = this.id;
    widget.toolbar.hide();
    void this.tracker.add(widget);
    this.shell.add(widget, 'main', { type: 'nbflow' });
    this.kept(content)?.subscribe(() => void this.tracker.save(widget));
    return widget;
  }
}
