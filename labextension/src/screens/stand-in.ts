/**
 * Pictures in place of live views that are lost. A view lives in its kernel: in a notebook that was closed since,
 * JupyterLab's widgets say no more than that they load or that a model is missing, though the output has a
 * picture of the DAG with it. Which output of which cell a node belongs to is told from outside.
 */

/** What an output holds, by MIME type. */
export type Bundle = Readonly<Record<string, unknown>>;

const WIDGET_VIEW = 'application/vnd.jupyter.widget-view+json';
const SVG = 'image/svg+xml';
const OUTPUT = '.jp-OutputArea-output';
/** What stands there in place of a view; JupyterLab's widgets do not translate it. */
const LOST = /^(Loading widget|Error displaying widget)/;

/** Keep the pictures in `root` right, until the function that this returns is called. */
export function showPictures(
  root: HTMLElement,
  bundleOf: (output: HTMLElement) => Bundle | null
): () => void {
  const mend = (output: HTMLElement): void => {
    const picture = isLost(output) ? pictureOf(bundleOf(output)) : null;
    if (picture !== null) {
      output.replaceChildren(picture);
    }
  };
  const observer = new MutationObserver(changes => {
    for (const output of new Set(changes.flatMap(outputsOf))) {
      mend(output);
    }
  });
  observer.observe(root, { childList: true, subtree: true });
  root.querySelectorAll<HTMLElement>(OUTPUT).forEach(mend);
  return () => observer.disconnect();
}

/** The outputs that a change concerns: the one it is in, and those that came with it. */
function outputsOf({ target, addedNodes }: MutationRecord): HTMLElement[] {
  if (target instanceof HTMLElement && target.matches(OUTPUT)) {
    return [target];
  }
  const added = [...addedNodes].filter(node => node instanceof HTMLElement);
  return added.flatMap(node => [
    ...(node.matches(OUTPUT) ? [node] : []),
    ...node.querySelectorAll<HTMLElement>(OUTPUT)
  ]);
}

function isLost(output: HTMLElement): boolean {
  return output.firstChild instanceof Text && LOST.test(output.firstChild.data);
}

/** The picture that came with a view of nbflow. As an image, it can do nothing. */
function pictureOf(bundle: Bundle | null): HTMLImageElement | null {
  const drawing = textOf(bundle?.[SVG]);
  const words = textOf(bundle?.['text/plain']);
  if (bundle === null || !(WIDGET_VIEW in bundle) || !drawing.includes('<title>DAG ')) {
    return null;
  }
  const image = document.createElement('img');
  image.className = 'jp-nbflow-picture';
  image.alt = words;
  image.src = `data:${SVG};charset=utf-8,${encodeURIComponent(drawing)}`;
  return image;
}

/** Text as a notebook may hold it: whole, or by lines. */
function textOf(value: unknown): string {
  return Array.isArray(value) ? value.join('') : typeof value === 'string' ? value : '';
}
