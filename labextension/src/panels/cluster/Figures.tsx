/** The cluster in a few figures, each with its last minutes. */
import * as React from 'react';

import { bytes } from '../../format';
import type { Sample } from '../../live/cluster';
import { useTexts } from '../../text';
import type { ClusterDetail, ClusterWorker } from '../../wire';
import { Sparkline, type Point } from './Sparkline';

interface FiguresProps {
  readonly detail: ClusterDetail;
  readonly history: readonly Sample[];
  readonly span: number;
}

export function Figures({ detail, history, span }: FiguresProps): React.JSX.Element {
  const trans = useTexts();
  const { running, queued, waiting, unserved, slots, workers } = detail;
  const machine = sumOf(oneAHost(workers), worker => worker.memory_total);
  const memory = sumOf(workers, worker => worker.memory);
  const cpu = sumOf(workers, worker => worker.cpu);
  const ready = sumOf(workers, worker => worker.kernels_ready);
  const busy = sumOf(workers, worker => worker.kernels_busy);
  const kept = sumOf(workers, worker => worker.kernels_kept) ?? 0;
  const kernels = [
    ...(ready === null ? [] : [trans._n('%1 stands ready', '%1 stand ready', ready)]),
    ...(kept ? [trans._n('%1 kept after a failure', '%1 kept after failures', kept)] : [])
  ];
  const curve = (pick: (sample: Sample) => number | null): readonly Point[] =>
    history.flatMap(sample => {
      const value = pick(sample);
      return value === null ? [] : [{ at: sample.at, value }];
    });
  return (
    <div className="jp-nbflow-gauges">
      <Figure
        name={trans.__('Slots taken')}
        value={trans.__('%1 of %2', running, slots)}
        more={trans._n('on %1 worker', 'on %1 workers', workers.length)}
        points={curve(sample => sample.used)}
        top={slots}
        span={span}
      />
      <Figure
        name={trans.__('Waiting tasks')}
        value={String(queued + waiting)}
        more={
          unserved
            ? trans._n(
                '%1 finds no worker that serves it',
                '%1 find no worker that serves them',
                unserved
              )
            : queued + waiting
              ? trans.__('%1 queued, %2 without a slot', queued, waiting)
              : trans.__('everything has a place')
        }
        points={curve(sample => sample.waiting)}
        top={4}
        span={span}
      />
      <Figure
        name={trans.__('Processor')}
        value={cpu === null ? '–' : trans.__('%1 %', Math.round(cpu))}
        more={trans.__('of one core, kernels included')}
        points={curve(sample => sample.cpu)}
        top={100}
        span={span}
      />
      <Figure
        name={trans.__('Memory')}
        value={memory === null ? '–' : bytes(memory)}
        more={machine === null ? '' : trans.__('of %1, kernels included', bytes(machine))}
        points={curve(sample => sample.memory)}
        top={machine ?? 0}
        span={span}
      />
      <Figure
        name={trans.__('Kernels')}
        value={busy === null ? '–' : trans.__('%1 busy', busy)}
        more={kernels.join(', ')}
        points={null}
        top={1}
        span={span}
      />
    </div>
  );
}

interface FigureProps {
  readonly name: string;
  readonly value: string;
  readonly more: string;
  readonly points: readonly Point[] | null;
  readonly top: number;
  readonly span: number;
}

function Figure({ name, value, more, points, top, span }: FigureProps): React.JSX.Element {
  const trans = useTexts();
  return (
    <section className="jp-nbflow-gauge" aria-label={name}>
      <h2>{name}</h2>
      <div className="jp-nbflow-gauge-value">{value}</div>
      <div className="jp-nbflow-gauge-more">{more}</div>
      {points === null ? null : (
        <Sparkline
          points={points}
          top={top}
          span={span}
          label={trans.__('%1 in the last %2 min, now %3', name, Math.round(span / 60_000), value)}
        />
      )}
    </section>
  );
}

/** Null where nobody has told. */
function sumOf(
  workers: readonly ClusterWorker[],
  pick: (worker: ClusterWorker) => number | null
): number | null {
  const told = workers.map(pick).filter(value => value !== null);
  return told.length ? told.reduce((sum, value) => sum + value, 0) : null;
}

/** Workers on one machine share its memory. */
function oneAHost(workers: readonly ClusterWorker[]): readonly ClusterWorker[] {
  return [...new Map(workers.map(worker => [worker.host, worker])).values()];
}
