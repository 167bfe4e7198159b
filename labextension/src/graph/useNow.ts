/** The current time for what counts up or down on the screen. Stands still while nobody can see it. */
import * as React from 'react';

/** Milliseconds since the epoch, renewed every `every` ms while `isTicking` and the page is visible. */
export function useNow(isTicking: boolean, every = 1000): number {
  const [now, setNow] = React.useState(() => Date.now());
  React.useEffect(() => {
    if (!isTicking) {
      return;
    }
    const tick = (): void => {
      if (!document.hidden) {
        setNow(Date.now());
      }
    };
    tick();
    const timer = setInterval(tick, every);
    document.addEventListener('visibilitychange', tick);
    return () => {
      clearInterval(timer);
      document.removeEventListener('visibilitychange', tick);
    };
  }, [isTicking, every]);
  return now;
}
