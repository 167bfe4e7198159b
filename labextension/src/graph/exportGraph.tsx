/** Gives the person the whole graph as a picture, also what is out of view: drawn once more where nobody looks. */
import * as React from 'react';
import { flushSync } from 'react-dom';
import { createRoot } from 'react-dom/client';

import { TextsContext, type Texts } from '../text';
import { Drawing, type DrawingProps } from './Drawing';
import { pictureName, pixelsPer, standalone } from './picture';

export type PictureKind = 'svg' | 'png';

/** Save the graph as a file. `host` is an element of the page whose looks it takes. */
export async function exportGraph(
  kind: PictureKind,
  dagId: string,
  drawing: DrawingProps,
  host: HTMLElement,
  texts: Texts
): Promise<void> {
  const text = svgText(dagId, drawing, host, texts);
  const { width, height } = drawing.layout;
  const blob =
    kind === 'svg' ? new Blob([text], { type: 'image/svg+xml' }) : await pngOf(text, width, height);
  save(blob, pictureName(dagId, kind));
}

/** The graph as the text of an SVG file. */
export function svgText(
  dagId: string,
  drawing: DrawingProps,
  host: HTMLElement,
  texts: Texts
): string {
  const place = host.appendChild(document.createElement('div'));
  place.className = 'jp-nbflow-hidden';
  const root = createRoot(place);
  const { width, height } = drawing.layout;
  try {
    flushSync(() =>
      root.render(
        <TextsContext.Provider value={texts}>
          <svg width={Math.ceil(width)} height={Math.ceil(height)}>
            <Drawing
              {...drawing}
              seen={null}
              isFar={false}
              zoom={1}
              selected={null}
              focusable={null}
              active={[]}
            />
          </svg>
        </TextsContext.Provider>
      )
    );
    const svg = place.querySelector('svg');
    const ground = window.getComputedStyle(host).backgroundColor;
    return svg === null ? '' : standalone(svg, dagId, ground);
  } finally {
    root.unmount();
    place.remove();
  }
}

async function pngOf(svg: string, width: number, height: number): Promise<Blob> {
  const image = new Image();
  image.src = `data:image/svg+xml;charset=utf-8,${encodeURIComponent(svg)}`;
  await image.decode();
  const by = pixelsPer(width, height);
  const canvas = document.createElement('canvas');
  canvas.width = Math.ceil(width * by);
  canvas.height = Math.ceil(height * by);
  canvas.getContext('2d')?.drawImage(image, 0, 0, canvas.width, canvas.height);
  return new Promise((resolve, reject) =>
    canvas.toBlob(
      blob => (blob === null ? reject(new Error('The picture is too large.')) : resolve(blob)),
      'image/png'
    )
  );
}

function save(blob: Blob, fileName: string): void {
  const url = URL.createObjectURL(blob);
  const link = document.createElement('a');
  link.href = url;
  link.download = fileName;
  link.click();
  URL.revokeObjectURL(url);
}
