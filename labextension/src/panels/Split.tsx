/** Two things side by side with a handle between them, for the pointer and for the arrow keys. */
import * as React from 'react';

import { useTexts } from '../text';

const NARROWEST = 300;
const KEY_STEP = 24;

export interface SplitProps {
  readonly main: React.ReactNode;
  /** Nothing: the main part has all the room. */
  readonly side: React.ReactNode;
}

export function Split({ main, side }: SplitProps): React.JSX.Element {
  const ref = React.useRef<HTMLDivElement>(null);
  const [width, setWidth] = React.useState<number | null>(null);
  const resize = (wanted: number): void => {
    const room = ref.current?.clientWidth ?? 0;
    setWidth(Math.max(NARROWEST, Math.min(room - NARROWEST, wanted)));
  };
  return (
    <div className="jp-nbflow-split" ref={ref}>
      <div className="jp-nbflow-split-main">{main}</div>
      {side === null ? null : (
        <>
          <Handle container={ref} width={width} onResize={resize} />
          <div
            className="jp-nbflow-split-side"
            style={width === null ? undefined : { flexBasis: width }}
          >
            {side}
          </div>
        </>
      )}
    </div>
  );
}

function Handle({
  container,
  width,
  onResize
}: {
  container: React.RefObject<HTMLDivElement>;
  width: number | null;
  onResize: (width: number) => void;
}): React.JSX.Element {
  const trans = useTexts();
  const current = (): number =>
    width ?? container.current?.querySelector('.jp-nbflow-split-side')?.clientWidth ?? NARROWEST;
  return (
    // eslint-disable-next-line jsx-a11y/no-noninteractive-element-interactions -- a separator that moves takes keys
    <div
      className="jp-nbflow-split-handle"
      role="separator"
      aria-orientation="vertical"
      aria-label={trans.__('Width of the task')}
      aria-valuenow={Math.round(width ?? NARROWEST)}
      aria-valuemin={NARROWEST}
      // eslint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- the same
      tabIndex={0}
      onPointerDown={event => {
        event.preventDefault();
        event.currentTarget.setPointerCapture(event.pointerId);
      }}
      onPointerMove={event => {
        if (event.currentTarget.hasPointerCapture(event.pointerId)) {
          const place = container.current?.getBoundingClientRect();
          onResize((place?.right ?? 0) - event.clientX);
        }
      }}
      onKeyDown={event => {
        if (event.key === 'ArrowLeft' || event.key === 'ArrowRight') {
          event.preventDefault();
          onResize(current() + (event.key === 'ArrowLeft' ? KEY_STEP : -KEY_STEP));
        }
      }}
    />
  );
}
