/**
 * A drawing of the page as a picture that needs no page: its styles become attributes, and what a person cannot
 * see is left out. Any viewer shows the result. Not here: what is drawn, and giving it to the person.
 */

/** The styles that make a drawing what it is, as presentation attributes. */
const STYLES = [
  'fill',
  'stroke',
  'stroke-width',
  'stroke-dasharray',
  'stroke-linecap',
  'stroke-linejoin',
  'opacity',
  'font-family',
  'font-size',
  'font-weight',
  'text-anchor'
];
/** What stays of the attributes: geometry. */
const ATTRIBUTES = new Set(
  'd x y width height rx ry r cx cy x1 y1 x2 y2 transform viewBox text-anchor'.split(' ')
);
const ON_FOR_TEXT = new Set(['font-family', 'font-size', 'font-weight', 'text-anchor']);
const ON_BY_DEFAULT: Readonly<Record<string, string>> = {
  'stroke-width': '1px',
  'stroke-dasharray': 'none',
  'stroke-linecap': 'butt',
  'stroke-linejoin': 'miter',
  opacity: '1'
};
/** Browsers refuse canvases that are larger, and nobody could send them by mail. */
const MOST_PIXELS = 60_000_000;
const LONGEST_SIDE = 16_000;

/** `svg`, which is on the page, as the text of a file. */
export function standalone(svg: SVGSVGElement, title: string, ground: string): string {
  const copy = svg.cloneNode(true) as SVGSVGElement;
  settle(svg, copy);
  const [width, height] = [svg.getAttribute('width') ?? '', svg.getAttribute('height') ?? ''];
  copy.setAttribute('viewBox', `0 0 ${width} ${height}`);
  const name = document.createElementNS('http://www.w3.org/2000/svg', 'title');
  name.textContent = title;
  const back = document.createElementNS('http://www.w3.org/2000/svg', 'rect');
  Object.entries({ width, height, fill: plainColour(ground) }).forEach(([key, value]) =>
    back.setAttribute(key, value)
  );
  copy.prepend(name, back);
  return new XMLSerializer().serializeToString(copy);
}

/** Give the copy of an element, and what is in it, the looks of the original. */
function settle(original: Element, copy: Element): void {
  const style = window.getComputedStyle(original);
  const pairs = [...original.children].map((child, at) => [child, copy.children[at]] as const);
  for (const [child, its] of pairs) {
    if (its !== undefined) {
      if (isSeen(child)) {
        settle(child, its);
      } else {
        its.remove();
      }
    }
  }
  for (const { name } of [...copy.attributes]) {
    if (!ATTRIBUTES.has(name)) {
      copy.removeAttribute(name);
    }
  }
  if (['path', 'rect', 'circle', 'text'].includes(copy.tagName)) {
    draw(style, copy);
  }
}

function draw(style: CSSStyleDeclaration, copy: Element): void {
  for (const name of STYLES) {
    const value = style.getPropertyValue(name);
    const isOff = value === '' || value === ON_BY_DEFAULT[name];
    if (!isOff && (copy.tagName === 'text' || !ON_FOR_TEXT.has(name))) {
      copy.setAttribute(name, plainColour(value));
    }
  }
  const round = style.getPropertyValue('rx');
  if (copy.tagName === 'rect' && /^[\d.]+px$/.test(round)) {
    copy.setAttribute('rx', round);
  }
}

/** Whether anything of it is inked: what only waits for the pointer is not. */
function isSeen(element: Element): boolean {
  const { fill, stroke, display, opacity } = window.getComputedStyle(element);
  const isShape = ['path', 'rect', 'circle'].includes(element.tagName);
  const isInked = [fill, stroke].some(
    ink => ink !== 'none' && ink !== 'transparent' && !ink.endsWith(', 0)')
  );
  return display !== 'none' && opacity !== '0' && (!isShape || isInked);
}

/** A colour of CSS as every viewer of SVG knows it. */
export function plainColour(value: string): string {
  const parts = /^color\(srgb ([\d.e-]+) ([\d.e-]+) ([\d.e-]+)(?: \/ ([\d.e-]+))?\)$/.exec(value);
  if (parts === null) {
    return value;
  }
  const [red, green, blue] = parts.slice(1, 4).map(part => Math.round(Number(part) * 255));
  const alpha = parts[4] === undefined ? 1 : Number(parts[4]);
  return alpha === 1
    ? `rgb(${red}, ${green}, ${blue})`
    : `rgba(${red}, ${green}, ${blue}, ${Math.round(alpha * 1000) / 1000})`;
}

/** How many pixels one of the drawing becomes: two, for sharp print, or as many as a browser can bear. */
export function pixelsPer(width: number, height: number): number {
  const side = LONGEST_SIDE / Math.max(width, height, 1);
  const area = Math.sqrt(MOST_PIXELS / Math.max(width * height, 1));
  return Math.min(2, side, area);
}

/** A name for a file that every system takes. */
export function pictureName(dagId: string, ending: 'svg' | 'png'): string {
  return `${dagId.replace(/[^\w.-]+/g, '_').replace(/^[._]+/, '') || 'graph'}.${ending}`;
}
