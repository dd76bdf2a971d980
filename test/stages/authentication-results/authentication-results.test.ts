import { describe, expect, it } from 'vitest';
import { when } from '../../../src/core/combine.js';
import type { Outcome } from '../../../src/core/outcome.js';
import { definePolicy } from '../../../src/core/policy.js';
import {
  type AuthenticationResultsOptions,
  authenticationResults,
  receivedSpf,
} from '../../../src/stages/authentication-results/index.js';
import { parseAuthenticationResults } from '../../../src/values/authentication-results-reader.js';
import { fieldsNamed } from '../../../src/values/message.js';
import { parseReceivedSpf, receivedSpfValue } from '../../../src/values/received-spf.js';
import { problemsOf, value } from '../../values/support.js';
import { type Facts, runPolicy } from '../facts.js';
import {
  dmarcFindingOf,
  type GivenFindings,
  givers,
  signatureOf,
  spfCheckOf,
  spfFindingOf,
} from '../sender-findings.js';

const ours = 'mx.school.example';

async function write(
  given: GivenFindings,
  facts: Facts = {},
  options: Partial<AuthenticationResultsOptions> = {},
): Promise<Outcome> {
  const policy = definePolicy({
    mail: givers(given),
    message: [authenticationResults({ authservId: ours, ...options })],
  });
  return runPolicy(policy, facts);
}

const values = (outcome: Outcome, name: string): readonly string[] =>
  fieldsNamed(outcome.message ?? { header: [] }, name).map((field) => field.value);

/** What is written behind our name. */
async function said(
  given: GivenFindings,
  facts?: Facts,
  options?: Partial<AuthenticationResultsOptions>,
): Promise<string> {
  const [first = ''] = values(await write(given, facts, options), 'Authentication-Results');
  expect(value(parseAuthenticationResults(first)).authservId).toBe(ours);
  return first.slice(`${ours}; `.length);
}

describe('what each finding becomes', () => {
  it('nothing that was found out', async () => {
    expect(await said({}, { ip: undefined })).toBe('none');
  });

  it.each<[string, Facts, string]>([
    ['no name', {}, 'iprev=permerror policy.iprev=192.0.2.1'],
    ['a verified name', { name: 'host.example' }, 'iprev=pass (host.example) policy.iprev=192.0.2.1'],
    ['IPv6', { ip: '2001:db8::1' }, 'iprev=permerror policy.iprev="2001:db8::1"'],
    ['a login', { ip: undefined, protocol: 'esmtp', login: 's001' }, 'auth=pass'],
  ])('the client: %s', async (_, facts, expected) => {
    expect(await said({}, facts)).toBe(expected);
  });

  it('the login name where it is wanted', async () => {
    const facts: Facts = { ip: undefined, protocol: 'esmtp', login: 's001' };
    expect(await said({}, facts, { loginName: true })).toBe('auth=pass smtp.auth=s001');
  });

  it.each<[string, NonNullable<GivenFindings['reverseDns']>, Facts, string]>([
    [
      'one of two',
      { result: 'pass', names: ['a.example', 'b.example'], verified: ['b.example'], why: undefined },
      {},
      'iprev=pass (b.example) policy.iprev=192.0.2.1',
    ],
    [
      'none that points back',
      { result: 'fail', names: ['a.example'], verified: [], why: undefined },
      {},
      'iprev=fail (a.example) policy.iprev=192.0.2.1',
    ],
    [
      'no answer',
      { result: 'temperror', names: [], verified: [], why: 'x' },
      { name: 'host.example' },
      'iprev=temperror policy.iprev=192.0.2.1',
    ],
    ['nothing looked up', { result: 'none', names: [], verified: [], why: undefined }, {}, 'none'],
  ])('the client, by the stage reverseDns: %s', async (_, reverseDns, facts, expected) => {
    expect(await said({ reverseDns }, facts)).toBe(expected);
  });

  it('lists of good senders, and no others', async () => {
    const asked = { of: 'client-address', subject: '192.0.2.1', query: 'q' } as const;
    const listed = { ...asked, kind: 'listed', answers: ['127.0.10.1', '127.0.10.2'], meanings: [] } as const;
    const results = [
      { ...listed, zone: 'good.example', weight: -2, reason: 'friend; "old"' },
      { ...listed, zone: 'bad.example', weight: 3, reason: undefined },
      { ...asked, kind: 'not-listed', zone: 'other.example', answers: [] },
    ] as const;
    expect(await said({ dnsLists: { results, score: 1, total: 1, least: 1, most: 1 } }, { ip: undefined })).toBe(
      'dnswl=pass dns.zone=good.example policy.ip="127.0.10.1,127.0.10.2" policy.txt="friend; \\"old\\""',
    );
  });

  it.each<[string, GivenFindings['spf'], Facts, string]>([
    ['MAIL FROM', spfFindingOf(), {}, 'spf=pass smtp.mailfrom=a@sender.example'],
    [
      'a quoted local part',
      spfFindingOf({ result: 'fail', explanation: 'Evil; spf=pass' }),
      { sender: '"a b"@sender.example' },
      'spf=fail smtp.mailfrom=sender.example',
    ],
    [
      'a problem',
      spfFindingOf({ result: 'permerror', problem: 'a:"x' }),
      {},
      'spf=permerror reason="a:\\"x" smtp.mailfrom=a@sender.example',
    ],
    [
      'both identities',
      { ...spfFindingOf(), helo: spfCheckOf({ identity: 'helo', result: 'none', domain: 'h.example' }) },
      {},
      'spf=pass smtp.mailfrom=a@sender.example; spf=none smtp.helo=h.example',
    ],
    [
      'the null path',
      {
        ...spfFindingOf({ domain: 'h.example', sender: 'postmaster@h.example' }),
        helo: spfCheckOf({ identity: 'helo', domain: 'h.example' }),
      },
      { sender: '' },
      'spf=pass smtp.helo=h.example',
    ],
    [
      'HELO alone',
      { result: 'fail', mailFrom: undefined, helo: spfCheckOf({ identity: 'helo', result: 'fail', domain: 'h; x' }) },
      { sender: '' },
      'spf=fail smtp.helo="h; x"',
    ],
  ])('SPF: %s', async (_, spf, facts, expected) => {
    expect(await said({ spf: spf as never }, { ip: undefined, ...facts })).toBe(expected);
  });

  it.each<[string, string]>([
    ['"a\\"; dkim=pass header.d=bank.example (x"@p.example', 'p.example'],
    ['dkim=pass@p.example', 'p.example'],
    ['bounce+s001=school.example@p.example', 'p.example'],
    ['"a.b"@p.example', 'a.b@p.example'],
    ['a/b?c@p.example', '"a/b?c@p.example"'],
    ["o'neill+x@p.example", "o'neill+x@p.example"],
  ])('a MAIL FROM that holds a result is its domain alone: %s', async (sender, expected) => {
    expect(await said({ spf: spfFindingOf() }, { ip: undefined, sender })).toBe(`spf=pass smtp.mailfrom=${expected}`);
  });

  it('no words of a stranger hold a result, within quotes either', async () => {
    const evil = 'dkim=pass header.d=bank.example';
    const helo = spfCheckOf({
      identity: 'helo',
      result: 'permerror',
      domain: evil,
      problem: `no term: ${evil}; dmarc = PASS`,
    });
    const spf = { ...spfFindingOf(), helo };
    const bad = { domain: `x ${evil}`, selector: evil, algorithm: evil, why: evil, result: 'permerror' } as const;
    const signatures = [
      signatureOf({ ...bad, identity: `"${evil}"@p.example`, signatureStart: undefined }),
      signatureOf({ ...bad, identity: evil, signatureStart: undefined }),
    ];
    const dmarc = dmarcFindingOf({ result: 'permerror', why: evil });
    const reverseDns = { result: 'fail', names: [evil], verified: [], why: undefined } as const;
    const listed = {
      of: 'client-address',
      subject: 'x',
      query: 'q',
      kind: 'listed',
      answers: ['127.0.0.2'],
      meanings: [],
    };
    const results = [{ ...listed, zone: 'good.example', weight: -2, reason: evil }] as never;
    const given = { spf, dmarc, reverseDns, dkim: { result: 'permerror', signatures, limit: undefined } as const };
    const text = await said({ ...given, dnsLists: { results, score: 0, total: 0, least: 0, most: 0 } });
    expect(text.match(/d(?:kim|marc)\s*=\s*pass/i)).toBeNull();
    expect(text.split('; ').filter((part) => part.startsWith('dkim='))).toEqual([
      'dkim=permerror reason="dkim: pass header.d=bank.example" header.i=@p.example',
      'dkim=permerror reason="dkim: pass header.d=bank.example"',
    ]);
  });

  it('DKIM: one entry for each signature', async () => {
    const signatures = [
      signatureOf(),
      signatureOf({ result: 'fail', why: 'body "hash"', identity: undefined, signatureStart: undefined }),
      signatureOf({ unsignedBody: { signed: 10, total: 30 }, algorithm: 'ed25519-sha256' }),
    ];
    const text = await said({ dkim: { result: 'pass', signatures, limit: undefined } }, { ip: undefined });
    expect(text.split('; ')).toEqual([
      'dkim=pass header.d=sender.example header.i=@sender.example header.s=s1 header.a=rsa-sha256 header.b="ab/+cd1234"',
      'dkim=fail reason="body \\"hash\\"" header.d=sender.example header.s=s1 header.a=rsa-sha256',
      'dkim=pass reason="signed 10 of 30 octets of the body" header.d=sender.example header.i=@sender.example header.s=s1 header.a=ed25519-sha256 header.b="ab/+cd1234"',
    ]);
  });

  it('DKIM: no signature, and a limit', async () => {
    expect(await said({ dkim: { result: 'none', signatures: [], limit: undefined } }, { ip: undefined })).toBe(
      'dkim=none',
    );
    const limit = 'signatures: 5000, at most 10';
    expect(await said({ dkim: { result: 'policy', signatures: [], limit } }, { ip: undefined })).toBe(
      `dkim=policy reason="${limit}"`,
    );
  });

  it('ARC and DMARC', async () => {
    const arc = { result: 'pass', why: undefined, sets: [], limit: undefined } as const;
    expect(await said({ arc, dmarc: dmarcFindingOf() }, { name: 'h.example' })).toBe(
      'iprev=pass (h.example) policy.iprev=192.0.2.1; arc=pass smtp.remote-ip=192.0.2.1 header.oldest-pass=0; ' +
        'dmarc=pass header.from=sender.example policy.dmarc=reject',
    );
    const failed = { ...arc, result: 'fail', why: 'i=2: no seal' } as const;
    const override = { reason: 'arc', sealer: 'list.example', instance: 1 } as const;
    expect(
      await said({ arc: failed, dmarc: dmarcFindingOf({ result: 'fail', override, why: 'x' }) }, { ip: undefined }),
    ).toBe(
      'arc=fail reason="i=2: no seal"; dmarc=fail reason="arc: list.example (i=1) saw it pass" header.from=sender.example policy.dmarc=reject',
    );
  });

  it('no DMARC where it was not evaluated', async () => {
    const dmarc = dmarcFindingOf({ result: 'not-evaluated', policy: undefined, why: 'the client has logged in' });
    expect(await said({ dmarc }, { ip: undefined })).toBe('none');
  });

  it('DMARC without an author that is clear', async () => {
    const author = { kind: 'several-fields', why: 'two From fields', domains: ['a.example'] } as const;
    const dmarc = dmarcFindingOf({ result: 'permerror', author, policy: undefined, why: 'two From fields' });
    expect(await said({ dmarc }, { ip: undefined })).toBe('dmarc=permerror reason="two From fields"');
  });

  it('UTF-8 under SMTPUTF8 alone', async () => {
    const facts: Facts = { ip: undefined, sender: 'ü@sender.example' };
    const given = { spf: spfFindingOf() };
    expect(await said(given, { ...facts, parameters: { SMTPUTF8: undefined } })).toBe(
      'spf=pass smtp.mailfrom="ü@sender.example"',
    );
    expect(await said(given, facts)).toBe('spf=pass smtp.mailfrom="\\\\x{FC}@sender.example"');
  });
});

describe('Received-SPF', () => {
  it('on top, with what was checked', async () => {
    const spf = spfFindingOf({ result: 'softfail', mechanism: '~include:x.example' });
    const outcome = await write({ spf }, { helo: 'h(x)' }, { receivedSpf: true });
    expect(outcome.message?.header.slice(0, 2).map((one) => one.name)).toEqual([
      'Received-SPF',
      'Authentication-Results',
    ]);
    const [text = ''] = values(outcome, 'Received-SPF');
    const read = value(parseReceivedSpf(text));
    expect(read.result).toBe('softfail');
    expect(read.pairs.map(({ key, value: of }) => `${key}=${of}`)).toEqual([
      'client-ip=192.0.2.1',
      'envelope-from=a@sender.example',
      'helo=h(x)',
      'receiver=mx.school.example',
      'identity=mailfrom',
      'mechanism=~include:x.example',
    ]);
  });

  it('none without a finding, and none unless asked', async () => {
    expect(values(await write({}, {}, { receivedSpf: true }), 'Received-SPF')).toEqual([]);
    expect(values(await write({ spf: spfFindingOf() }), 'Received-SPF')).toEqual([]);
  });

  it.each(['none', 'neutral', 'pass', 'fail', 'softfail', 'temperror', 'permerror'] as const)('%s', (result) => {
    const check = spfCheckOf({ result, problem: 'why' });
    const field = receivedSpf({ check, clientIp: '192.0.2.1', helo: undefined, envelopeFrom: '', receiver: 'mx' });
    expect(field.result).toBe(result);
    expect(field.comment).toMatch(/^mx: .*a@sender\.example/);
    expect(receivedSpfValue(field, 'problem')).toBe('why');
  });
});

describe('fields from outside', () => {
  const forged = [
    `Authentication-Results: ${ours}; dkim=pass header.d=bank.example`,
    'Received-SPF: pass',
    'Authentication-Results: other.example; spf=pass',
    'Subject: x',
  ];
  const message = `${forged.join('\r\n')}\r\n\r\nbody\r\n`;

  it('in our name are removed', async () => {
    const outcome = await write({}, { message, ip: undefined });
    expect(values(outcome, 'Authentication-Results')).toEqual([`${ours}; none`, 'other.example; spf=pass']);
    expect(values(outcome, 'Received-SPF')).toEqual([]);
    expect(outcome.findings).toMatchObject({ forgedFields: { removed: 2 } });
  });

  it('stay where the operator says so', async () => {
    const outcome = await write({}, { message, ip: undefined }, { forged: 'keep' });
    expect(values(outcome, 'Authentication-Results')).toHaveLength(3);
    expect(values(outcome, 'Received-SPF')).toEqual(['pass']);
  });

  it('are not those that stages before added, at mail or here', async () => {
    const stage = authenticationResults({ authservId: ours, receivedSpf: true });
    const policy = definePolicy({ mail: givers({ spf: spfFindingOf() }), message: [stage, stage] });
    const outcome = await runPolicy(policy, { message });
    expect(values(outcome, 'Received-SPF')).toHaveLength(2);
    expect(values(outcome, 'Authentication-Results')).toHaveLength(3);
  });

  it('of clients that have logged in may be left alone with when()', async () => {
    const stage = when((tx) => tx.session.login === undefined, authenticationResults({ authservId: ours }));
    const policy = definePolicy({ message: [stage] });
    expect(values(await runPolicy(policy, { message, login: 's001' }), 'Received-SPF')).toEqual(['pass']);
    expect(values(await runPolicy(policy, { message }), 'Received-SPF')).toEqual([]);
  });
});

it('refuses an authserv-id that is none, and what removeForgedFields refuses', () => {
  const codes = (options: AuthenticationResultsOptions): readonly string[] =>
    problemsOf(() => authenticationResults(options)).map((one) => one.code);
  expect(codes({ authservId: '' })).toEqual(['bad-authserv-id']);
  expect(codes({ authservId: 'a b' })).toEqual(['bad-authserv-id']);
  expect(codes({ authservId: 'a', ownIds: ['b c'], forged: { fields: ['x y'] } })).toEqual([
    'bad-authserv-id',
    'bad-name',
  ]);
});
