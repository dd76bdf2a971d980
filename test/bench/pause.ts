/** How long the event loop is held: what everybody else waits for. */

/** Milliseconds of the longest stretch without a turn for others while `work` runs. */
export async function longestPause(work: () => Promise<void>): Promise<number> {
  let last = performance.now();
  let longest = 0;
  const tick = (): void => {
    const now = performance.now();
    longest = Math.max(longest, now - last);
    last = now;
  };
  const timer = setInterval(tick, 1);
  await new Promise((resolve) => setTimeout(resolve, 20));
  longest = 0;
  await work();
  await new Promise((resolve) => setImmediate(resolve));
  tick();
  clearInterval(timer);
  return longest;
}
