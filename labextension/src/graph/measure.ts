/** How wide text is, about, without asking a browser: the same everywhere, so layouts are too. Pure. */

const NARROW = new Set("iljtfrI.,:;'|![]() ");
const WIDE = new Set('mwMW@%');

/** About how many pixels `text` takes in the interface's font at 13 px; rather more than less, as fonts differ. */
export function textWidth(text: string): number {
  let width = 0;
  for (const character of text) {
    width += characterWidth(character);
  }
  return width;
}

function characterWidth(character: string): number {
  if (NARROW.has(character)) {
    return 4.8;
  }
  if (WIDE.has(character)) {
    return 12;
  }
  return character >= 'A' && character <= 'Z' ? 9.2 : 8;
}

/** `text` cut in the middle so that it takes at most `width` pixels: ends of names tell more than middles. */
export function shortened(text: string, width: number): string {
  if (textWidth(text) <= width) {
    return text;
  }
  let keep = text.length - 1;
  const cut = (): string =>
    `${text.slice(0, Math.ceil(keep * 0.6))}…${text.slice(text.length - Math.floor(keep * 0.4))}`;
  while (keep > 2 && textWidth(cut()) > width) {
    keep -= 1;
  }
  return cut();
}
