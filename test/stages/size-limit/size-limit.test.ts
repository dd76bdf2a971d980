import { describe, expect, it } from 'vitest';
import { declaredSize, declaredSizeFinding, sizeFinding, sizeLimit } from '../../../src/stages/size-limit/index.js';
import { problemsOf, runOne, said } from '../facts.js';

describe('sizeLimit', () => {
  it.each([
    [11, 'continue'],
    [10, 'continue'],
    [9, 'reject size 552 5.3.4 Message size exceeds the limit of 9 octets'],
  ])('a message of 10 octets, at most %d', async (maxBytes, expected) => {
    const outcome = await runOne(sizeLimit({ maxBytes }), { message: 'A: b\r\n\r\nxx' });
    expect(said(outcome)).toBe(expected);
    expect(sizeFinding.in(outcome.findings)).toEqual({ octets: 10, maxBytes });
  });

  it.each([0, -1, 1.5, Number.NaN, Number.POSITIVE_INFINITY])('refuses the limit %d', (maxBytes) => {
    expect(problemsOf(() => sizeLimit({ maxBytes })).map((one) => one.code)).toEqual(['bad-limit']);
    expect(problemsOf(() => declaredSize({ maxBytes })).map((one) => one.code)).toEqual(['bad-limit']);
  });
});

describe('declaredSize', () => {
  const over = 'reject size 552 5.3.4 Message size exceeds the limit of 1000 octets';
  const syntax = 'reject size 501 5.5.4 SIZE wants 1 to 20 digits';
  it.each<[Record<string, string | undefined>, string, number | undefined]>([
    [{}, 'continue', undefined],
    [{ SIZE: '0' }, 'continue', 0],
    [{ SIZE: '1000' }, 'continue', 1000],
    [{ SIZE: '00001000' }, 'continue', 1000],
    [{ SIZE: '1001' }, over, 1001],
    [{ SIZE: '99999999999999999999' }, over, 1e20],
    [{ SIZE: '999999999999999999999' }, syntax, undefined],
    [{ SIZE: undefined }, syntax, undefined],
    [{ SIZE: '-1' }, syntax, undefined],
    [{ SIZE: '1e3' }, syntax, undefined],
    [{ SIZE: '' }, syntax, undefined],
  ])('%j', async (parameters, expected, octets) => {
    const outcome = await runOne(declaredSize({ maxBytes: 1000 }), { parameters });
    expect(said(outcome)).toBe(expected);
    expect(declaredSizeFinding.in(outcome.findings)).toEqual({ octets, maxBytes: 1000 });
  });
});
