/**
 * The parts of a cell as JupyterLab shows them: its highlighting, its Markdown, its output area. Outputs of a
 * run are untrusted, as in a notebook somebody else has sent: HTML is sanitised, scripts do not run.
 */
import { jupyterHighlightStyle, type IEditorLanguageRegistry } from '@jupyterlab/codemirror';
import type { IOutput } from '@jupyterlab/nbformat';
import { OutputAreaModel, SimplifiedOutputArea } from '@jupyterlab/outputarea';
import { MimeModel, type IRenderMimeRegistry } from '@jupyterlab/rendermime';
import { JSONExt, type ReadonlyPartialJSONValue } from '@lumino/coreutils';
import { MessageLoop } from '@lumino/messaging';
import { Widget } from '@lumino/widgets';

import type { Texts } from '../text';
import { abridged, type Abridged } from './abridge';
import type { LiveOutput, Output } from './fold';
import type { Rendered, RenderedOutputs, Rendering } from './NotebookView';

export class LabRendering implements Rendering {
  constructor(
    private readonly rendermime: IRenderMimeRegistry,
    private readonly languages: IEditorLanguageRegistry | null,
    private readonly texts: Texts
  ) {}

  code(source: string, language: string, host: HTMLElement): void {
    host.textContent = source;
    const found = this.languages?.findBest(language) ?? null;
    if (found !== null && this.languages !== null) {
      void this.highlight(this.languages, source, found.name, host);
    }
  }

  markdown(source: string, host: HTMLElement): Rendered {
    const renderer = this.rendermime.createRenderer('text/markdown');
    attach(renderer, host);
    void renderer.renderModel(new MimeModel({ data: { 'text/markdown': source }, trusted: false }));
    return { dispose: () => takeDown(renderer) };
  }

  outputs(outputs: readonly LiveOutput[], host: HTMLElement): RenderedOutputs {
    const trans = this.texts;
    return new LabOutputs(outputs, host, this.rendermime, {
      image: trans.__('Image that the cell shows'),
      leftOut: megabytes =>
        trans.__('… %1 MB are left out here; the notebook has all of it …', megabytes)
    });
  }

  private async highlight(
    languages: IEditorLanguageRegistry,
    source: string,
    language: string,
    host: HTMLElement
  ): Promise<void> {
    const coloured = document.createElement('code');
    await languages.highlight(source, languages.findByName(language), coloured);
    bringColours();
    if (host.textContent === source && coloured.textContent === source) {
      host.replaceChildren(coloured);
    }
  }
}

const COLOURS = 'jp-nbflow-colours-of-code';

/** The colours of highlighted code come with the first editor. There may be none, as in Notebook's tree view. */
function bringColours(): void {
  if (document.getElementById(COLOURS) === null) {
    const style = document.createElement('style');
    style.id = COLOURS;
    style.textContent = jupyterHighlightStyle.module?.getRules() ?? '';
    document.head.append(style);
  }
}

interface Words {
  readonly image: string;
  readonly leftOut: (megabytes: string) => string;
}

/** An output area that follows a list of outputs: what has only grown is added to, not drawn anew. */
class LabOutputs implements RenderedOutputs {
  private readonly model = new OutputAreaModel({ trusted: false });
  private readonly area: SimplifiedOutputArea;
  private readonly images: MutationObserver;
  private shown: readonly Abridged[] = [];

  constructor(
    outputs: readonly LiveOutput[],
    host: HTMLElement,
    rendermime: IRenderMimeRegistry,
    private readonly words: Words
  ) {
    this.area = new SimplifiedOutputArea({ model: this.model, rendermime });
    this.images = new MutationObserver(() => nameImages(host, words.image));
    this.images.observe(host, { childList: true, subtree: true });
    attach(this.area, host);
    this.update(outputs);
  }

  update(outputs: readonly LiveOutput[]): void {
    const next = outputs.map(one => abridged(one.output, this.words.leftOut));
    if (next.length < this.shown.length || this.isOtherStream(next)) {
      this.model.clear();
      this.shown = [];
    }
    next.forEach((one, place) => this.updateOne(place, one, this.shown[place]?.output));
    this.shown = next;
  }

  dispose(): void {
    this.images.disconnect();
    takeDown(this.area);
    this.model.dispose();
  }

  /**
   * The model joins streams by itself, which only works while old ones go on where they were. One that is cut is
   * joined here.
   */
  private isOtherStream(outputs: readonly Abridged[]): boolean {
    return this.shown.some(({ output }, place) => {
      const next = outputs[place];
      const isStream = output.output_type === 'stream';
      return isStream && next?.isCut !== true && !grownText(output, next?.output);
    });
  }

  private updateOne(place: number, { output, isCut }: Abridged, before: Output | undefined): void {
    if (before === undefined) {
      this.model.add(asLab(output));
    } else if (before !== output && !isEqual(before, output)) {
      const more = isCut ? null : grownText(before, output);
      if (more !== null && place === this.model.length - 1) {
        this.model.add(asLab({ ...output, text: more.text }));
      } else {
        this.model.set(place, asLab(output));
      }
    }
  }
}

/** Images of outputs have no text; a screen reader would read their data. */
function nameImages(host: HTMLElement, name: string): void {
  for (const image of host.querySelectorAll('img:not([alt])')) {
    image.setAttribute('alt', name);
  }
}

/** What `next` has beyond `before` if it is the same stream gone on; null otherwise. */
function grownText(before: Output, next: Output | undefined): { text: string } | null {
  const isStream = before.output_type === 'stream' && next?.output_type === 'stream';
  if (!isStream || before.name !== next.name) {
    return null;
  }
  const [old, now] = [String(before.text), String(next.text)];
  return now.startsWith(old) ? { text: now.slice(old.length) } : null;
}

function isEqual(a: Output, b: Output): boolean {
  return JSONExt.deepEqual(a as ReadonlyPartialJSONValue, b as ReadonlyPartialJSONValue);
}

/** Outputs come as JSON that nbformat has written. */
function asLab(output: Output): IOutput {
  return output as IOutput;
}

/** Widgets below React's elements are told what Lumino's layouts would tell them. */
function attach(widget: Widget, host: HTMLElement): void {
  MessageLoop.sendMessage(widget, Widget.Msg.BeforeAttach);
  host.appendChild(widget.node);
  MessageLoop.sendMessage(widget, Widget.Msg.AfterAttach);
}

/** Lumino cannot detach what is no longer on the page; such a widget is only told. */
function takeDown(widget: Widget): void {
  if (widget.isAttached && !widget.node.isConnected) {
    MessageLoop.sendMessage(widget, Widget.Msg.BeforeDetach);
    MessageLoop.sendMessage(widget, Widget.Msg.AfterDetach);
  }
  widget.dispose();
}
