import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { ArcFinding, ArcSet } from '../../../src/findings/arc.js';
import { arcOverride } from '../../../src/stages/dmarc/arc-override.js';
import { anyText, expectLinear } from '../../values/support.js';
import { said } from '../facts.js';
import { runDmarc } from './support.js';

const saw =
  'lists.example; spf=pass smtp.mailfrom=a@example.com; dkim=pass header.d=example.com; dmarc=pass header.from=example.com';

function set(instance: number, domain: string | undefined, authenticationResults: string | undefined): ArcSet {
  return { instance, domain, selector: 's', chainValidation: instance === 1 ? 'none' : 'pass', authenticationResults };
}
function chain(sets: readonly ArcSet[], result: ArcFinding['result'] = 'pass'): ArcFinding {
  return { result, why: undefined, sets, limit: undefined };
}
const lists = new Set(['lists.example', 'second.example']);

describe('a trusted sealer that saw the message pass', () => {
  it.each<[string, readonly ArcSet[], number | undefined]>([
    ['the only one', [set(1, 'lists.example', saw)], 1],
    ['in capitals', [set(1, 'Lists.Example', saw.toUpperCase())], 1],
    [
      'both trusted',
      [set(1, 'lists.example', saw), set(2, 'second.example', 'second.example; dmarc=fail header.from=example.com')],
      1,
    ],
    ['the later one', [set(1, 'evil.example', 'x; dmarc=none'), set(2, 'lists.example', saw)], 2],
    ['an untrusted one behind', [set(1, 'lists.example', saw), set(2, 'evil.example', saw)], undefined],
    [
      'an untrusted one said so',
      [
        set(1, 'evil.example', saw),
        set(2, 'lists.example', 'lists.example; arc=pass; dmarc=fail header.from=example.com'),
      ],
      undefined,
    ],
    ['a subdomain', [set(1, 'a.lists.example', saw)], undefined],
    ['no domain', [set(1, undefined, saw)], undefined],
    ['no results', [set(1, 'lists.example', undefined)], undefined],
    ['no sets', [], undefined],
  ])('%s', (_, sets, instance) => {
    expect(arcOverride(chain(sets), 'example.com', lists)?.instance).toBe(instance);
  });

  it.each<[string, boolean]>([
    ['lists.example; dmarc=pass header.from=example.com', true],
    ['lists.example;dmarc = pass (p=none dis=none) header.from = example.com', true],
    ['lists.example 1; dmarc/1=pass reason="x; dmarc=fail" header.from="example.com"', true],
    ['lists.example; dmarc=pass policy.dmarc=reject header.from=example.com;', true],
    ['lists.example; dmarc=pass', false],
    ['lists.example; dmarc=pass header.from=example.net', false],
    ['lists.example; dmarc=pass header.from=example.com header.from=example.net', false],
    ['lists.example; dmarc=pass header.from=example.com.evil.example', false],
    ['lists.example; dmarc=fail header.from=example.com', false],
    ['lists.example; dmarc=pass header.from=example.com; dmarc=fail header.from=example.com', false],
    ['lists.example; dmarc=passed header.from=example.com', false],
    ['lists.example; (dmarc=pass header.from=example.com)', false],
    ['lists.example; spf=pass smtp.mailfrom="; dmarc=pass header.from=example.com"', false],
    ['lists.example; spf=pass (\\); dmarc=pass header.from=example.com', false],
    ['lists.example; xdmarc=pass header.from=example.com', false],
    ['lists.example; none', false],
    ['', false],
    [`lists.example; dmarc=pass header.from=example.com;${' '.repeat(20_000)}`, false],
  ])('%j', (field, counts) => {
    expect(arcOverride(chain([set(1, 'lists.example', field)]), 'example.com', lists) !== undefined).toBe(counts);
  });

  it.each<ArcFinding['result']>(['fail', 'none', 'temperror'])('in a chain with %s does not count', (result) => {
    expect(arcOverride(chain([set(1, 'lists.example', saw)], result), 'example.com', lists)).toBeUndefined();
  });

  it('never throws', () => {
    fc.assert(
      fc.property(anyText('dmarc=pass;"\\() header.from'), (field) => {
        arcOverride(chain([set(1, 'lists.example', field)]), 'example.com', lists);
      }),
      { numRuns: Number(process.env.POSTERN_FUZZ_RUNS ?? 2000) },
    );
  });

  it('takes linear time', () => {
    expectLinear(
      4000,
      (size) => '(;"'.repeat(size),
      (field) => arcOverride(chain([set(1, 'lists.example', field)]), 'example.com', lists),
    );
  });
});

describe('in the stage', () => {
  const mail = { records: { 'example.com': 'v=DMARC1; p=reject' }, arc: chain([set(1, 'lists.example', saw)]) };

  it('lets the message go on, and the fail stands in the finding', async () => {
    const { outcome, finding } = await runDmarc({ ...mail, options: { trustedSealers: ['LISTS.example'] } });
    expect(said(outcome)).toBe('continue');
    const override = { reason: 'arc', sealer: 'lists.example', instance: 1 };
    expect(finding).toMatchObject({ result: 'fail', requested: 'reject', override });
  });

  it('is off by default, and without the finding of arc', async () => {
    expect(said((await runDmarc(mail)).outcome)).toMatch(/^reject/);
    const { records } = mail;
    expect(said((await runDmarc({ records, options: { trustedSealers: ['lists.example'] } })).outcome)).toMatch(
      /^reject/,
    );
  });
});
