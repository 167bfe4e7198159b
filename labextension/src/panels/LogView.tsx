/** The log of a try: follows its end while one is at the end, and can be taken away as a file. */
import * as React from 'react';

import type { LogState } from '../live/task';
import { useTexts } from '../text';
import { Button, Loading, Notice } from './controls';

export interface LogViewProps {
  readonly log: LogState;
  readonly error: string | null;
  /** The name of the file it is saved as. */
  readonly fileName: string;
}

/** Within this many pixels of the end one counts as being there. */
const NEAR = 24;

export function LogView({ log, error, fileName }: LogViewProps): React.JSX.Element {
  const trans = useTexts();
  const ref = React.useRef<HTMLDivElement>(null);
  const [isFollowing, setFollowing] = React.useState(true);
  React.useLayoutEffect(() => {
    const box = ref.current;
    if (box !== null && isFollowing) {
      box.scrollTop = box.scrollHeight;
    }
  }, [log, isFollowing]);
  const onScroll = (): void => {
    const box = ref.current;
    if (box !== null) {
      setFollowing(box.scrollHeight - box.scrollTop - box.clientHeight < NEAR);
    }
  };
  if (error !== null) {
    return (
      <Notice kind="error" title={trans.__('The log cannot be shown')}>
        <p>{error}</p>
      </Notice>
    );
  }
  if (!log.pieces.length) {
    return log.isComplete ? (
      <Notice kind="empty" title={trans.__('The log is empty')} />
    ) : (
      <Loading />
    );
  }
  return (
    <div className="jp-nbflow-log">
      <div className="jp-nbflow-log-bar">
        <span className="jp-nbflow-muted">
          {log.isComplete ? trans.__('Complete') : trans.__('Live')}
        </span>
        <span className="jp-nbflow-spring" />
        {isFollowing ? null : (
          <Button label={trans.__('Go to the end')} onClick={() => setFollowing(true)} />
        )}
        <Button
          look="icon"
          icon="download"
          label={trans.__('Save the log as a file')}
          onClick={() => save(log.pieces, fileName)}
        />
      </div>
      {/* A region that scrolls can be scrolled by keys only if it can have the focus. */}
      {/* eslint-disable jsx-a11y/no-noninteractive-tabindex */}
      <div
        className="jp-nbflow-log-text"
        role="log"
        aria-label={trans.__('Log')}
        tabIndex={0}
        ref={ref}
        onScroll={onScroll}
        data-testid="nbflow-log"
      >
        {log.isCut ? (
          <div className="jp-nbflow-faint">{trans.__('Earlier lines are left out here.')}</div>
        ) : null}
        {log.pieces.map((piece, place) => (
          <Piece key={place} text={piece} />
        ))}
      </div>
      {/* eslint-enable jsx-a11y/no-noninteractive-tabindex */}
    </div>
  );
}

const SEPARATOR = /^(--- .*)$/gm;

/** A piece of the log; the lines that nbflow writes between cells stand back. */
const Piece = React.memo(function Piece({ text }: { text: string }): React.JSX.Element {
  const parts = text.split(SEPARATOR);
  return (
    <>
      {parts.map((part, place) =>
        place % 2 === 1 ? (
          <span key={place} className="jp-nbflow-log-mark">
            {part}
          </span>
        ) : (
          part
        )
      )}
    </>
  );
});

function save(pieces: readonly string[], fileName: string): void {
  const url = URL.createObjectURL(new Blob([...pieces], { type: 'text/plain' }));
  const link = document.createElement('a');
  link.href = url;
  link.download = fileName;
  link.click();
  URL.revokeObjectURL(url);
}
