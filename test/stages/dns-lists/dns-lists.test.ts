/** Lists of clients and of domains: what is asked, which answers count and for how much, errors, thresholds, and silence. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Outcome } from '../../../src/core/outcome.js';
import { definePolicy } from '../../../src/core/policy.js';
import { type DnsListsFinding, dnsListsFinding, domainListsFinding } from '../../../src/findings/dns-lists.js';
import {
  type DnsListsOptions,
  type DomainListsOptions,
  dnsLists,
  domainLists,
} from '../../../src/stages/dns-lists/index.js';
import { mailboxOf, messageOf, type SessionOptions, senderOf, sessionOf } from '../../../src/testing/builders.js';
import { type Zone, zoneResolver } from '../../../src/testing/resolver/index.js';
import { runStage } from '../../../src/testing/run-stage.js';
import { isConfigurationError } from '../../../src/values/errors.js';
import { ipFromWords, reverseLabels } from '../../../src/values/ip.js';

type Options = Omit<DnsListsOptions, 'resolver'>;
type Ran = {
  readonly finding: DnsListsFinding;
  readonly decision: string;
  readonly open: boolean;
  readonly asked: readonly string[];
};

const zone: Zone = {
  // The entries for tests of RFC 5782 section 5.
  '2.0.0.127.zen.example': { A: ['127.0.0.2', '127.0.0.4'], TXT: ['for tests', 'see www\u00e9'] },
  '9.2.0.192.zen.example': { A: ['127.0.0.4'], TXT: 'TIMEOUT' },
  '9.2.0.192.good.example': { A: ['127.0.5.3'] },
  [`2.${'0.'.repeat(23)}8.b.d.0.1.0.0.2.zen.example`]: { A: ['127.0.0.3'] },
  'host.example.dbl.example': { A: ['127.0.1.5'] },
  'bad.example.dbl.example': { A: ['127.0.1.2'], TXT: ['bad domain'] },
  'bits.example.surbl.example': { A: ['127.0.0.24'] },
  '10.2.0.192.public.example': { A: ['127.255.255.254'] },
  '10.2.0.192.parked.example': { A: ['203.0.113.5'] },
  '10.2.0.192.one.example': { A: ['127.0.0.1'] },
  '10.2.0.192.over.example': { A: ['127.0.0.255'] },
  '10.2.0.192.both.example': { A: ['127.0.0.2', '127.255.255.255'] },
  '10.2.0.192.down.example': 'SERVFAIL',
  '10.2.0.192.slow.example': 'TIMEOUT',
  '10.2.0.192.listed.example': { A: ['127.0.0.2'] },
};

interface Shown {
  readonly findings: object;
  readonly decision?: {
    readonly kind: string;
    readonly reason: string;
    readonly reply: { readonly lines: readonly string[] };
  };
}

/** What the lists led to, and whether silent ones left it open: then what was declared for silence is decided. */
function judged({ decision }: Shown, unanswered: string | undefined): Pick<Ran, 'decision' | 'open'> {
  if (decision === undefined) expect(unanswered).toBeUndefined();
  if (decision === undefined) return { decision: 'none', open: false };
  if (decision.reason === 'cannot-tell') return { decision: 'none', open: true };
  return { decision: `${decision.kind} ${decision.reply.lines.join()}`, open: false };
}

/** What a stage returned, at run time. */
function shown(result: unknown): Shown {
  return result as Shown;
}

async function client(options: Options, session: SessionOptions = {}): Promise<Ran> {
  const resolver = zoneResolver(zone);
  const stage = dnsLists({ except: [], ...options, resolver });
  const { result, unanswered } = await runStage(stage, { session: sessionOf(session) });
  const finding = dnsListsFinding.in(shown(result).findings);
  if (finding === undefined) throw new Error('no finding');
  return { finding, ...judged(shown(result), unanswered), asked: resolver.asked };
}

describe('dnsLists', () => {
  it('asks with the address turned round, all lists at once', async () => {
    const { finding, asked } = await client({ lists: ['zen.example', 'good.example'] }, { ip: '192.0.2.9' });
    expect(asked).toEqual(['A 9.2.0.192.zen.example', 'A 9.2.0.192.good.example']);
    expect(finding).toEqual({
      results: [
        {
          kind: 'listed',
          zone: 'zen.example',
          of: 'client-address',
          subject: '192.0.2.9',
          query: '9.2.0.192.zen.example',
          answers: ['127.0.0.4'],
          meanings: [],
          weight: 1,
          reason: undefined,
        },
        expect.objectContaining({ kind: 'listed', zone: 'good.example', weight: 1 }),
      ],
      score: 2,
      total: 2,
      least: 2,
      most: 2,
    });
  });

  it('asks with nibbles for IPv6', async () => {
    const { finding } = await client({ lists: ['zen.example'] }, { ip: '2001:db8::2' });
    expect(finding.results).toMatchObject([{ kind: 'listed', answers: ['127.0.0.3'] }]);
    expect(finding.results[0]?.query).toBe(`2.${'0.'.repeat(23)}8.b.d.0.1.0.0.2.zen.example`);
  });

  it('asks with a verified name, and with no other', async () => {
    const lists = [{ zone: 'dbl.example', of: 'client-name' } as const];
    expect((await client({ lists }, { name: 'host.example' })).finding.score).toBe(1);
    const { finding, asked } = await client({ lists });
    expect([finding.results, asked]).toEqual([[], []]);
  });

  it('asks nothing of this host, of private networks, and of those in `except`', async () => {
    for (const ip of ['local', '127.0.0.1', '10.1.2.3', '192.168.0.1', '::1', 'fe80::1', 'fd00::1', '100.64.0.1']) {
      const resolver = zoneResolver({});
      const stage = dnsLists({ resolver, lists: ['zen.example', { zone: 'dbl.example', of: 'client-name' }] });
      await runStage(stage, { session: sessionOf({ ip, name: 'host.example' }) });
      expect([ip, resolver.asked]).toEqual([ip, []]);
    }
    expect((await client({ lists: ['zen.example'], except: ['192.0.2.0/24'] }, { ip: '192.0.2.9' })).asked).toEqual([]);
  });

  it.each<[string, DnsListsOptions['lists'][number], number, readonly string[], readonly string[]]>([
    ['any answer', 'zen.example', 1, ['127.0.0.2', '127.0.0.4'], []],
    ['a weight', 'zen.example*3', 3, ['127.0.0.2', '127.0.0.4'], []],
    ['a negative weight', 'zen.example*-2.5', -2.5, ['127.0.0.2', '127.0.0.4'], []],
    ['a filter', 'zen.example=127.0.0.[3..11]*2', 2, ['127.0.0.4'], []],
    ['a filter that takes none', 'zen.example=127.0.0.[10..11]', 0, ['127.0.0.2', '127.0.0.4'], []],
    [
      'weights by answer, each once',
      {
        zone: 'zen.example',
        answers: [
          { match: '127.0.0.2', weight: 2, name: 'spam source' },
          { match: '127.0.0.[4..7]', weight: 4, name: 'exploited' },
          { match: '127.0.0.[9..11]', weight: 100, name: 'no host' },
        ],
      },
      6,
      ['127.0.0.2', '127.0.0.4'],
      ['spam source', 'exploited'],
    ],
    [
      'bits',
      {
        zone: 'zen.example',
        weight: 5,
        answers: [
          { mask: 4, name: 'four' },
          { mask: 8, name: 'eight' },
        ],
      },
      5,
      ['127.0.0.4'],
      ['four'],
    ],
    [
      'bits of a pattern',
      { zone: 'zen.example', answers: [{ match: '127.0.0.2', mask: 4 }] },
      0,
      ['127.0.0.2', '127.0.0.4'],
      [],
    ],
  ])('counts %s', async (_what, list, score, answers, meanings) => {
    const { finding } = await client({ lists: [list] }, { ip: '127.0.0.2' });
    expect(finding.score).toBe(score);
    const [result] = finding.results;
    if (result?.kind === 'cannot-tell') throw new Error(result.why);
    expect(result?.answers).toEqual(answers);
    expect(result?.kind === 'listed' ? result.meanings : []).toEqual(meanings);
  });

  it.each<[string, string]>([
    ['public.example', 'error answer of public.example: 127.255.255.254 (asked through a public resolver)'],
    ['parked.example', 'error answer of parked.example: 203.0.113.5 (outside of 127.0.0.0/8)'],
    ['one.example', 'error answer of one.example: 127.0.0.1 (no listing is 127.0.0.1)'],
    ['both.example', 'error answer of both.example: 127.255.255.255 (over the limit of questions)'],
    ['over.example', 'error answer of over.example: 127.0.0.255 (an error by the options)'],
    ['down.example', 'A of 10.2.0.192.down.example: ESERVFAIL'],
    ['slow.example', 'A of 10.2.0.192.slow.example: ETIMEOUT'],
  ])('never counts what %s answers, which names what is wrong', async (name, why) => {
    for (const weight of [1, -1]) {
      const list = { zone: name, weight, errors: ['127.0.0.255'] };
      const { finding, decision, open } = await client({ lists: [list], rejectAt: 1, deferAt: 0.5 });
      expect(finding).toMatchObject({ results: [{ kind: 'cannot-tell', why }], score: 0, total: 0 });
      expect([decision, open]).toEqual(['none', weight > 0]);
    }
  });

  it('refuses and defers by thresholds, and gives the reason of the list', async () => {
    const options = { lists: ['zen.example*3', 'good.example*-1'], rejectAt: 3, deferAt: 2 };
    const { decision, asked } = await client(options, { ip: '127.0.0.2' });
    expect(decision).toBe(
      'reject Service unavailable; client [127.0.0.2] blocked using zen.example; for tests / see www',
    );
    expect(asked).toContain('TXT 2.0.0.127.zen.example');
    const deferred = await client(options, { ip: '192.0.2.9' });
    // That its reason cannot be told changes nothing.
    expect(deferred).toMatchObject({
      decision: 'defer Service unavailable; client [192.0.2.9] blocked using zen.example',
      open: false,
    });
    const fine = await client({ ...options, deferAt: 2.5 }, { ip: '192.0.2.9' });
    expect(fine.decision).toBe('none');
    expect(fine.asked.filter((question) => question.startsWith('TXT'))).toEqual([]);
  });

  it('asks for reasons of all listings, or never', async () => {
    const listed = await client({ lists: ['zen.example'], reasons: 'listed' }, { ip: '127.0.0.2' });
    expect(listed.finding.results).toMatchObject([{ reason: 'for tests / see www' }]);
    const never = await client({ lists: ['zen.example'], reasons: 'never', rejectAt: 1 }, { ip: '127.0.0.2' });
    expect(never.decision).toBe('reject Service unavailable; client [127.0.0.2] blocked using zen.example');
  });

  it.each<[string, Options, string, boolean]>([
    ['a silent list that could lead to a refusal', { lists: ['down.example'], rejectAt: 1 }, 'none', true],
    ['one that could lead to a deferral', { lists: ['down.example'], rejectAt: 9, deferAt: 1 }, 'none', true],
    ['one that could not reach the threshold', { lists: ['down.example', 'zen.example'], rejectAt: 2 }, 'none', false],
    ['one that could together with others', { lists: ['down.example', 'listed.example'], rejectAt: 2 }, 'none', true],
    ['no thresholds', { lists: ['down.example'] }, 'none', false],
    [
      'a refusal whatever it says',
      { lists: ['down.example', 'listed.example'], rejectAt: 1, reasons: 'never' },
      'reject',
      false,
    ],
    [
      'a good list that might spare a refusal',
      { lists: ['down.example*-1', 'listed.example'], rejectAt: 1 },
      'none',
      true,
    ],
    ['a good list that could not', { lists: ['down.example*-1', 'listed.example*3'], rejectAt: 1 }, 'reject', false],
    [
      'a list that may be silent',
      { lists: [{ zone: 'down.example', cannotTell: 'continue' }], rejectAt: 1 },
      'none',
      false,
    ],
    ['a stage that goes on', { lists: ['down.example'], rejectAt: 1, cannotTell: 'continue' }, 'none', false],
    [
      'a stage that goes on without good lists',
      { lists: ['down.example*-1', 'listed.example'], rejectAt: 1, cannotTell: 'continue' },
      'reject',
      false,
    ],
    [
      'a deferral that might be a refusal',
      { lists: ['down.example', 'listed.example'], rejectAt: 2, deferAt: 1 },
      'defer',
      false,
    ],
  ])('with %s', async (_what, options, decision, open) => {
    const ran = await client(options);
    expect([ran.decision.split(' ')[0], ran.open]).toEqual([decision, open]);
  });

  it('has the pipeline do what was declared for silence', async () => {
    const evaluate = (cannotTell: 'defer' | 'reject' | 'continue'): Promise<Outcome> => {
      const resolver = zoneResolver(zone);
      const policy = definePolicy({
        connect: [dnsLists({ resolver, lists: ['down.example'], rejectAt: 1, cannotTell })],
      });
      expect(policy.failures()).toMatchObject([
        { port: 'lists', cannotTell, unless: 'no answer of it changes the decision' },
      ]);
      const [sender, recipients] = [senderOf('a@sender.example'), [mailboxOf('s001@school.example')]];
      return policy.evaluate({ session: sessionOf(), sender, recipients, message: messageOf('\r\n') });
    };
    const rules = ['defer', 'reject', 'continue'] as const;
    const outcomes = await Promise.all(rules.map(evaluate));
    expect(outcomes.map((one) => one.decision.kind)).toEqual(rules);
  });

  it('refuses wrong options, all at once', () => {
    const lists = [
      'a..b',
      'zen.example=127.0.0.300',
      'zen.example=127.255.255.1',
      'zen.example*x',
      {
        zone: 'zen.example',
        of: 'sender',
        weight: Number.NaN,
        answers: [{ mask: 0 }, { mask: 2 ** 24 }],
        errors: ['?'],
      },
      { zone: 'zen.example', answers: [] },
    ] as unknown as DnsListsOptions['lists'];
    const resolver = zoneResolver({});
    const codes = (make: () => unknown): readonly string[] => {
      try {
        make();
      } catch (error) {
        if (isConfigurationError(error)) return error.problems.map(({ code, construct }) => `${code} ${construct}`);
      }
      return [];
    };
    expect(
      codes(() => dnsLists({ resolver, lists, rejectAt: 0, deferAt: Number.NaN, except: ['10.0.0.0/99'] })),
    ).toEqual([
      'bad-threshold 0',
      'bad-threshold NaN',
      'bad-list a..b',
      'bad-list 127.0.0.300',
      'bad-answer 127.255.255.1',
      'bad-weight zen.example*x',
      'bad-list sender',
      'bad-weight NaN',
      'bad-mask 0',
      'bad-weight NaN',
      'bad-mask 16777216',
      'bad-list ?',
      'bad-list []',
      'bad-list 10.0.0.0/99',
    ]);
    expect(codes(() => dnsLists({ resolver, lists: [], rejectAt: 1, deferAt: 1 }))).toEqual([
      'bad-threshold 1, 1',
      'bad-lists 0',
    ]);
    expect(codes(() => dnsLists({ resolver, lists: Array(101).fill('zen.example') }))).toEqual(['bad-lists 101']);
  });

  it('counts each list by its answers alone, whatever these are', async () => {
    const answer = fc.integer({ min: 0, max: 0xffffffff }).map((word) => ipFromWords([word]));
    const listing = fc.integer({ min: 0x7f000002, max: 0x7ffffeff }).map((word) => ipFromWords([word]));
    await fc.assert(
      fc.asyncProperty(fc.array(fc.oneof(answer, listing), { minLength: 1, maxLength: 5 }), async (answers) => {
        const ip = ipFromWords([0xc0000209]);
        const resolver = zoneResolver({ [`${reverseLabels(ip)}.any.example`]: { A: answers.map(({ text }) => text) } });
        const stage = dnsLists({ resolver, lists: ['any.example*4'] });
        const { result } = await runStage(stage, { session: sessionOf({ ip: '192.0.2.9' }) });
        const finding = dnsListsFinding.in((result as { findings: object }).findings);
        const bad = answers.some(
          ({ text }) => !text.startsWith('127.') || text.startsWith('127.255.255.') || text === '127.0.0.1',
        );
        expect(finding).toMatchObject({ score: bad ? 0 : 4, results: [{ kind: bad ? 'cannot-tell' : 'listed' }] });
      }),
      { numRuns: Number(process.env.POSTERN_FUZZ_RUNS ?? 500) },
    );
  });
});

describe('domainLists', () => {
  interface Case {
    readonly lists: DomainListsOptions['lists'];
    readonly sender?: string;
    readonly helo?: string;
    readonly name?: string;
    readonly before?: number;
    readonly options?: Partial<DomainListsOptions>;
  }
  async function domains({
    lists,
    sender = 'a@bad.example',
    helo = 'client.example',
    name,
    before,
    options,
  }: Case): Promise<Ran> {
    const resolver = zoneResolver(zone);
    const stage = domainLists({ ...options, resolver, lists });
    const totals = { total: before ?? 0, least: before ?? 0, most: before ?? 0 };
    const findings = before === undefined ? {} : dnsListsFinding.of({ results: [], score: before, ...totals });
    const session = sessionOf(name === undefined ? {} : { name });
    const { result, unanswered } = await runStage(stage, { session, sender: senderOf(sender), helo, findings });
    const ran = shown(result);
    const finding = domainListsFinding.in(ran.findings);
    if (finding === undefined) throw new Error('no finding');
    return { finding, ...judged(ran, unanswered), asked: resolver.asked };
  }

  it('asks for the domain of the sender, the HELO name, the verified client name', async () => {
    const all = [
      'dbl.example=127.0.1.[2..99]',
      { zone: 'dbl.example', of: 'helo' } as const,
      { zone: 'dbl.example', of: 'client-name', weight: 2 } as const,
    ];
    const { finding, asked } = await domains({ lists: all, helo: 'Host.Example', name: 'host.example' });
    expect(asked).toEqual(['A bad.example.dbl.example', 'A host.example.dbl.example', 'A host.example.dbl.example']);
    expect(finding.results.map((one) => `${one.of} ${one.subject} ${one.kind}`)).toEqual([
      'sender bad.example listed',
      'helo host.example listed',
      'client-name host.example listed',
    ]);
    expect(finding.score).toBe(4);
  });

  it.each<[string, Case]>([
    ['the null path', { lists: ['dbl.example'], sender: '<>' }],
    ['an address literal', { lists: ['dbl.example'], sender: 'a@[192.0.2.1]' }],
    ['a HELO that is a literal', { lists: [{ zone: 'dbl.example', of: 'helo' }], helo: '[192.0.2.1]' }],
    ['a HELO that is an address', { lists: [{ zone: 'dbl.example', of: 'helo' }], helo: '192.0.2.1' }],
    ['a HELO that is nothing', { lists: [{ zone: 'dbl.example', of: 'helo' }], helo: 'a b' }],
    ['a name that is not verified', { lists: [{ zone: 'dbl.example', of: 'client-name' }] }],
  ])('asks nothing for %s', async (_what, one) => {
    expect((await domains({ ...one, options: { rejectAt: 1 } })).asked).toEqual([]);
  });

  it('reads bits', async () => {
    const answers = [
      { mask: 0x08, name: 'phishing', weight: 3 },
      { mask: 0x10, name: 'malware', weight: 4 },
      { mask: 0x40, name: 'abuse', weight: 50 },
    ];
    const { finding } = await domains({ lists: [{ zone: 'surbl.example', answers }], sender: 'a@bits.example' });
    expect(finding).toMatchObject({ score: 7, results: [{ meanings: ['phishing', 'malware'] }] });
  });

  it('adds what the lists of clients said, unless told not to', async () => {
    const lists = ['dbl.example*2'];
    const refused = await domains({ lists, before: 3, options: { rejectAt: 5 } });
    expect(refused.decision).toBe(
      'reject Service unavailable; sender domain [bad.example] blocked using dbl.example; bad domain',
    );
    expect(refused.finding).toMatchObject({ score: 2, total: 5 });
    expect((await domains({ lists, before: -1, options: { rejectAt: 2 } })).decision).toBe('none');
    expect((await domains({ lists, before: 3, options: { rejectAt: 5, withClient: false } })).decision).toBe('none');
    expect((await domains({ lists: ['none.example'], before: 5, options: { rejectAt: 5 } })).decision).toBe(
      'reject Service unavailable',
    );
  });

  it('stands behind the lists of clients in a policy', async () => {
    const resolver = zoneResolver(zone);
    const policy = definePolicy({
      connect: [dnsLists({ resolver, lists: ['listed.example*2'], rejectAt: 4 })],
      mail: [domainLists({ resolver, lists: ['dbl.example*2'], rejectAt: 4, deferAt: 3 })],
    });
    const recipients = [mailboxOf('s001@school.example')];
    const message = messageOf('\r\n');
    const refused = await policy.evaluate({
      session: sessionOf(),
      sender: senderOf('a@bad.example'),
      recipients,
      message,
    });
    expect(refused.decision).toMatchObject({ kind: 'reject', detail: 'total 4: bad.example.dbl.example is 127.0.1.2' });
    const fine = await policy.evaluate({
      session: sessionOf(),
      sender: senderOf('a@good.example'),
      recipients,
      message,
    });
    expect(fine.decision.kind).toBe('continue');
    if (fine.complete) expect([fine.findings.dnsLists.score, fine.findings.domainLists.total]).toEqual([2, 2]);
  });

  describe('minds the silence of the lists of clients', () => {
    const dbl = { 'bad.example.dbl.example': { A: ['127.0.1.2'] } };
    const zen = (answer: Zone[string]): Zone => ({ ...dbl, '10.2.0.192.zen.example': answer });
    const listed = { A: ['127.0.0.2'] };
    const bad = { lists: ['zen.example*2'], rejectAt: 3 };
    const good = { lists: ['zen.example*-5'], rejectAt: 3 };
    const two = { lists: ['dbl.example*2'], rejectAt: 3 };
    const three = { lists: ['dbl.example*3'], rejectAt: 3 };
    const unsure = 'Service unavailable; lists in the DNS could not tell about the sender';
    const deferred = `defer cannot-tell ${unsure}, try again later`;

    it.each<[string, Zone, Options, Omit<DomainListsOptions, 'resolver'>, string, readonly [number, number]]>([
      ['both listed', zen(listed), bad, two, 'reject sender-policy', [4, 4]],
      ['the client listed no more', zen({}), bad, two, 'continue', [2, 2]],
      ['silent, and it could lead to a refusal', zen('SERVFAIL'), bad, two, deferred, [2, 4]],
      ['an error answer', zen({ A: ['127.255.255.254'] }), bad, two, deferred, [2, 4]],
      [
        'by the rule of domainLists',
        zen('SERVFAIL'),
        bad,
        { ...two, cannotTell: 'reject' },
        `reject cannot-tell ${unsure}`,
        [2, 4],
      ],
      ['which may be none', zen('SERVFAIL'), bad, { ...two, cannotTell: 'continue' }, 'continue', [2, 4]],
      ['or that of dnsLists', zen('SERVFAIL'), { ...bad, cannotTell: 'continue' }, two, 'continue', [2, 2]],
      ['or without the client', zen('SERVFAIL'), bad, { ...two, withClient: false }, 'continue', [2, 2]],
      ['not far enough', zen('SERVFAIL'), bad, { ...two, rejectAt: 5 }, 'continue', [2, 4]],
      ['a good client', zen(listed), good, three, 'continue', [-2, -2]],
      ['perhaps a good client', zen('TIMEOUT'), good, three, deferred, [-2, 3]],
      ['and no thresholds before', zen('TIMEOUT'), { lists: good.lists }, three, deferred, [-2, 3]],
      ['refused whatever it says', zen('TIMEOUT'), bad, three, 'reject sender-policy', [3, 5]],
    ])('%s', async (_what, names, client, domain, expected, [least, most]) => {
      const resolver = zoneResolver(names);
      const policy = definePolicy({
        connect: [dnsLists({ except: [], ...client, resolver })],
        mail: [domainLists({ ...domain, resolver })],
      });
      const recipients = [mailboxOf('s001@school.example')];
      const { decision, findings } = await policy.evaluate({
        session: sessionOf(),
        sender: senderOf('a@bad.example'),
        recipients,
        message: messageOf('\r\n'),
      });
      const said =
        decision.kind === 'continue'
          ? 'continue'
          : `${decision.kind} ${decision.reason} ${decision.reply.lines.join()}`;
      expect(said.slice(0, expected.length)).toBe(expected);
      expect(findings.domainLists).toMatchObject({ least, most });
    });
  });
});
