/** The buttons on the graph: find, turn, mark, save, open and close groups, zoom. */
import * as React from 'react';

import { useTexts } from '../text';
import type { GroupView } from '../wire';
import type { PictureKind } from './exportGraph';
import type { ClosedGroups } from './useClosedGroups';
import type { ChangeLook, GraphLook } from './useGraphLook';
import { zoomIn, zoomOut } from './useGraphKeys';
import { usePopup } from './usePopup';
import type { Viewport } from './useViewport';

const SIGNS = {
  find: 'M5.2 1.2a4 4 0 1 1 0 8 4 4 0 0 1 0-8M8.2 8.2l3.2 3.2',
  right: 'M1 3.5h3.4v5H1zM7.6 3.5H11v5H7.6zM4.4 6h3.2',
  down: 'M3.5 1h5v3.4h-5zM3.5 7.6h5V11h-5zM6 4.4v3.2',
  critical: 'M1 9.5l3-5 3.2 3.4L11 2M8.2 2H11v2.8',
  assets:
    'M6 1.2c2.4 0 4 .7 4 1.5v6.6c0 .8-1.6 1.5-4 1.5s-4-.7-4-1.5V2.7c0-.8 1.6-1.5 4-1.5M2 2.9c0 .8 1.6 1.5 4 1.5s4-.7 4-1.5',
  save: 'M6 1v6.4M3.4 5L6 7.6 8.6 5M1.6 10.8h8.8',
  close: 'M3 1l3 3 3-3M3 11l3-3 3 3',
  open: 'M3 4l3-3 3 3M3 8l3 3 3-3',
  map: 'M1 1.5h10v9H1zM6.2 6.4h3v2.4h-3z',
  more: 'M6 2v8M2 6h8',
  less: 'M2 6h8',
  all: 'M1 4V1h3M8 1h3v3M11 8v3H8M4 11H1V8'
} as const;

interface ToolProps {
  readonly sign: keyof typeof SIGNS;
  readonly label: string;
  /** Whether it is on, of those that stay. */
  readonly isOn?: boolean;
  readonly onClick: () => void;
}

function Tool({ sign, label, isOn, onClick }: ToolProps): React.JSX.Element {
  return (
    <button type="button" title={label} aria-label={label} aria-pressed={isOn} onClick={onClick}>
      <svg width="12" height="12" viewBox="0 0 12 12" aria-hidden="true">
        <path
          d={SIGNS[sign]}
          fill="none"
          stroke="currentColor"
          strokeWidth="1.4"
          strokeLinejoin="round"
        />
      </svg>
    </button>
  );
}

export interface GraphToolsProps {
  readonly viewport: Viewport;
  readonly closing: ClosedGroups;
  readonly groups: readonly GroupView[];
  readonly look: GraphLook;
  readonly onLook: ChangeLook;
  /** Whether there is a run whose path can be marked, and whether tasks make or read anything. */
  readonly hasRun: boolean;
  readonly hasAssets: boolean;
  readonly onSearch: () => void;
  readonly onSave: (kind: PictureKind) => void;
}

export function GraphTools(props: GraphToolsProps): React.JSX.Element {
  const { viewport, closing, groups, look, onLook, hasRun, hasAssets, onSearch, onSave } = props;
  const trans = useTexts();
  const isAnyOpen = groups.some(one => !closing.closed.has(one.group_id));
  const isDown = look.orientation === 'down';
  return (
    <div className="jp-nbflow-graph-tools" role="toolbar" aria-label={trans.__('View')}>
      <Tool sign="find" label={trans.__('Find a task (/)')} onClick={onSearch} />
      <Tool
        sign={isDown ? 'right' : 'down'}
        label={isDown ? trans.__('From left to right') : trans.__('From the top down')}
        onClick={() => onLook({ orientation: isDown ? 'right' : 'down' })}
      />
      {hasRun ? (
        <Tool
          sign="critical"
          label={trans.__('Critical path')}
          isOn={look.isCritical}
          onClick={() => onLook({ isCritical: !look.isCritical })}
        />
      ) : null}
      {hasAssets ? (
        <Tool
          sign="assets"
          label={trans.__('Assets')}
          isOn={look.hasAssets}
          onClick={() => onLook({ hasAssets: !look.hasAssets })}
        />
      ) : null}
      <Tool
        sign="map"
        label={trans.__('Overview where not all is in view')}
        isOn={look.hasMinimap}
        onClick={() => onLook({ hasMinimap: !look.hasMinimap })}
      />
      <SaveTool onSave={onSave} />
      {groups.length ? (
        <Tool
          sign={isAnyOpen ? 'close' : 'open'}
          label={isAnyOpen ? trans.__('Close all groups') : trans.__('Open all groups')}
          onClick={isAnyOpen ? closing.closeAll : closing.openAll}
        />
      ) : null}
      <Tool sign="more" label={trans.__('Zoom in (+)')} onClick={() => zoomIn(viewport)} />
      <Tool sign="less" label={trans.__('Zoom out (-)')} onClick={() => zoomOut(viewport)} />
      <Tool sign="all" label={trans.__('Show all (0)')} onClick={viewport.refit} />
    </div>
  );
}

/** As which kind of picture the graph is saved. */
function SaveTool({ onSave }: Pick<GraphToolsProps, 'onSave'>): React.JSX.Element {
  const trans = useTexts();
  const { ref, isOpen, setOpen, keys } = usePopup();
  const choose = (kind: PictureKind): void => {
    setOpen(false);
    onSave(kind);
  };
  return (
    <div className="jp-nbflow-graph-save" ref={ref} {...keys}>
      <button
        type="button"
        title={trans.__('Save as a picture')}
        aria-label={trans.__('Save as a picture')}
        aria-haspopup="menu"
        aria-expanded={isOpen}
        onClick={() => setOpen(!isOpen)}
      >
        <svg width="12" height="12" viewBox="0 0 12 12" aria-hidden="true">
          <path d={SIGNS.save} fill="none" stroke="currentColor" strokeWidth="1.4" />
        </svg>
      </button>
      {isOpen ? (
        <div className="jp-nbflow-graph-menu" role="menu">
          <button type="button" role="menuitem" onClick={() => choose('svg')}>
            {trans.__('SVG, for print')}
          </button>
          <button type="button" role="menuitem" onClick={() => choose('png')}>
            {trans.__('PNG, for slides and mail')}
          </button>
        </div>
      ) : null}
    </div>
  );
}
