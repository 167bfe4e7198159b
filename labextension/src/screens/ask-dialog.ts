/** A dialog that stays open until what it asks for has been done: JupyterLab's own closes before the server answers. */
import { Dialog } from '@jupyterlab/apputils';

export interface AskOptions<T> extends Partial<Dialog.IOptions<T>> {
  /** Does what was asked for; the dialog stays open where this gives false. */
  readonly onAccept: () => Promise<boolean>;
}

export class AskDialog<T> extends Dialog<T> {
  private readonly onAccept: () => Promise<boolean>;
  private isBusy = false;

  constructor(options: AskOptions<T>) {
    const { onAccept, ...others } = options;
    super(others);
    this.onAccept = onAccept;
    this.addClass('jp-nbflow-dialog');
  }

  /** Enter on something that can be pressed inside the form presses that, instead of the dialog's own button. */
  override handleEvent(event: Event): void {
    const isPressed =
      event instanceof KeyboardEvent &&
      event.key === 'Enter' &&
      event.target instanceof HTMLElement &&
      event.target.matches('.jp-nbflow-form :is(button, summary)');
    if (!isPressed) {
      super.handleEvent(event);
    }
  }

  /** The last button accepts, as everywhere in JupyterLab. */
  override resolve(index?: number): void {
    const accepts =
      index === undefined || index === this.node.querySelectorAll('.jp-Dialog-button').length - 1;
    if (!accepts) {
      super.resolve(index);
    } else if (!this.isBusy) {
      void this.accept(index);
    }
  }

  /** Whether its button can be pressed. */
  setReady(isReady: boolean): void {
    const button = this.node.querySelector<HTMLButtonElement>('.jp-Dialog-button:last-child');
    if (button !== null) {
      // It keeps the focus, which would be lost if it were disabled in earnest.
      button.setAttribute('aria-disabled', String(!isReady));
    }
  }

  private async accept(index: number | undefined): Promise<void> {
    this.isBusy = true;
    try {
      if (await this.onAccept()) {
        super.resolve(index);
      }
    } finally {
      this.isBusy = false;
    }
  }
}
