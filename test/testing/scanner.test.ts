/** The reference scanner passes the suite, and the suite finds broken scanners. */
import { describe, expect, it } from 'vitest';
import type { Scanner } from '../../src/ports/scanner.js';
import { messageOf, messageOfSize } from '../../src/testing/builders.js';
import { eicar, type MemoryScanner, memoryScanner, scannerConformance } from '../../src/testing/scanner/index.js';
import { cannotTell, found, notFound } from '../../src/values/answer.js';
import { renderMessage } from '../../src/values/render.js';

describe('memoryScanner', () => {
  const count = scannerConformance({ test: it, makeScanner: () => memoryScanner() });

  it('was tested by a suite that is not empty', () => {
    expect(count).toBeGreaterThanOrEqual(10);
  });

  it('is told what to find, how large a message may be, and to fail', async () => {
    const scanner = memoryScanner({ viruses: { A: 'aaa', B: 'bbb' }, maxBytes: 1000, name: 'mine' });
    expect(await scanner.scan(messageOf('X: bbb\r\n\r\naaa'))).toEqual(
      found({ kind: 'infected', names: ['B', 'A'].sort() }),
    );
    expect(await scanner.scan(messageOf(`X: y\r\n\r\n${eicar}`))).toEqual(found({ kind: 'clean' }));
    expect(await scanner.scan(messageOfSize(1000))).toMatchObject({
      value: { kind: 'unscannable', cause: 'too-large' },
    });
    scanner.fail('down');
    expect(await scanner.scan(messageOf('X: y\r\n\r\n'))).toEqual(cannotTell('down'));
    expect([scanner.name, scanner.scans]).toEqual(['mine', 4]);
  });

  it('finds EICAR, which is 68 octets', () => {
    expect(eicar).toHaveLength(68);
  });
});

describe('the suite finds', () => {
  const broken: Readonly<Record<string, (right: MemoryScanner) => Partial<Scanner>>> = {
    'a scanner for which all is clean': () => ({ scan: async () => found({ kind: 'clean' }) }),
    'a scanner that finds something in all': () => ({ scan: async () => found({ kind: 'infected', names: ['X'] }) }),
    'a scanner that never knows': () => ({ scan: async () => cannotTell('down') }),
    'a scanner that knows no virus by name': (right) => ({
      scan: async (...args) => {
        const answer = await right.scan(...args);
        return answer.kind === 'found' && answer.value.kind === 'infected'
          ? found({ kind: 'infected', names: [] })
          : answer;
      },
    }),
    'a scanner that says "not found" for clean': (right) => ({
      scan: async (...args) => {
        const answer = await right.scan(...args);
        return answer.kind === 'found' && answer.value.kind === 'clean' ? notFound() : answer;
      },
    }),
    'a scanner that sees the body alone': (right) => ({
      scan: (message, call) =>
        right.scan({ ...message, header: [], size: message.separator.length + message.body.size }, call),
    }),
    'a scanner that sees the beginning alone': (right) => ({
      scan: async (message, call) => {
        for await (const chunk of renderMessage(message)) return right.scan(messageOf(chunk), call);
        return right.scan(message, call);
      },
    }),
    'a scanner that stops at an empty piece': (right) => ({
      scan: async (message, call) => {
        const pieces: Uint8Array[] = [];
        for await (const chunk of renderMessage(message)) {
          if (chunk.length === 0) break;
          pieces.push(chunk);
        }
        return right.scan(messageOf(Buffer.concat(pieces)), call);
      },
    }),
    'a scanner that rejects': (right) => ({
      scan: async (message, call) => {
        for await (const _ of message.body.open());
        return right.scan(message, call);
      },
    }),
    'a scanner that does not end': () => ({
      scan: (message) => memoryScanner().scan(message),
    }),
    'a scanner without a name': () => ({ name: '' }),
  };

  it.each(Object.entries(broken))('%s', async (_, change) => {
    const failed: string[] = [];
    const runs: (() => Promise<void>)[] = [];
    scannerConformance({
      test: (name, run) => runs.push(() => ended(run()).catch(() => void failed.push(name))),
      makeScanner: () => {
        const right = memoryScanner();
        return { name: right.name, scan: right.scan, ...change(right) };
      },
    });
    for (const run of runs) await run();
    expect(failed).not.toEqual([]);
  });
});

/** A framework gives up too. */
function ended(run: Promise<void>): Promise<void> {
  return Promise.race([
    run,
    new Promise<void>((_, reject) => {
      setTimeout(() => reject(new Error('it takes too long')), 300).unref();
    }),
  ]);
}
