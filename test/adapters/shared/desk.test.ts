/** Where questions wait: never more at once or in line than there may be, in order, each within its time, nothing left. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Desk } from '../../../src/adapters/shared/desk.js';
import type { PortCall } from '../../../src/core/stage.js';
import { type Answer, found } from '../../../src/values/answer.js';

const wait = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));
const kindOf = (answer: Answer<unknown>): string => (answer.kind === 'cannot-tell' ? answer.why : answer.kind);

describe('the desk', () => {
  it('keeps its bounds whatever ends when', async () => {
    const jobs = fc.array(
      fc.record({
        ms: fc.integer({ min: 0, max: 8 }),
        abort: fc.option(fc.integer({ min: 0, max: 8 })),
        stubborn: fc.boolean(),
      }),
      { maxLength: 25 },
    );
    const limits = fc.record({ atOnce: fc.integer({ min: 1, max: 4 }), waiting: fc.integer({ min: 0, max: 10 }) });
    await fc.assert(
      fc.asyncProperty(jobs, limits, async (list, { atOnce, waiting }) => {
        const desk = new Desk({ name: 'desk', timeout: 1000, atOnce, waiting });
        let now = 0;
        let most = 0;
        const asked = list.map(async ({ ms, abort, stubborn }) => {
          const controller = new AbortController();
          if (abort !== null) setTimeout(() => controller.abort(), abort);
          const call: PortCall = { signal: controller.signal, deadline: performance.now() + 5000 };
          return desk.run(call, async (signal) => {
            most = Math.max(most, ++now);
            const ended = new Promise((resolve) => signal.addEventListener('abort', resolve, { once: true }));
            await Promise.race([wait(ms), ...(stubborn ? [] : [ended])]);
            now--;
            return found('done');
          });
        });
        const kinds = (await Promise.all(asked)).map(kindOf);
        const expected = ['found', 'desk: the evaluation is over', 'desk: too many questions are waiting'];
        expect(kinds.filter((kind) => !expected.includes(kind))).toEqual([]);
        expect(kinds.filter((kind) => kind.includes('too many')).length).toBe(
          Math.max(0, list.length - atOnce - waiting),
        );
        expect(most).toBeLessThanOrEqual(atOnce);
        // Every place is free again, once what does not stop has ended.
        for (let i = 0; i < 50 && now > 0; i++) await wait(2);
        await wait(0);
        const again = Array.from({ length: atOnce }, () => desk.run(undefined, async () => found(1)));
        expect((await Promise.all(again)).map(kindOf)).toEqual(again.map(() => 'found'));
        await desk.close();
        expect(now).toBe(0);
      }),
      { numRuns: 60 },
    );
  });

  it('takes questions in order', async () => {
    const desk = new Desk({ name: 'desk', timeout: 1000, atOnce: 2, waiting: 100 });
    const order: number[] = [];
    const asked = Array.from({ length: 20 }, (_, i) =>
      desk.run(undefined, async () => {
        order.push(i);
        await wait(1);
        return found(i);
      }),
    );
    await Promise.all(asked);
    expect(order).toEqual(Array.from({ length: 20 }, (_, i) => i));
  });

  it('counts work that goes on after its time, and waits for it when it is closed', async () => {
    const desk = new Desk({ name: 'desk', timeout: 20, atOnce: 1, waiting: 1 });
    let ended = false;
    const stubborn = desk.run(undefined, async () => {
      await wait(120);
      ended = true;
      return found(1);
    });
    expect(kindOf(await stubborn)).toBe('desk: no answer within 20 ms');
    expect(kindOf(await desk.run(undefined, async () => found(2)))).toBe('desk: no answer within 20 ms');
    expect(ended).toBe(false);
    await desk.close();
    expect(ended).toBe(true);
    expect(kindOf(await desk.run(undefined, async () => found(3)))).toBe('desk: it is closed');
  });

  it('lets a bug of the work through, and has its place again', async () => {
    const desk = new Desk({ name: 'desk', timeout: 1000, atOnce: 1, waiting: 1 });
    await expect(desk.run(undefined, () => Promise.reject(new Error('bug')))).rejects.toThrow('bug');
    expect(kindOf(await desk.run(undefined, async () => found(1)))).toBe('found');
  });

  it('leaves no listener on the signal of the evaluation', async () => {
    const desk = new Desk({ name: 'desk', timeout: 1000, atOnce: 1, waiting: 100 });
    const controller = new AbortController();
    let listeners = 0;
    const { signal } = controller;
    const [add, remove] = [signal.addEventListener.bind(signal), signal.removeEventListener.bind(signal)];
    signal.addEventListener = ((...args: Parameters<typeof add>) => {
      listeners++;
      add(...args);
    }) as typeof add;
    signal.removeEventListener = ((...args: Parameters<typeof remove>) => {
      listeners--;
      remove(...args);
    }) as typeof remove;
    const call: PortCall = { signal, deadline: performance.now() + 1000 };
    await Promise.all(Array.from({ length: 50 }, () => desk.run(call, async () => found(1))));
    expect(listeners).toBe(0);
  });
});
