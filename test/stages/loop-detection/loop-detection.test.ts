import { describe, expect, it } from 'vitest';
import { loopDetection, loopFinding } from '../../../src/stages/loop-detection/index.js';
import { problemsOf, runOne, said } from '../facts.js';

const received = (count: number): string => 'Received: from a by b; now\r\n'.repeat(count);

describe('loopDetection', () => {
  it.each([
    [50, undefined, 'continue'],
    [51, undefined, 'reject loop 554 5.4.6 Too many hops: this message is in a mail loop'],
    [2, 2, 'continue'],
    [3, 2, 'reject loop 554 5.4.6 Too many hops: this message is in a mail loop'],
  ])('%d Received fields, limit %s', async (count, maxReceived, expected) => {
    const stage = loopDetection(maxReceived === undefined ? {} : { maxReceived });
    const outcome = await runOne(stage, { message: `${received(count)}\r\nx` });
    expect(said(outcome)).toBe(expected);
    expect(loopFinding.in(outcome.findings)?.received).toBe(count);
  });

  it.each<[string, string, readonly string[], boolean]>([
    ['the only recipient', 'T01@school.example', ['t01@school.example'], true],
    ['in brackets', '<t01@school.example>', ['t01@school.example'], true],
    ['another', 'x@school.example', [], false],
  ])('Delivered-To names %s', async (_, name, found, refused) => {
    const outcome = await runOne(loopDetection(), { message: `Delivered-To: ${name}\r\n\r\nx` });
    expect(loopFinding.in(outcome.findings)?.deliveredTo).toEqual(found);
    expect(said(outcome).startsWith('reject loop 554 5.4.6')).toBe(refused);
    expect(
      said(await runOne(loopDetection({ deliveredTo: false }), { message: `Delivered-To: ${name}\r\n\r\nx` })),
    ).toBe('continue');
  });

  it('refuses nobody when only some have had it', async () => {
    const to = ['t01@school.example', 't02@school.example'];
    const outcome = await runOne(loopDetection(), { to, message: 'Delivered-To: t01@school.example\r\n\r\nx' });
    expect(said(outcome)).toBe('continue');
    expect(loopFinding.in(outcome.findings)?.deliveredTo).toEqual(['t01@school.example']);
  });

  it('refuses a limit that is none', () => {
    expect(problemsOf(() => loopDetection({ maxReceived: 0 })).map((one) => one.code)).toEqual(['bad-limit']);
  });
});
