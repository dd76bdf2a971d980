/** The stage in a policy: what it gives, what it decides, what the operator may choose. */
import { describe, expect, it } from 'vitest';
import { definePolicy } from '../../../src/core/policy.js';
import type { UnclearAuthor } from '../../../src/findings/dmarc.js';
import { type DmarcOptions, dmarc } from '../../../src/stages/dmarc/index.js';
import { zoneResolver } from '../../../src/testing/ports/zone-resolver.js';
import { type Facts, problemsOf, said } from '../facts.js';
import { dkimSaid, type Mail, runDmarc, signature, spfSaid } from './support.js';

const reject = { 'example.com': 'v=DMARC1; p=reject' };
const quarantine = { 'example.com': 'v=DMARC1; p=quarantine' };
const refused = 'reject sender-policy 550 5.7.1 Refused by the DMARC policy of example.com';
const later = 'defer cannot-tell 451 4.7.1 The DMARC policy of example.com cannot be evaluated now, try again later';

describe('the decision', () => {
  it.each<[string, Mail, string]>([
    ['no policy', {}, 'continue'],
    ['p=reject', { records: reject }, refused],
    ['p=quarantine', { records: quarantine }, 'quarantine sender-policy 250 2.0.0 Ok'],
    ['p=none', { records: { 'example.com': 'v=DMARC1; p=none' } }, 'continue'],
    ['no valid policy', { records: { 'example.com': 'v=DMARC1; p=block' } }, 'continue'],
    ['SPF passes', { records: reject, spf: spfSaid('pass', 'example.com') }, 'continue'],
    ['SPF passes a relative', { records: reject, spf: spfSaid('pass', 'bounce.Example.COM') }, 'continue'],
    ['SPF passes a stranger', { records: reject, spf: spfSaid('pass', 'example.net') }, refused],
    ['SPF fails', { records: reject, spf: spfSaid('fail', 'example.com') }, refused],
    ['SPF is neutral', { records: reject, spf: spfSaid('neutral', 'example.com') }, refused],
    ['the HELO identity passes', { records: reject, spf: spfSaid('pass', 'example.com', 'helo') }, refused],
    ['the same, null path', { records: reject, sender: '', spf: spfSaid('pass', 'example.com', 'helo') }, 'continue'],
    ['a signature passes', { records: reject, dkim: dkimSaid(signature('example.com')) }, 'continue'],
    [
      'the second of two',
      { records: reject, dkim: dkimSaid(signature('example.net'), signature('EXAMPLE.com')) },
      'continue',
    ],
    [
      'd= as U-label',
      {
        records: { 'xn--mller-kva.example': 'v=DMARC1; p=reject' },
        header: 'From: a@müller.example',
        dkim: dkimSaid(signature('müller.example')),
      },
      'continue',
    ],
    ['a signature fails', { records: reject, dkim: dkimSaid(signature('example.com', { result: 'fail' })) }, refused],
    ['result policy', { records: reject, dkim: dkimSaid(signature('example.com', { result: 'policy' })) }, refused],
    ['result neutral', { records: reject, dkim: dkimSaid(signature('example.com', { result: 'neutral' })) }, refused],
    ['a signature without domain', { records: reject, dkim: dkimSaid(signature('x', { domain: undefined })) }, refused],
    [
      'a key in test mode',
      { records: reject, dkim: dkimSaid(signature('example.com', { testing: true })) },
      'continue',
    ],
    [
      'the same, ignored',
      {
        records: reject,
        dkim: dkimSaid(signature('example.com', { testing: true })),
        options: { testingKeys: 'ignore' },
      },
      refused,
    ],
    [
      'appended body text',
      { records: reject, dkim: dkimSaid(signature('example.com', { unsignedBody: { signed: 1, total: 9 } })) },
      refused,
    ],
    [
      'nothing appended',
      { records: reject, dkim: dkimSaid(signature('example.com', { unsignedBody: { signed: 9, total: 9 } })) },
      'continue',
    ],
    [
      'appended, counted',
      {
        records: reject,
        dkim: dkimSaid(signature('example.com', { unsignedBody: { signed: 1, total: 9 } })),
        options: { appendedBody: 'count' },
      },
      'continue',
    ],
    ['ceiling none', { records: reject, options: { enforce: 'none' } }, 'continue'],
    [
      'ceiling quarantine',
      { records: reject, options: { enforce: 'quarantine' } },
      'quarantine sender-policy 250 2.0.0 Ok',
    ],
    ['ceiling above', { records: quarantine, options: { enforce: 'reject' } }, 'quarantine sender-policy 250 2.0.0 Ok'],
    [
      'quarantine is hold',
      { records: quarantine, options: { onQuarantine: 'hold' } },
      'hold sender-policy 250 2.0.0 Ok',
    ],
    ['quarantine goes on', { records: quarantine, options: { onQuarantine: 'continue' } }, 'continue'],
  ])('%s', async (_, mail, expected) => {
    expect(said((await runDmarc(mail)).outcome)).toBe(expected);
  });

  it.each<[string, Mail, string]>([
    ['the default', {}, later],
    [
      'reject',
      { options: { cannotTell: 'reject' } },
      'reject cannot-tell 550 5.7.1 The DMARC policy of example.com cannot be evaluated',
    ],
    ['hold', { options: { cannotTell: 'hold' } }, 'hold cannot-tell 250 2.0.0 Ok'],
    ['quarantine', { options: { cannotTell: 'quarantine' } }, 'quarantine cannot-tell 250 2.0.0 Ok'],
    ['continue', { options: { cannotTell: 'continue' } }, 'continue'],
    ['nothing to enforce', { options: { enforce: 'none' } }, 'continue'],
    ['no quarantine to enforce', { options: { enforce: 'quarantine', onQuarantine: 'continue' } }, 'continue'],
    ['a rejection to enforce', { options: { onQuarantine: 'continue' } }, later],
  ])('when the DNS does not answer: %s', async (_, mail, expected) => {
    const { outcome, finding } = await runDmarc({ records: { 'example.com': 'TIMEOUT' }, ...mail });
    expect(said(outcome)).toBe(expected);
    expect(finding).toMatchObject({ result: 'temperror', requested: 'none', policy: undefined });
  });

  it.each<[string, Mail, string, string]>([
    ['SPF temperror', { records: reject, spf: spfSaid('temperror', 'example.com') }, 'temperror', later],
    [
      'the same with p=none',
      { records: { 'example.com': 'v=DMARC1; p=none' }, spf: spfSaid('temperror', 'example.com') },
      'temperror',
      'continue',
    ],
    [
      'the same with p=quarantine, of which nothing is made',
      {
        records: quarantine,
        spf: spfSaid('temperror', 'example.com'),
        options: { onQuarantine: 'continue' },
      },
      'temperror',
      'continue',
    ],
    [
      'the walk of one identifier, with p=quarantine, of which nothing is made',
      {
        records: { ...quarantine, 'a.example.com': 'TIMEOUT' },
        spf: spfSaid('pass', 'a.example.com'),
        options: { onQuarantine: 'continue' },
      },
      'temperror',
      'continue',
    ],
    [
      'the walk of one identifier, with p=none',
      {
        records: { 'example.com': 'v=DMARC1; p=none', 'a.example.com': 'TIMEOUT' },
        spf: spfSaid('pass', 'a.example.com'),
      },
      'temperror',
      'continue',
    ],
    [
      'the walk of one identifier of two',
      {
        records: { ...reject, 'a.example.com': 'TIMEOUT' },
        spf: spfSaid('pass', 'a.example.com'),
        dkim: dkimSaid(signature('b.example.com')),
      },
      'pass',
      'continue',
    ],
    [
      'the walk of one identifier',
      { records: { ...reject, 'a.example.com': 'TIMEOUT' }, spf: spfSaid('pass', 'a.example.com') },
      'temperror',
      later,
    ],
  ])('an answer that is missing: %s', async (_, mail, result, expected) => {
    const { outcome, finding } = await runDmarc(mail);
    expect([finding.result, said(outcome)]).toEqual([result, expected]);
  });
});

describe('an unclear author', () => {
  const fields: Readonly<Record<UnclearAuthor, string>> = {
    none: 'To: a@example.com',
    'several-fields': 'From: a@example.com\r\nFrom: a@example.com',
    'several-addresses': 'From: a@example.com, b@example.com',
    group: 'From: team: a@example.com;',
    malformed: 'From: nobody',
  };
  const replies: Readonly<Record<UnclearAuthor, string>> = {
    none: 'malformed-message 550 5.7.1 DMARC policy cannot be applied: the message has no From field',
    'several-fields':
      'malformed-message 550 5.7.1 DMARC policy cannot be applied: the message has more than one From field',
    'several-addresses':
      'sender-policy 550 5.7.1 DMARC policy cannot be applied: the From field names more than one address',
    group: 'sender-policy 550 5.7.1 DMARC policy cannot be applied: the From field names a group',
    malformed:
      'malformed-message 550 5.7.1 DMARC policy cannot be applied: the From field has no address that can be read',
  };
  const kinds = Object.keys(fields) as readonly UnclearAuthor[];
  // All that could speak for the message does.
  const good: Mail = { records: reject, spf: spfSaid('pass', 'example.com'), dkim: dkimSaid(signature('example.com')) };

  it.each(kinds)('%s is refused, and is no "none"', async (kind) => {
    const { outcome, finding, resolver } = await runDmarc({ ...good, header: fields[kind] });
    expect(said(outcome)).toBe(`reject ${replies[kind]}`);
    expect(finding).toMatchObject({ result: 'permerror', author: { kind }, policy: undefined, queries: [] });
    expect(resolver.asked).toEqual([]);
  });

  it.each<[NonNullable<DmarcOptions['onUnclearAuthor']>, UnclearAuthor, string]>([
    [
      'defer',
      'none',
      'defer malformed-message 450 4.7.1 DMARC policy cannot be applied: the message has no From field',
    ],
    ['hold', 'group', 'hold sender-policy 250 2.0.0 Ok'],
    ['quarantine', 'group', 'quarantine sender-policy 250 2.0.0 Ok'],
    ['continue', 'malformed', 'continue'],
    [{ group: 'continue' }, 'group', 'continue'],
    [{ group: 'continue' }, 'none', `reject ${replies.none}`],
  ])('rule %j for %s', async (onUnclearAuthor, kind, expected) => {
    const { outcome } = await runDmarc({ ...good, header: fields[kind], options: { onUnclearAuthor } });
    expect(said(outcome)).toBe(expected);
  });

  it('is refused with nothing to enforce too, unless the operator says otherwise', async () => {
    const run = (options: Mail['options'] = {}) =>
      runDmarc({ header: fields.none, options: { enforce: 'none', ...options } });
    expect(said((await run()).outcome)).toBe(`reject ${replies.none}`);
    expect(said((await run({ onUnclearAuthor: 'continue' })).outcome)).toBe('continue');
  });

  it('may be several addresses of one domain, when the operator takes them for one', async () => {
    const options = { sameDomainAuthors: true };
    const header = fields['several-addresses'];
    const passed = await runDmarc({ ...good, header, options });
    expect(passed.finding).toMatchObject({ result: 'pass', author: { kind: 'several-addresses' } });
    expect(said(passed.outcome)).toBe('continue');
    expect(said((await runDmarc({ records: reject, header, options })).outcome)).toBe(refused);
    const two = await runDmarc({ ...good, header: 'From: a@example.com, b@bank.example', options });
    expect(said(two.outcome)).toBe(`reject ${replies['several-addresses']}`);
  });
});

describe('mail of our own users', () => {
  const login: Facts = { login: 's001' };
  const local: Facts = { ip: undefined, protocol: 'local' };

  it.each<[string, Mail, string]>([
    ['a login', { facts: login }, 'the client has logged in'],
    ['a login without From', { facts: login, header: 'To: b@example.com' }, 'the client has logged in'],
    ['this host', { facts: local }, 'the mail is from this host itself'],
    ['this host, logins too', { facts: local, options: { logins: true } }, 'the mail is from this host itself'],
  ])('is not evaluated: %s', async (_, mail, why) => {
    const { outcome, finding, resolver } = await runDmarc({ records: reject, ...mail });
    expect(said(outcome)).toBe('continue');
    expect(finding).toMatchObject({ result: 'not-evaluated', why, requested: 'none', identifiers: [], queries: [] });
    expect(resolver.asked).toEqual([]);
  });

  it('is evaluated where the options say so', async () => {
    const { outcome, finding } = await runDmarc({ records: reject, facts: login, options: { logins: true } });
    expect([said(outcome), finding.result]).toEqual([refused, 'fail']);
  });

  it('is not that of a stranger without a known address', async () => {
    expect(said((await runDmarc({ records: reject, facts: { ip: undefined, protocol: 'esmtp' } })).outcome)).toBe(
      refused,
    );
  });
});

describe('the finding', () => {
  it('is the evidence', async () => {
    const { finding, resolver } = await runDmarc({
      records: { 'example.com': 'v=DMARC1; p=none; sp=reject; x' },
      header: 'From: A <a@News.Example.com>',
      spf: spfSaid('softfail', 'bounce.example.com'),
      dkim: dkimSaid(signature('example.net'), signature('example.com', { result: 'fail', selector: 's2' })),
    });
    expect(finding).toEqual({
      result: 'fail',
      author: { kind: 'one', domain: 'news.example.com', address: 'a@news.example.com' },
      policy: {
        ...{ domain: 'example.com', record: 'v=DMARC1; p=none; sp=reject; x', tag: 'sp', published: 'reject' },
        ...{ evaluated: 'reject', faults: ['no tag: "x"'] },
      },
      organizationalDomain: 'example.com',
      requested: 'reject',
      identifiers: [
        {
          mechanism: 'spf',
          domain: 'bounce.example.com',
          selector: undefined,
          result: 'softfail',
          alignment: 'unknown',
          counts: false,
          why: undefined,
        },
        {
          mechanism: 'dkim',
          domain: 'example.net',
          selector: 's1',
          result: 'pass',
          alignment: 'none',
          counts: false,
          why: undefined,
        },
        {
          mechanism: 'dkim',
          domain: 'example.com',
          selector: 's2',
          result: 'fail',
          alignment: 'relaxed',
          counts: false,
          why: undefined,
        },
      ],
      override: undefined,
      why: 'no identifier that passed aligns',
      queries: ['_dmarc.news.example.com', '_dmarc.example.com', '_dmarc.com'],
    });
    expect(resolver.asked).toEqual(finding.queries.map((name) => `TXT ${name}`));
  });

  it('has no text of a record among its reasons', async () => {
    const { finding } = await runDmarc({ records: { 'example.com': 'v=DMARC1; p=dkim=pass header.d=bank.example' } });
    expect([finding.result, finding.why]).toEqual(['permerror', 'the record of example.com has no valid policy']);
  });

  it('says why a passing signature does not count', async () => {
    const dkim = dkimSaid(signature('example.com', { unsignedBody: { signed: 10, total: 25 } }));
    const { finding } = await runDmarc({ records: reject, dkim });
    expect(finding.identifiers[1]).toMatchObject({
      result: 'pass',
      alignment: 'strict',
      counts: false,
      why: '15 octets of the body are not signed',
    });
  });

  it('is plain data, and bounded', async () => {
    const dkim = dkimSaid(...Array.from({ length: 5000 }, (_, i) => signature(`d${i}.example.com`)));
    const record = `v=DMARC1; p=reject; ${'x'.repeat(50_000)}`;
    const { finding, resolver } = await runDmarc({ records: { 'example.com': record }, dkim });
    expect(JSON.parse(JSON.stringify(finding))).toEqual(JSON.parse(JSON.stringify({ ...finding })));
    expect(finding.identifiers).toHaveLength(32);
    expect(finding.policy?.record).toHaveLength(1000);
    expect(resolver.asked.length).toBeLessThan(10);
  });

  it('stops asking after three names that gave no answer', async () => {
    const names = Array.from({ length: 20 }, (_, i) => `d${i}.example.com`);
    const slow = Object.fromEntries(names.map((name) => [name, 'TIMEOUT']));
    const dkim = dkimSaid(...names.map((name) => signature(name)));
    const { finding, outcome } = await runDmarc({ records: { ...reject, ...slow }, dkim });
    expect(finding.queries).toHaveLength(5);
    expect(finding.result).toBe('temperror');
    expect(said(outcome)).toBe(later);
  });

  it('asks at most eight names for each identifier', async () => {
    const deep = (i: number) => `a.b.c.d.e.f.g.h.x${i}.example.com`;
    const dkim = dkimSaid(...Array.from({ length: 40 }, (_, i) => signature(deep(i))));
    const { finding, resolver } = await runDmarc({ records: { ...reject, com: 'v=DMARC1; p=none; psd=n' }, dkim });
    expect(finding.result).toBe('pass');
    const none = { ...reject, 'x.example.com': 'v=DMARC1; p=none; psd=n' };
    const far = dkimSaid(...Array.from({ length: 40 }, (_, i) => signature(`a.b.c.d.e.f.g.h${i}.x.example.com`)));
    const failed = await runDmarc({ records: none, dkim: far });
    expect(failed.finding.result).toBe('fail');
    expect(failed.resolver.asked.length).toBeLessThanOrEqual(8 * 33);
    expect(resolver.asked.length).toBeLessThanOrEqual(16);
  });
});

describe('the stage', () => {
  const resolver = zoneResolver({});

  it('tells what it can come to', () => {
    const decides = (options: Mail['options']) => dmarc({ resolver, ...options }).decides;
    expect(decides({})).toEqual(['quarantine']);
    expect(decides({ enforce: 'none' })).toEqual([]);
    expect(decides({ onQuarantine: 'continue' })).toEqual([]);
    expect(decides({ onQuarantine: 'hold', onUnclearAuthor: { group: 'quarantine' } })).toEqual(['hold', 'quarantine']);
    expect(decides({ onQuarantine: 'continue', cannotTell: 'hold' })).toEqual(['hold']);
  });

  it('tells what happens when the DNS cannot', () => {
    const rule = (options: Mail['options']) => dmarc({ resolver, ...options }).asks;
    const mayOverlook = 'another identifier aligns, or no answer could change what is done';
    const asks = (cannotTell: string) => ({ resolver: { port: resolver, cannotTell, mayOverlook } });
    expect(rule({})).toEqual(asks('defer'));
    expect(rule({ cannotTell: 'continue' })).toEqual(asks('continue'));
    expect(rule({ enforce: 'none' })).toEqual(asks('continue'));
    expect(rule({ enforce: 'quarantine', onQuarantine: 'continue' })).toEqual(asks('continue'));
    expect(rule({ enforce: 'reject', onQuarantine: 'continue' })).toEqual(asks('defer'));
  });

  it('needs the findings of spf and dkim when a policy is put together', () => {
    const problems = problemsOf(() => definePolicy({ message: [dmarc({ resolver })] as never }));
    expect(problems.map((one) => one.message)).toEqual([
      'stage "dmarc" needs the finding "spf": no stage before it gives it',
      'stage "dmarc" needs the finding "dkim": no stage before it gives it',
    ]);
  });

  it('refuses options that are none, all at once', () => {
    const wrong = {
      ...{
        resolver,
        enforce: 'always',
        onQuarantine: 'reject',
        testingKeys: 'no',
        appendedBody: true,
        logins: 1,
        cannotTell: 'accept',
      },
      ...{
        onUnclearAuthor: { group: 'accept', nobody: 'reject' },
        mode: { rfc: 822 },
        trustedSealers: ['ok.example', 'a b'],
      },
    };
    const problems = problemsOf(() => dmarc(wrong as never));
    expect(problems.map((one) => one.construct)).toEqual([
      'always',
      'reject',
      'no',
      'true',
      '1',
      'accept',
      'accept',
      'nobody',
      '822',
      'a b',
    ]);
    expect(problemsOf(() => dmarc({ resolver, mode: { rfc: 7489 } } as never)).map((one) => one.code)).toEqual([
      'missing',
    ]);
    expect(problemsOf(() => dmarc({ resolver, onUnclearAuthor: 'accept' } as never))).toHaveLength(1);
  });
});
