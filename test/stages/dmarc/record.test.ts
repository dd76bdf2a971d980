import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type DmarcRecord, parseDmarcRecord } from '../../../src/stages/dmarc/index.js';
import { anyText, expectLinear, expectSound, value } from '../../values/support.js';

const runs = Number(process.env.POSTERN_FUZZ_RUNS ?? 2000);
const read = (text: string): DmarcRecord => value(parseDmarcRecord(text));

describe('the version', () => {
  it.each(['v=DMARC1', 'v=DMARC1;', 'v=DMARC1; p=none', ' v = DMARC1 ;p=none', 'V=DMARC1;p=none', 'v=DMARC1\t;;;'])(
    '%j is a record',
    (text) => {
      expect(parseDmarcRecord(text).kind).toBe('parsed');
    },
  );

  it.each([
    '',
    'v=spf1 -all',
    'v=DMARC2; p=none',
    'v=dmarc1; p=none',
    'v=DMARC1 p=none',
    'v=DMARC10; p=none',
    'p=none; v=DMARC1',
    '; v=DMARC1',
    'xv=DMARC1',
    '"v=DMARC1; p=none"',
    '\u00a0v=DMARC1',
    'v=DMARC1\n; p=none',
  ])('%j is none', (text) => {
    const record = parseDmarcRecord(text);
    expect(record).toMatchObject({ kind: 'malformed', why: 'it does not begin with v=DMARC1' });
  });
});

describe('tags', () => {
  it.each<[string, string, Partial<DmarcRecord>]>([
    ['defaults', 'v=DMARC1', { p: undefined, sp: undefined, np: undefined, adkim: 'r', aspf: 'r', psd: 'u', pct: 100 }],
    ['more defaults', 'v=DMARC1', { testing: false, fo: ['0'], rua: [], ruf: [], invalid: [], faults: [] }],
    ['policies', 'v=DMARC1; p=none; sp=quarantine; np=reject', { p: 'none', sp: 'quarantine', np: 'reject' }],
    [
      'any case',
      'v=DMARC1; P=Reject; ADKIM=S; Aspf=R; PSD=Y; T=Y',
      { p: 'reject', adkim: 's', psd: 'y', testing: true },
    ],
    ['any order', 'v=DMARC1; rua=mailto:a@b.example; p=reject', { p: 'reject', rua: ['mailto:a@b.example'] }],
    ['white space', 'v=DMARC1;\tp\t=  reject  ;sp =none;', { p: 'reject', sp: 'none' }],
    ['unknown tags', 'v=DMARC1; x=1; rf=afrf; ri=86400; p=none', { p: 'none', invalid: [], faults: [] }],
    ['a wrong policy', 'v=DMARC1; p=block', { p: undefined, invalid: ['p'] }],
    ['an empty policy', 'v=DMARC1; p=', { p: undefined, invalid: ['p'] }],
    ['a wrong mode', 'v=DMARC1; p=none; adkim=strict', { adkim: 'r', invalid: ['adkim'] }],
    ['octets above ASCII', 'v=DMARC1; p=reject\u00a0', { p: undefined, invalid: ['p'] }],
    ['a control character', 'v=DMARC1; p=rej\0ect', { p: undefined, invalid: ['p'] }],
    ['no equals sign', 'v=DMARC1; reject; p=none', { p: 'none', faults: ['no tag: "reject"'] }],
    ['no name', 'v=DMARC1; =reject; p=none', { p: 'none', faults: ['no tag: "=reject"'] }],
    ['a second version', 'v=DMARC1; v=DMARC2; p=none', { p: 'none', faults: ['no tag: "v=DMARC2"'] }],
    ['twice, different', 'v=DMARC1; p=reject; p=none', { p: undefined, invalid: ['p'] }],
    ['twice, the same', 'v=DMARC1; p=reject; p=Reject', { p: 'reject', invalid: [] }],
    ['three times', 'v=DMARC1; p=reject; p=none; p=none', { p: undefined, invalid: ['p'] }],
    ['names of Object.prototype', 'v=DMARC1; constructor=1; __proto__=2; p=none', { p: 'none', invalid: [] }],
    ['psd=n', 'v=DMARC1; psd=n', { psd: 'n' }],
    ['pct', 'v=DMARC1; pct=5', { pct: 5 }],
    ['pct over 100', 'v=DMARC1; pct=101', { pct: 100, invalid: ['pct'] }],
    ['pct below 0', 'v=DMARC1; pct=-1', { pct: 100, invalid: ['pct'] }],
    ['fo', 'v=DMARC1; fo=1:d:s', { fo: ['1', 'd', 's'] }],
    ['fo=0:1', 'v=DMARC1; fo=0:1', { fo: ['0'], invalid: ['fo'] }],
    ['fo=d:d', 'v=DMARC1; fo=d:d', { fo: ['0'], invalid: ['fo'] }],
    [
      'two reports',
      'v=DMARC1; rua=mailto:a@b.example , https://c.example/d',
      { rua: ['mailto:a@b.example', 'https://c.example/d'] },
    ],
    ['an obsolete size', 'v=DMARC1; rua=mailto:a@b.example!10m', { rua: ['mailto:a@b.example'] }],
    ['one wrong of two', 'v=DMARC1; rua=a@b.example,mailto:c@d.example', { rua: ['mailto:c@d.example'], invalid: [] }],
    ['no URI', 'v=DMARC1; rua=a@b.example; ruf=%zz', { rua: [], ruf: [], invalid: ['rua', 'ruf'] }],
  ])('%s', (_, text, expected) => {
    expect(read(text)).toMatchObject({ text, ...expected });
  });

  it('lists no more than ten faults', () => {
    expect(read(`v=DMARC1${'; x'.repeat(50)}`).faults).toHaveLength(10);
  });
});

const policy = fc.constantFrom('none', 'quarantine', 'reject');
const tags = fc.record(
  {
    p: policy,
    sp: policy,
    np: policy,
    adkim: fc.constantFrom('r', 's'),
    aspf: fc.constantFrom('r', 's'),
    psd: fc.constantFrom('y', 'n', 'u'),
    t: fc.constantFrom('y', 'n'),
    pct: fc.integer({ min: 0, max: 100 }).map(String),
    rua: fc.constantFrom('mailto:a@b.example', 'mailto:a@b.example,https://c.example/'),
    fo: fc.constantFrom('0', '1', 'd', 's', '1:d', 'd:s'),
  },
  { requiredKeys: [] },
);

/** Letters of any case, white space where it may be. */
function written(values: Readonly<Record<string, string | undefined>>, odd: readonly boolean[]): string {
  let at = 0;
  const flip = (): boolean => odd[at++ % Math.max(odd.length, 1)] === true;
  const cased = (text: string): string => [...text].map((c) => (flip() ? c.toUpperCase() : c)).join('');
  const space = (): string => (flip() ? ' \t' : '');
  const parts = Object.entries(values).map(([name, text]) => {
    const shown = name === 'rua' ? (text ?? '') : cased(text ?? '');
    return `${space()}${cased(name)}${space()}=${space()}${shown}${space()}`;
  });
  return [`v${space()}=${space()}DMARC1${space()}`, ...parts, ...(flip() ? [''] : [])].join(';');
}

describe('any record', () => {
  it('is read back as it was written, in any order, case and white space', () => {
    fc.assert(
      fc.property(tags, fc.array(fc.boolean(), { maxLength: 40 }), fc.boolean(), (values, odd, turned) => {
        const entries = Object.entries(values);
        const text = written(Object.fromEntries(turned ? entries.reverse() : entries), odd);
        const { p, sp, np, adkim = 'r', aspf = 'r', psd = 'u', t = 'n', pct = '100', rua, fo = '0' } = values;
        expect(read(text)).toEqual({
          ...{ text, p, sp, np, adkim, aspf, psd, testing: t === 'y', pct: Number(pct) },
          ...{ rua: rua?.split(',') ?? [], ruf: [], fo: fo.split(':'), invalid: [], faults: [] },
        });
      }),
      { numRuns: runs },
    );
  });

  it('never throws, whatever the octets', () => {
    const text = fc.oneof(
      anyText('v=DMARC1;p sporejctquan\t:!,@%'),
      anyText('v=DMARC1;p sporejctquan\t:!,@%').map((rest) => `v=DMARC1;${rest}`),
      fc
        .array(fc.constantFrom('v=DMARC1', 'p=reject', 'p=', 'sp', '=', ';', ';;', 'rua=mailto:', 'psd=y', 'T=y', ' '))
        .map((parts) => parts.join(';')),
    );
    fc.assert(
      fc.property(text, (given) => {
        const record = parseDmarcRecord(given);
        expectSound(record, given);
        if (record.kind === 'parsed') expect(record.value.text).toBe(given);
        expect(parseDmarcRecord(given)).toEqual(record);
      }),
      { numRuns: runs },
    );
  });

  it.each<[string, (size: number) => string]>([
    ['tags', (size) => `v=DMARC1;${'p=none;'.repeat(size)}`],
    ['white space', (size) => `v=DMARC1;${' '.repeat(size)}p${'\t'.repeat(size)}=none`],
    ['white space before the version', (size) => `${' '.repeat(size)}v=DMARC1`],
    ['white space behind the version', (size) => `v=DMARC1${' '.repeat(size)}x`],
    ['a URI', (size) => `v=DMARC1;rua=mailto:${'a'.repeat(size)}^`],
    ['commas', (size) => `v=DMARC1;rua=${','.repeat(size)}`],
    ['digits', (size) => `v=DMARC1;rua=mailto:a!${'1'.repeat(size)}^`],
  ])('takes linear time: %s', (_, make) => {
    expectLinear(20_000, make, parseDmarcRecord);
  });
});
