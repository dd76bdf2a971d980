/** A cap on work in progress: who finds no free place waits in line, and the line has an end too. */
export interface Places {
  /** Resolves with the function that gives the place back; undefined at once when the line is full. */
  take(): Promise<() => void> | undefined;
}

export function places(count: number, line: number): Places {
  let free = count;
  const waiting: (() => void)[] = [];
  const release = (): void => {
    const next = waiting.shift();
    if (next === undefined) free++;
    else next();
  };
  const once = (): (() => void) => {
    let given = false;
    return () => {
      if (!given) release();
      given = true;
    };
  };
  return {
    take() {
      if (free > 0) {
        free--;
        return Promise.resolve(once());
      }
      if (waiting.length >= line) return undefined;
      return new Promise((resolve) => {
        waiting.push(() => resolve(once()));
      });
    },
  };
}
