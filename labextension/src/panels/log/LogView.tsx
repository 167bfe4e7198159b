/**
 * The log of a try: follows its end while one wants that, shows only the lines that are asked for, and can be
 * taken away as a file. What a log is, and which of its lines are asked for, is in src/log/.
 */
import * as React from 'react';

import { linesIn, textOf, type GrowingLog, type LogBlock } from '../../log/blocks';
import { NO_FILTER, passing, splitBy, type LogFilter, type LogLine } from '../../log/lines';
import { useTexts } from '../../text';
import { Loading, Notice } from '../controls';
import { LogBar } from './LogBar';

export interface LogViewProps {
  readonly log: GrowingLog;
  readonly error: string | null;
  /** The name of the file it is saved as. */
  readonly fileName: string;
}

/** Within this many pixels of the end one counts as being there. */
const NEAR = 24;
/** More lines than these are not read; the last of them are shown. */
const MOST_LINES = 4000;

export function LogView({ log, error, fileName }: LogViewProps): React.JSX.Element {
  const trans = useTexts();
  if (error !== null) {
    return (
      <Notice kind="error" title={trans.__('The log cannot be shown')}>
        <p>{error}</p>
      </Notice>
    );
  }
  if (!log.blocks.length) {
    return log.isComplete ? (
      <Notice kind="empty" title={trans.__('The log is empty')} />
    ) : (
      <Loading />
    );
  }
  return <Log log={log} fileName={fileName} />;
}

function Log({ log, fileName }: Omit<LogViewProps, 'error'>): React.JSX.Element {
  const trans = useTexts();
  const ref = React.useRef<HTMLDivElement>(null);
  const [isFollowing, setFollowing] = React.useState(true);
  const [filter, setFilter] = React.useState<LogFilter>(NO_FILTER);
  const lines = React.useMemo(() => linesIn(log), [log]);
  const isFiltered = filter.query.trim() !== '' || filter.level !== null;
  const shown = React.useMemo(
    () => (isFiltered ? passing(lines, filter) : null),
    [lines, filter, isFiltered]
  );
  React.useLayoutEffect(() => {
    const box = ref.current;
    if (box !== null && isFollowing) {
      box.scrollTop = box.scrollHeight;
    }
  }, [log, isFollowing, shown]);
  const onScroll = (): void => {
    const box = ref.current;
    if (box !== null) {
      setFollowing(box.scrollHeight - box.scrollTop - box.clientHeight < NEAR);
    }
  };
  return (
    <div className="jp-nbflow-log">
      <LogBar
        {...{ lines, filter, isFollowing }}
        isComplete={log.isComplete}
        found={shown?.length ?? null}
        onFilter={setFilter}
        onFollow={setFollowing}
        onSave={() => save(textOf(log), fileName)}
      />
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
        {shown === null ? (
          log.blocks.map(block => <Block key={block.number} block={block} />)
        ) : (
          <Lines lines={shown} query={filter.query} />
        )}
      </div>
      {/* eslint-enable jsx-a11y/no-noninteractive-tabindex */}
    </div>
  );
}

function Lines({
  lines,
  query
}: {
  readonly lines: readonly LogLine[];
  readonly query: string;
}): React.JSX.Element {
  const trans = useTexts();
  if (!lines.length) {
    return <div className="jp-nbflow-faint">{trans.__('No line is like that.')}</div>;
  }
  return (
    <>
      {lines.length > MOST_LINES ? (
        <div className="jp-nbflow-faint">
          {trans.__('Only the last %1 of them are shown.', MOST_LINES)}
        </div>
      ) : null}
      {lines.slice(-MOST_LINES).map(line => (
        <Line key={line.number} line={line} query={query} />
      ))}
    </>
  );
}

const Line = React.memo(function Line({
  line,
  query
}: {
  readonly line: LogLine;
  readonly query: string;
}): React.JSX.Element {
  return (
    <div className="jp-nbflow-log-line" data-level={line.level ?? undefined}>
      <span className="jp-nbflow-log-number">{line.number}</span>
      <span>
        {splitBy(line.text, query).map((part, place) =>
          place % 2 === 1 ? <mark key={place}>{part}</mark> : part
        )}
      </span>
    </div>
  );
});

/** What nbflow writes between cells, and lines that say that they are grave. */
const MARKED =
  /^(--- .*|(?:\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d\S*\s+)?(?:WARNING|ERROR|CRITICAL)\b.*)$/gm;

/**
 * Some lines of the log, laid out only when they are to be seen; the lines that nbflow writes between cells
 * stand back, grave ones stand out. The last break is the block's own end.
 */
const Block = React.memo(function Block({
  block
}: {
  readonly block: LogBlock;
}): React.JSX.Element {
  const parts = block.text.replace(/\n$/, '').split(MARKED);
  const style: React.CSSProperties & Record<'--lines', number> = { '--lines': block.lines.length };
  return (
    <div className="jp-nbflow-log-block" style={style}>
      {parts.map((part, place) =>
        place % 2 === 0 ? (
          part
        ) : part.startsWith('--- ') ? (
          <span key={place} className="jp-nbflow-log-mark">
            {part}
          </span>
        ) : (
          <span key={place} data-level={/\bWARNING\b/.test(part) ? 'warning' : 'error'}>
            {part}
          </span>
        )
      )}
    </div>
  );
});

function save(text: string, fileName: string): void {
  const url = URL.createObjectURL(new Blob([text], { type: 'text/plain' }));
  const link = document.createElement('a');
  link.href = url;
  link.download = fileName;
  link.click();
  URL.revokeObjectURL(url);
}
