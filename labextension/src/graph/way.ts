/**
 * The way of an edge: straight stretches and curves. Pure. Points are as in arrange.ts: x runs along the edges,
 * y across them.
 */
/** A stretch of an edge: straight, or a curve with its two control points. */
export type Step =
  | { readonly kind: 'line'; readonly x: number; readonly y: number }
  | {
      readonly kind: 'curve';
      readonly bends: readonly [number, number, number, number];
      readonly x: number;
      readonly y: number;
    };

export interface Way {
  readonly from: readonly [number, number];
  readonly steps: readonly Step[];
}

/** Draws a way forwards; backwards where it has to. */
export class Pen {
  readonly from: readonly [number, number];
  readonly steps: Step[] = [];
  private isBack = false;

  constructor(
    private x: number,
    private y: number
  ) {
    this.from = [x, y];
  }

  lineTo(x: number): void {
    if (Math.abs(x - this.x) > 0.5) {
      this.steps.push({ kind: 'line', x, y: this.y });
      this.x = x;
    }
  }

  /** A curve that leaves the way it came, and arrives going right, or left if `isBack`. */
  curveTo(x: number, y: number, isBack: boolean): void {
    const bend = this.isBack === isBack ? Math.max(16, Math.abs(x - this.x) / 2) : 28;
    const bends = [
      this.x + (this.isBack ? -bend : bend),
      this.y,
      x + (isBack ? bend : -bend),
      y
    ] as const;
    this.steps.push({ kind: 'curve', bends, x, y });
    [this.x, this.y, this.isBack] = [x, y, isBack];
  }
}
