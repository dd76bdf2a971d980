import { describe, expect, test } from 'vitest';
import type { CannotTellRule } from '../../../src/core/decision.js';
import type { Outcome } from '../../../src/core/outcome.js';
import { definePolicy } from '../../../src/core/policy.js';
import { type SpfFinding, spfFinding } from '../../../src/findings/spf.js';
import type { Resolver } from '../../../src/ports/resolver.js';
import { type SpfOptions, spf } from '../../../src/stages/spf/index.js';
import { mailboxOf, type SessionOptions, senderOf, sessionOf } from '../../../src/testing/builders.js';
import { type Zone, zoneResolver } from '../../../src/testing/resolver/index.js';
import { runStage } from '../../../src/testing/run-stage.js';
import { virtualHost } from '../../../src/testing/virtual-host.js';
import { replyText } from '../../../src/values/reply.js';
import { problemsOf } from '../../values/support.js';

const zone: Zone = {
  'd.example': { TXT: ['v=spf1 a ip4:192.0.2.10 -all'], A: ['192.0.2.1'] },
  'helo.example': { TXT: ['v=spf1 ?all'] },
  'bad.example': { TXT: ['v=spf1 -all exp=why.example'] },
  'why.example': { TXT: ['%{d} knows no %{i}; see %{r}'] },
  'slow.example': 'TIMEOUT',
  'slowexp.example': { TXT: ['v=spf1 -all exp=slow.example'] },
  'ptr.example': { TXT: ['v=spf1 ptr:%{p}.x.example ~all'] },
  '10.2.0.192.in-addr.arpa': 'SERVFAIL',
};

interface Facts extends SessionOptions {
  readonly from?: string;
  readonly helo?: string | undefined;
}

function run({ from = 'user@d.example', helo = 'helo.example', ...session }: Facts, options: Partial<SpfOptions> = {}) {
  const stage = spf({ resolver: zoneResolver(zone), ...options });
  return runStage(stage, { session: sessionOf(session), sender: senderOf(from), helo });
}

/** The finding, of a stage that decides nothing or something. */
function findingOf(result: object): SpfFinding {
  const finding = 'findings' in result ? spfFinding.in(result.findings as object) : undefined;
  if (finding === undefined) throw new Error('no finding');
  return finding;
}

async function shown(facts: Facts, options: Partial<SpfOptions> = {}): Promise<string> {
  const { result } = await run(facts, options);
  const { result: whole, mailFrom, helo } = findingOf(result);
  const of = (check: typeof helo): string =>
    check === undefined ? '-' : `${check.result} ${check.domain} ${check.sender}`;
  return `${whole}; ${of(mailFrom)}; ${of(helo)}`;
}

describe('the finding', () => {
  test.each<[string, Facts, Partial<SpfOptions>, string]>([
    ['both identities', {}, {}, 'pass; pass d.example user@d.example; neutral helo.example postmaster@helo.example'],
    ['MAIL FROM alone', {}, { helo: false }, 'pass; pass d.example user@d.example; -'],
    ['no HELO', { helo: '' }, {}, 'pass; pass d.example user@d.example; none  postmaster@'],
    [
      'a HELO that is no name',
      { helo: '[192.0.2.10]' },
      {},
      'pass; pass d.example user@d.example; none [192.0.2.10] postmaster@[192.0.2.10]',
    ],
    [
      'the null path',
      { from: '<>', helo: 'bad.example' },
      {},
      'fail; fail bad.example postmaster@bad.example; fail bad.example postmaster@bad.example',
    ],
    [
      'the null path, HELO not asked for',
      { from: '<>', helo: 'bad.example' },
      { helo: false },
      'fail; fail bad.example postmaster@bad.example; -',
    ],
    ['an address literal', { from: 'a@[192.0.2.1]' }, { helo: false }, 'none; none [192.0.2.1] a@[192.0.2.1]; -'],
    ['this host itself', { ip: 'local' }, {}, 'none; -; -'],
    ['a login', { login: 'user' }, {}, 'none; -; -'],
    ['a login, asked for', { login: 'user' }, { logins: true, helo: false }, 'pass; pass d.example user@d.example; -'],
    ['IPv4 in IPv6', { ip: '::ffff:192.0.2.10' }, { helo: false }, 'pass; pass d.example user@d.example; -'],
    // RFC 5321 section 4.1.2: quotes and backslashes are a way to write a local part, and none of it.
    [
      'quotes that need not be',
      { from: '"user"@d.example' },
      { helo: false },
      'pass; pass d.example user@d.example; -',
    ],
    ['quotes', { from: '"a\\ \\"b"@d.example' }, { helo: false }, 'pass; pass d.example a "b@d.example; -'],
    ['SMTPUTF8', { from: 'j\u00fc@d.example' }, { helo: false }, 'pass; pass d.example j\u00fc@d.example; -'],
  ])('%s', async (_, facts, options, expected) => {
    expect(await shown(facts, options)).toBe(expected);
  });

  test('a client whose address is not known is a stranger, and nothing is known of it', async () => {
    const session = sessionOf();
    const stage = spf({ resolver: zoneResolver(zone) });
    const { result, notes } = await runStage(stage, {
      session: { ...session, client: { ...session.client, ip: undefined } },
    });
    expect(findingOf(result)).toEqual({ result: 'none', mailFrom: undefined, helo: undefined });
    expect(notes).toEqual([{ kind: 'remark', text: 'not checked: the address of the client is not known' }]);
  });

  test('the explanation, with our name', async () => {
    const explanation = async (options: Partial<SpfOptions>): Promise<unknown> =>
      findingOf((await run({ from: 'a@bad.example' }, options)).result).mailFrom?.explanation;
    expect(await explanation({})).toBe('bad.example knows no 192.0.2.10; see mx.school.example');
    expect(await explanation({ receiver: 'mail.example' })).toBe('bad.example knows no 192.0.2.10; see mail.example');
  });

  test('wrong options are refused', () => {
    const resolver = zoneResolver({});
    expect(problemsOf(() => spf({ resolver, limits: { lookups: -1 } }))).toMatchObject([{ code: 'bad-limit' }]);
    expect(problemsOf(() => spf({ resolver, defaultExplanation: '%' }))).toMatchObject([{ code: 'bad-explanation' }]);
  });

  test('comes at once where the resolver answers at once', async () => {
    const resolver = { ...zoneResolver({}), texts: () => ({ kind: 'not-found' }) } as unknown as Resolver;
    const stage = spf({ resolver });
    const { result } = await runStage({
      ...stage,
      run: (tx, ctx) => Object.assign(stage.run(tx, ctx), { atOnce: !('then' in stage.run(tx, ctx)) }),
    });
    expect(result).toMatchObject({ atOnce: true });
  });
});

test('the trace tells each term, each question and the outcome', async () => {
  const { notes, asked } = await run({ from: 'a@bad.example' }, { helo: false });
  expect(notes).toEqual([
    { kind: 'rule', source: { file: 'SPF record of bad.example' }, text: '-all', matched: true, on: '192.0.2.10' },
    { kind: 'remark', text: 'mailfrom "bad.example": fail, -all in the record of bad.example' },
  ]);
  expect(asked.map(({ port, method, args }) => [port, method, ...args])).toEqual([
    ['resolver', 'texts', 'bad.example'],
    ['resolver', 'texts', 'why.example'],
  ]);
  const detailed = await run({ helo: 'slow.example' });
  expect(detailed.notes.map((note) => (note.kind === 'rule' ? `${note.text} ${note.matched}` : note.text))).toEqual([
    'a false',
    'ip4:192.0.2.10 true',
    'mailfrom "d.example": pass, ip4:192.0.2.10 in the record of d.example',
    'helo "slow.example": temperror, the record of slow.example: TXT of slow.example: ETIMEOUT',
  ]);
});

// RFC 7208 section 5.5: such a `ptr` does not match.
test('a PTR question without an answer is told, in the finding and in the trace', async () => {
  const names: Zone = { ...zone, 'p.example': { TXT: ['v=spf1 ptr -all exp=slow.example'] } };
  const options = { resolver: zoneResolver(names), helo: false };
  const { result, notes, unanswered } = await run({ from: 'a@p.example' }, options);
  const silent = [
    'names of 192.0.2.10: PTR of 10.2.0.192.in-addr.arpa: ESERVFAIL',
    'the explanation at slow.example: TXT of slow.example: ETIMEOUT',
  ];
  expect(findingOf(result).mailFrom).toMatchObject({ result: 'fail', mechanism: '-all', unanswered: silent });
  expect(unanswered).toBeUndefined();
  expect(notes.map((note) => note.text)).toEqual(
    expect.arrayContaining([
      'no answer from resolver: fail without it',
      ...silent.map((one) => `passed over, no answer: ${one}`),
    ]),
  );
});

describe('in a policy', () => {
  const school = mailboxOf('s001@school.example');
  const evaluate = (
    { from = 'user@d.example', helo = 'helo.example', ...session }: Facts,
    options: Partial<SpfOptions>,
    more = {},
  ): Promise<Outcome> =>
    definePolicy({ mail: [spf({ resolver: zoneResolver(zone), ...options })] }).evaluate(
      { session: sessionOf(session), helo, sender: senderOf(from), recipients: [school] },
      more,
    );
  const decided = ({ decision }: Outcome): string =>
    decision.kind === 'continue' ? 'continue' : `${decision.kind} ${decision.reason} ${replyText(decision.reply)}`;
  const unsure = 'SPF temperror: the sender domain slow.example could not be checked by SPF';
  const unsureHelo = unsure.replace('sender domain', 'HELO name');

  test.each<[CannotTellRule | undefined, string]>([
    [undefined, `defer cannot-tell 451 4.7.24 ${unsure}`],
    ['defer', `defer cannot-tell 451 4.7.24 ${unsure}`],
    ['reject', `reject cannot-tell 550 5.7.24 ${unsure}`],
    ['hold', 'hold cannot-tell 250 2.0.0 Ok'],
    ['continue', 'continue'],
  ])('MAIL FROM that could not be told: %s', async (cannotTell, expected) => {
    const outcome = await evaluate({ from: 'a@slow.example' }, cannotTell === undefined ? {} : { cannotTell });
    expect(decided(outcome)).toBe(expected);
    expect(outcome.findings).toMatchObject({ spf: { result: 'temperror', helo: { result: 'neutral' } } });
  });

  test.each<[string, Facts, Partial<SpfOptions>, string]>([
    ['a fail decides nothing', { from: 'a@bad.example' }, {}, 'continue'],
    ['nor does an explanation that could not be fetched', { from: 'a@slowexp.example' }, {}, 'continue'],
    ['nor PTR names that could not be told', { from: 'a@ptr.example' }, {}, 'continue'],
    ['nor a HELO name', { helo: 'slow.example' }, {}, 'continue'],
    [
      'unless asked for',
      { helo: 'slow.example' },
      { heloCannotTell: 'defer' },
      `defer cannot-tell 451 4.7.24 ${unsureHelo}`,
    ],
    [
      'or where it stands for MAIL FROM',
      { from: '<>', helo: 'slow.example' },
      {},
      `defer cannot-tell 451 4.7.24 ${unsureHelo}`,
    ],
    [
      'and each has its own rule',
      { from: 'a@slow.example', helo: 'slow.example' },
      { cannotTell: 'continue', heloCannotTell: 'defer' },
      `defer cannot-tell 451 4.7.24 ${unsureHelo}`,
    ],
  ])('%s', async (_, facts, options, expected) => {
    expect(decided(await evaluate(facts, options))).toBe(expected);
  });

  test('no answer ever comes: temperror when the time is over, of both identities together', async () => {
    const host = virtualHost();
    const never = { ...zoneResolver({}), texts: () => new Promise<never>(() => {}) };
    const outcome = evaluate({}, { resolver: never }, { host });
    await new Promise((resolve) => setImmediate(resolve));
    await host.advance(20_000);
    expect(decided(await outcome)).toBe(
      'defer cannot-tell 451 4.7.24 SPF temperror: the sender domain d.example could not be checked by SPF',
    );
    expect((await outcome).findings).toMatchObject({
      spf: { helo: { problem: 'the record of helo.example: not done within 20 s' } },
    });
    expect(host.pending).toBe(0);
  });

  test('where the list has less time, it counts', async () => {
    const host = virtualHost();
    const never = { ...zoneResolver({}), texts: () => new Promise<never>(() => {}) };
    const outcome = evaluate({}, { resolver: never, cannotTell: 'continue' }, { host, timeLimit: 5000 });
    await new Promise((resolve) => setImmediate(resolve));
    await host.advance(5000);
    expect(decided(await outcome)).toBe('continue');
    expect((await outcome).findings).toMatchObject({ spf: { mailFrom: { result: 'temperror' } } });
    expect(host.pending).toBe(0);
  });

  test('an explanation that never comes changes nothing', async () => {
    const host = virtualHost();
    const known = zoneResolver(zone);
    const texts: Resolver['texts'] = (name) =>
      name === 'why.example' ? new Promise<never>(() => {}) : known.texts(name);
    const outcome = evaluate({ from: 'a@bad.example' }, { resolver: { ...known, texts }, helo: false }, { host });
    await host.advance(19_999);
    expect(host.pending).toBe(2);
    await host.advance(1);
    expect(decided(await outcome)).toBe('continue');
    expect((await outcome).findings).toMatchObject({
      spf: { mailFrom: { result: 'fail', unanswered: ['the explanation at why.example: not done within 20 s'] } },
    });
    expect(host.pending).toBe(0);
  });

  test('the rule holds for a resolver that answers nonsense too', async () => {
    const texts = (() => ({ kind: 'found', value: [1] })) as unknown as Resolver['texts'];
    const outcome = await evaluate({}, { resolver: { ...zoneResolver({}), texts }, cannotTell: 'hold' });
    expect(decided(outcome)).toBe('hold cannot-tell 250 2.0.0 Ok');
  });

  test('failures() tells the rule of each identity', () => {
    const unless = 'it was asked for ptr, %{p} or exp=, which RFC 7208 passes over';
    const rows = definePolicy({ mail: [spf({ resolver: zoneResolver({}) })] }).failures();
    expect(rows.map(({ port, cannotTell, unless }) => [port, cannotTell, unless])).toEqual([
      ['resolver', 'defer', unless],
      ['heloResolver', 'continue', unless],
    ]);
  });
});
