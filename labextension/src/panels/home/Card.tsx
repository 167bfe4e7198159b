/** One matter of the home page: a heading, how many there are, and a list that is cut at first. */
import * as React from 'react';

import { useTexts } from '../../text';
import { useElementId } from '../ids';

export interface CardProps<T> {
  readonly name: string;
  readonly title: string;
  readonly items: readonly T[];
  /** How many there are in all, which may be more than were fetched. */
  readonly total?: number;
  /** What to say without any. */
  readonly empty: string;
  readonly children: (item: T) => React.ReactNode;
}

/** So few that the list of DAGs below begins on the first screen. */
const FEW = 3;

export function Card<T>(props: CardProps<T>): React.JSX.Element {
  const { name, title, items, total = items.length, empty, children } = props;
  const trans = useTexts();
  const [isLong, setLong] = React.useState(false);
  const id = useElementId();
  const shown = isLong ? items : items.slice(0, FEW);
  return (
    <section className="jp-nbflow-card" aria-labelledby={id} data-card={name}>
      <h2 id={id}>
        {title}
        {total ? <span className="jp-nbflow-card-count">{total}</span> : null}
      </h2>
      {items.length ? (
        <ul className="jp-nbflow-card-list" data-long={isLong || undefined}>
          {shown.map(children)}
        </ul>
      ) : (
        <p className="jp-nbflow-card-empty">{empty}</p>
      )}
      {items.length > FEW ? (
        <button
          type="button"
          className="jp-nbflow-link jp-nbflow-card-more"
          aria-expanded={isLong}
          onClick={() => setLong(!isLong)}
        >
          {isLong ? trans.__('Show fewer') : trans.__('Show all %1', items.length)}
        </button>
      ) : null}
      {isLong && total > items.length ? (
        <p className="jp-nbflow-card-empty">{trans.__('Of %1, these are the first.', total)}</p>
      ) : null}
    </section>
  );
}
