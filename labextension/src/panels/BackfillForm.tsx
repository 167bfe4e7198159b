/** A new backfill: its dates and how it goes about them, with what it would do to each date. */
import * as React from 'react';

import type { Draft, Field } from '../form/model';
import { useTexts } from '../text';
import type { BackfillDate } from '../wire';
import { BackfillDates } from './Backfills';
import { Loading, Notice } from './controls';
import { ParamsForm } from './ParamsForm';

export interface BackfillFormProps {
  readonly fields: readonly Field[];
  readonly drafts: Readonly<Record<string, Draft>>;
  readonly errors: Readonly<Record<string, string>>;
  readonly problems: readonly string[];
  /** What would become of each date; null while that is being asked. */
  readonly dates: readonly BackfillDate[] | null;
  readonly previewError: string | null;
  readonly now: number;
  readonly onChange: (name: string, draft: Draft) => void;
}

/** More than these are counted, not listed. */
const MOST_SHOWN = 100;

export function BackfillForm(props: BackfillFormProps): React.JSX.Element {
  return (
    <div className="jp-nbflow jp-nbflow-form" data-testid="nbflow-backfill-form">
      <ParamsForm {...props} />
      <Preview {...props} />
    </div>
  );
}

function Preview({
  dates,
  previewError,
  errors,
  now
}: BackfillFormProps): React.JSX.Element | null {
  const trans = useTexts();
  if (Object.keys(errors).length) {
    return null; // Its fields say why nothing can be said about the dates.
  }
  if (previewError !== null) {
    return <Notice kind="warning" title={previewError} />;
  }
  if (dates === null) {
    return <Loading lines={3} />;
  }
  const made = dates.filter(date => date.step !== 'leave').length;
  return (
    <div className="jp-nbflow-preview-list" data-testid="nbflow-backfill-preview">
      <div className="jp-nbflow-muted">
        {dates.length
          ? trans.__('%1 of %2 dates run:', made, dates.length)
          : trans.__('The schedule has no date in this range.')}
      </div>
      {dates.length ? (
        <div className="jp-nbflow-preview-box">
          <BackfillDates dates={dates.slice(0, MOST_SHOWN)} now={now} onChooseRun={null} />
          {dates.length > MOST_SHOWN ? (
            <p className="jp-nbflow-muted">{trans.__('and %1 more', dates.length - MOST_SHOWN)}</p>
          ) : null}
        </div>
      ) : null}
    </div>
  );
}
