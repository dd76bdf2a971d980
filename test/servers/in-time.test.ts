/** A question that is not waited for longer than so. */
import { describe, expect, it } from 'vitest';
import type { PortCall } from '../../src/core/stage.js';
import { inTime } from '../../src/servers/shared/in-time.js';

const never = (): Promise<never> => new Promise(() => undefined);

describe('a question', () => {
  it('is answered, rejected, late or over, and aborted in any case', async () => {
    const calls: PortCall[] = [];
    const ask = (how: () => Promise<unknown>) => (call: PortCall) => {
      calls.push(call);
      return how();
    };
    expect(
      await inTime(
        10_000,
        ask(() => Promise.resolve(7)),
      ),
    ).toBe(7);
    await expect(
      inTime(
        10_000,
        ask(() => Promise.reject(new Error('a bug'))),
      ),
    ).rejects.toThrow('a bug');
    expect(await inTime(10, ask(never))).toBe('late');
    const over = new AbortController();
    const left = inTime(10_000, ask(never), over);
    expect(calls[3]?.signal.aborted).toBe(false);
    over.abort('gone');
    expect(await left).toBe('over');
    expect(calls.map(({ signal }) => signal.aborted)).toEqual([true, true, true, true]);
  });

  it('has a deadline a little before', async () => {
    const before = performance.now();
    let deadline = 0;
    await inTime(1000, async (call) => {
      deadline = call.deadline;
    });
    expect(deadline - before).toBeGreaterThanOrEqual(950);
    expect(deadline - before).toBeLessThan(1000);
  });

  it('keeps no process waiting once it is answered', async () => {
    const before = process.getActiveResourcesInfo().filter((one) => one === 'Timeout').length;
    await inTime(60_000, () => Promise.resolve());
    expect(process.getActiveResourcesInfo().filter((one) => one === 'Timeout')).toHaveLength(before);
  });
});
