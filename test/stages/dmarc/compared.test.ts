/**
 * Generated worlds, judged by this library and by mailauth (RFC 9989 as well): same result, same policy, same policy domain, but for the
 * differences that are named here.
 */
import { createRequire } from 'node:module';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Judged, judge, type Records } from './support.js';
import { type World, world } from './worlds.js';

interface Rival {
  readonly status: { readonly result: string };
  readonly policy?: string;
  readonly policyDomain?: string;
  readonly alignment?: { readonly spf: { readonly result?: string }; readonly dkim: { readonly result?: string } };
}
interface Mailauth {
  dmarc(options: object): Promise<Rival | false>;
}
const { dmarc } = createRequire(import.meta.url)('mailauth/lib/dmarc/index.js') as Mailauth;

async function rival({ records, author, identifiers }: World): Promise<Rival | false> {
  const domains = (mechanism: string) =>
    identifiers.filter((one) => one.mechanism === mechanism && one.use === 'pass').map(({ domain }) => ({ domain }));
  const resolver = async (name: string, type: string): Promise<unknown> => {
    const record = records[name.replace(/^_dmarc\./, '')];
    if (type === 'TXT' && name.startsWith('_dmarc.') && record !== undefined && record !== 'EXISTS') {
      return (typeof record === 'string' ? [record] : record).map((text) => [text]);
    }
    const there = type !== 'TXT' && record !== undefined && !name.startsWith('_dmarc.');
    throw Object.assign(new Error(name), { code: there ? 'ENODATA' : 'ENOTFOUND' });
  };
  return dmarc({
    headerFrom: [`a@${author}`],
    fromFields: 1,
    spfDomains: domains('spf'),
    dkimDomains: domains('dkim'),
    resolver,
  });
}

/** What is meant to differ. */
function known(ours: Judged, theirs: Rival): string | undefined {
  // A record without a valid policy that wants no reports: "no DMARC processing" is `none` there, and here `permerror`, which the
  // registry of results has for a record that is not well formed.
  if (ours.result === 'permerror' && theirs.status.result === 'none') return 'no valid policy';
  return undefined;
}

describe('compared with mailauth', () => {
  it('in generated worlds', async () => {
    const differences = new Map<string, number>();
    const results = new Map<string, number>();
    await fc.assert(
      fc.asyncProperty(world(['pass', 'pass', 'no']), async (given) => {
        const ours = judge(given.records, given);
        const theirs = await rival(given);
        if (theirs === false) throw new Error('mailauth finds no author');
        const difference = known(ours, theirs);
        results.set(ours.result, (results.get(ours.result) ?? 0) + 1);
        if (difference !== undefined) return void differences.set(difference, (differences.get(difference) ?? 0) + 1);
        expect(ours.result).toBe(theirs.status.result);
        if (ours.result === 'none') return;
        expect(ours.policy?.domain).toBe(theirs.policyDomain);
        // For a message that passes, the existence of the author's domain is not asked for here.
        if (ours.result === 'fail') expect(ours.requested).toBe(theirs.policy);
      }),
      { numRuns: Number(process.env.POSTERN_FUZZ_RUNS ?? 2000) },
    );
    expect([...differences.keys()]).toEqual(['no valid policy']);
    for (const result of ['none', 'pass', 'fail', 'permerror']) expect(results.get(result) ?? 0).toBeGreaterThan(20);
  });

  it.each<[string, Records, string, string]>([
    // There the last of several tags with one name wins.
    [
      'a policy that stands there twice',
      { 'x.com': 'v=DMARC1; p=none; p=reject; rua=mailto:a@b.example' },
      'none',
      'reject',
    ],
  ])('known to differ: %s', async (_, records, ours, theirs) => {
    const given = { records, author: 'x.com', identifiers: [] };
    expect(judge(records, given).requested).toBe(ours);
    const judged = await rival(given);
    expect(judged !== false && judged.policy).toBe(theirs);
  });
});
