/** One DAG in the grid of the home page. */
import * as React from 'react';

import { duration, stateName } from '../../format';
import { StateIcon } from '../../graph/StateIcon';
import { useTexts } from '../../text';
import type { DagView } from '../../wire';
import { Button, Switch } from '../controls';
import { Asks, Dots, NextRun, Problems } from '../DagParts';
import { Icon } from '../icons';
import type { HomeActions } from './actions';
import { durations, trendOf } from './durations';

/** In pixels; style/home.css says the same. */
export const ROW_HEIGHT = 44;
const LINE = { width: 64, height: 16 };

export interface DagTableRowProps {
  readonly dag: DagView;
  readonly index: number;
  /** Whether the tab key leads to this row. */
  readonly isActive: boolean;
  readonly isSelected: boolean;
  readonly isFavourite: boolean;
  readonly questions: number;
  readonly now: number;
  readonly actions: HomeActions;
  readonly onSelect: (dagId: string) => void;
  readonly onFocus: (dagId: string) => void;
}

export const DagTableRow = React.memo(function DagTableRow(
  props: DagTableRowProps
): React.JSX.Element {
  const { dag, isActive, isSelected, now, actions } = props;
  const trans = useTexts();
  const id = dag.dag_id;
  return (
    <div
      role="row"
      className="jp-nbflow-dags-row"
      tabIndex={isActive ? 0 : -1}
      aria-rowindex={props.index}
      aria-selected={isSelected}
      aria-label={dag.display_name || id}
      data-dag-id={id}
      data-paused={dag.paused || undefined}
      onFocus={() => props.onFocus(id)}
    >
      <span role="gridcell" className="jp-nbflow-dags-pick">
        <input
          type="checkbox"
          tabIndex={-1}
          checked={isSelected}
          aria-label={trans.__('Select %1', id)}
          onChange={() => props.onSelect(id)}
        />
      </span>
      <Name {...props} />
      <span role="gridcell" className="jp-nbflow-dags-owner jp-nbflow-ellipsis jp-nbflow-muted">
        {dag.owner}
      </span>
      <span role="gridcell" className="jp-nbflow-dags-state">
        {dag.last_runs.length ? (
          <Dots dag={dag} now={now} onOpen={actions.onOpen} />
        ) : (
          <span className="jp-nbflow-faint">{trans.__('never run')}</span>
        )}
      </span>
      <span role="gridcell" className="jp-nbflow-dags-duration">
        <Duration dag={dag} />
      </span>
      <span role="gridcell" className="jp-nbflow-dags-next">
        <NextRun dag={dag} now={now} />
        <span className="jp-nbflow-dags-under jp-nbflow-ellipsis" title={dag.schedule}>
          {dag.schedule}
        </span>
      </span>
      <span role="gridcell" className="jp-nbflow-dags-do">
        <Button
          look="icon"
          icon="play"
          label={trans.__('Trigger %1', id)}
          verb="trigger"
          onClick={() => actions.onTrigger(id)}
        />
        <Switch
          isOn={!dag.paused}
          label={
            dag.paused
              ? trans.__('%1 is paused: switch its schedule on', id)
              : trans.__('%1 follows its schedule: pause it', id)
          }
          verb="pause"
          onChange={isOn => actions.onPause(id, !isOn)}
        />
      </span>
    </div>
  );
});

function Name({ dag, isFavourite, questions, actions }: DagTableRowProps): React.JSX.Element {
  const trans = useTexts();
  const id = dag.dag_id;
  const last = dag.last_runs[0]?.state;
  return (
    <span role="gridcell" className="jp-nbflow-dags-name">
      <button
        type="button"
        className="jp-nbflow-star"
        tabIndex={-1}
        aria-pressed={isFavourite}
        aria-label={trans.__('Favourite: %1', id)}
        title={isFavourite ? trans.__('A favourite of yours') : trans.__('Make it a favourite')}
        onClick={() => actions.onFavourite(id)}
      >
        <Icon name="star" size={14} />
      </button>
      <StateIcon
        state={last ?? 'none'}
        size={14}
        label={last === undefined ? trans.__('Never run') : stateName(last, trans)}
      />
      <span className="jp-nbflow-dags-names">
        <span className="jp-nbflow-dags-line">
          <button
            type="button"
            tabIndex={-1}
            className="jp-nbflow-link jp-nbflow-ellipsis"
            title={dag.description || dag.file}
            onClick={() => actions.onOpen(id)}
          >
            {dag.display_name || id}
          </button>
          <Asks questions={questions} onClick={() => actions.onQuestion(id)} />
          <Problems dag={dag} />
        </span>
        <span className="jp-nbflow-dags-under jp-nbflow-ellipsis">
          {dag.tags.map(tag => (
            <span key={tag} className="jp-nbflow-dags-tag">
              {tag}
            </span>
          ))}
          {dag.description}
        </span>
      </span>
    </span>
  );
}

/** How long the last run took, after a line through those before. */
function Duration({ dag }: { dag: DagView }): React.JSX.Element | null {
  const trans = useTexts();
  const seconds = durations(dag);
  const last = seconds.at(-1);
  if (last === undefined) {
    return null;
  }
  const trend = trendOf(seconds, LINE.width, LINE.height);
  if (trend === null) {
    return <span className="jp-nbflow-dags-took">{duration(last)}</span>;
  }
  const told = trans.__(
    'The last run took %1; %2 is typical',
    duration(last),
    duration(trend.typical)
  );
  return (
    <span className="jp-nbflow-dags-trend" title={told} data-slow={trend.isSlow || undefined}>
      <svg
        width={LINE.width + 6}
        height={LINE.height + 6}
        viewBox={`-3 -3 ${LINE.width + 6} ${LINE.height + 6}`}
        aria-hidden="true"
      >
        <path d={trend.path} fill="none" stroke="currentColor" strokeWidth="1.5" />
        <circle cx={trend.end[0]} cy={trend.end[1]} r="2" fill="currentColor" />
      </svg>
      <span className="jp-nbflow-dags-took">
        {duration(last)}
        {trend.isSlow ? <span title={told}> ↑</span> : null}
      </span>
      <span className="jp-nbflow-hidden">{told}</span>
    </span>
  );
}
