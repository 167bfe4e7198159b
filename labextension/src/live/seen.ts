/** Do something as soon as the page can be seen: at once, or when the browser's tab is looked at again. */
import type { Stop } from '../feed';

export function whenSeen(act: () => void): Stop {
  const look = (): void => {
    if (!document.hidden) {
      stop();
      act();
    }
  };
  const stop = (): void => document.removeEventListener('visibilitychange', look);
  document.addEventListener('visibilitychange', look);
  look();
  return stop;
}
