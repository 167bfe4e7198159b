/** Do something a little later, once, however often it is asked for: what many changes make stale is fetched once. */

export interface Soon {
  (): void;
  readonly cancel: () => void;
}

export function soon(act: () => void, delay: number): Soon {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const ask = (): void => {
    timer ??= setTimeout(() => {
      timer = undefined;
      act();
    }, delay);
  };
  ask.cancel = (): void => {
    clearTimeout(timer);
    timer = undefined;
  };
  return ask;
}
