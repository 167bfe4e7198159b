/**
 * Do something once it is calm: after `quiet` milliseconds in which nobody asked for it again, and after `most`
 * at the latest, so that who types without a pause sees something too.
 */
import type { Soon } from './soon';

export function onceCalm(act: () => void, quiet: number, most: number): Soon {
  let timer: ReturnType<typeof setTimeout> | undefined;
  let since: number | null = null;
  const fire = (): void => {
    timer = undefined;
    since = null;
    act();
  };
  const ask = (): void => {
    const now = Date.now();
    since ??= now;
    clearTimeout(timer);
    timer = setTimeout(fire, Math.max(0, Math.min(quiet, since + most - now)));
  };
  ask.cancel = (): void => {
    clearTimeout(timer);
    timer = undefined;
    since = null;
  };
  return ask;
}
