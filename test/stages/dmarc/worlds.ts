/** Generated worlds: a few names, records at some of them, a message with a few identifiers. */
import fc from 'fast-check';
import type { Identifier } from '../../../src/stages/dmarc/identifiers.js';
import { dkimId, type Records, spfId } from './support.js';

const top = fc.constantFrom('com', 'co.example', 'net');
const domain = fc
  .tuple(fc.array(fc.constantFrom('a', 'b'), { maxLength: 3 }), fc.constantFrom('x', 'y'), top)
  .map(([labels, name, suffix]) => [...labels, name, suffix].join('.'));
const deep = fc
  .array(fc.constantFrom('a', 'b'), { minLength: 4, maxLength: 9 })
  .map((labels) => [...labels, 'x.com'].join('.'));
const suffix = fc.constantFrom('com', 'co.example', 'example', 'net');

const policy = fc.constantFrom('none', 'quarantine', 'reject');
/** Each with its chance to be left out. */
const tags = fc.record(
  {
    p: fc.oneof({ weight: 9, arbitrary: policy }, { weight: 1, arbitrary: fc.constant('block') }),
    sp: policy,
    np: policy,
    adkim: fc.constantFrom('r', 's'),
    aspf: fc.constantFrom('r', 's'),
    psd: fc.constantFrom('y', 'n', 'u', 'u'),
    t: fc.constantFrom('y', 'n', 'n'),
    rua: fc.constantFrom('mailto:a@b.example', 'nonsense'),
    zz: fc.constant('1'),
  },
  { requiredKeys: [] },
);
const record = tags.map((values) =>
  ['v=DMARC1', ...Object.entries(values).map(([name, value]) => `${name}=${value}`)].join('; '),
);
const published = fc.oneof(
  { weight: 12, arbitrary: record },
  { weight: 1, arbitrary: fc.tuple(record, record) },
  { weight: 1, arbitrary: fc.constantFrom('v=spf1 -all', 'v=dmarc1; p=reject', 'EXISTS') },
);

export interface World {
  readonly records: Records;
  readonly author: string;
  readonly identifiers: readonly Identifier[];
}

const name = fc.oneof(
  { weight: 6, arbitrary: domain },
  { weight: 1, arbitrary: suffix },
  { weight: 1, arbitrary: deep },
);

/** `uses`: what the identifiers may have come to. */
export function world(uses: readonly Identifier['use'][]): fc.Arbitrary<World> {
  const use = fc.constantFrom(...uses);
  const spf = fc.option(fc.tuple(name, use), { nil: undefined });
  const dkim = fc.array(fc.tuple(name, use), { maxLength: 3 });
  const zone = fc.array(
    fc.tuple(fc.oneof({ weight: 3, arbitrary: name }, { weight: 1, arbitrary: suffix }), published),
    { maxLength: 5 },
  );
  return fc.tuple(zone, name, spf, dkim).map(([records, author, first, others]) => ({
    // Half of the records must matter: the first one is at the author's domain or above it.
    records: Object.fromEntries(records.map(([at, text], i) => [i === 0 ? above(author, at.length) : at, text])),
    author,
    identifiers: [...(first === undefined ? [] : [spfId(...first)]), ...others.map(([d, used]) => dkimId(d, used))],
  }));
}

function above(author: string, number: number): string {
  const labels = author.split('.');
  return labels.slice(number % labels.length).join('.');
}
