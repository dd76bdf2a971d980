/** Answers that say nothing, and are never taken for a no; and passwords that a server repeats. */
import { connect } from 'node:net';
import { describe, expect, it } from 'vitest';
import { bindText, refusalOf } from '../../../src/adapters/ldap/bind-answers.js';
import { LdapConnection } from '../../../src/adapters/ldap/connection.js';
import { loadLdapts } from '../../../src/adapters/ldap/load.js';
import { Requests } from '../../../src/adapters/ldap/requests.js';
import { readResponse } from '../../../src/adapters/ldap/responses.js';
import type { BindResult } from '../../../src/adapters/ldap/service.js';
import type { Answer } from '../../../src/values/answer.js';
import { int, text, tlv } from './fake-ber.js';
import { adRefusal, type FakeRequest, ldapResult } from './fake-server.js';
import { person, query, SERVICE, said, serviceAt, start, tree, until, wait, withoutName } from './support.js';

const svc = query('(cn=svc)', { sizeLimit: 2 });
const anna = 'CN=anna,OU=People,DC=school,DC=test';
const isSearch = ({ operation }: FakeRequest): boolean => operation === 'search';
const isBind = ({ operation, name }: FakeRequest): boolean => operation === 'bind' && name !== SERVICE.dn;

async function told(answer: Promise<Answer<BindResult>>): Promise<string> {
  const given = await answer;
  if (given.kind === 'cannot-tell') return `${given.temporary ? '?' : '?!'} ${withoutName(given.why)}`;
  if (given.kind === 'not-found' || given.value.kind === 'bound') return given.kind;
  return `refused${given.value.missing === true ? ', missing' : ''}`;
}

describe('a bind to Active Directory that could not be looked at', () => {
  it.each(['51f', '6ba', '6bf', '54b', '20ee', '0', '568'])('data %s', async (data) => {
    const fake = await start();
    fake.script = ({ operation }) => (operation === 'bind' ? { do: 'result', ...adRefusal(data) } : undefined);
    const service = serviceAt(fake.url);
    expect(await told(service.bind(anna, 'pw-anna'))).toMatch(/^\? the bind fails: result 49: /);
    // Our own is not taken for refused either, and so not left for minutes.
    expect(await said(service.search(svc))).toMatch(/^\? the bind is refused: result 49: /);
    fake.script = undefined;
    expect(await said(service.search(svc))).toBe('CN=svc');
  });

  it.each([
    ['Account inactivated. Contact system administrator.', 'refused'],
    ['Account policy is not set up', '?! the bind fails: result 53: Account policy is not set up'],
    ['no account here', '?! the bind fails: result 53: no account here'],
  ])('result 53, %s', async (message, expected) => {
    const fake = await start();
    fake.script = (request) => (isBind(request) ? { do: 'result', code: 53, message } : undefined);
    expect(await told(serviceAt(fake.url).bind(anna, 'pw-anna'))).toBe(expected);
  });
});

describe('of several servers', () => {
  it('one that lacks the entry has not refused the password', async () => {
    const [first, second] = [await start(), await start()];
    const service = serviceAt([first.url, second.url]);
    expect(await told(service.bind(anna, 'wrong'))).toBe('refused');
    first.entries = tree.filter(({ dn }) => dn !== anna);
    expect(await told(service.bind(anna, 'pw-anna'))).toBe('refused, missing');
    expect(second.accepted).toBe(0);
    first.script = (request) => (isSearch(request) ? { do: 'result', code: 80 } : undefined);
    expect(await told(service.bind(anna, 'pw-anna'))).toBe('? the search fails: result 80');
  });

  it.each([51, 52])('one that answers %i is asked once, and then the other', async (code) => {
    const [first, second] = [await start(), await start()];
    first.script = (request) => (isBind(request) ? { do: 'result', code } : undefined);
    expect(await told(serviceAt([first.url, second.url]).bind(anna, 'pw-anna'))).toBe('found');
    expect([first, second].map(({ requests }) => requests.filter(isBind).length)).toEqual([1, 1]);
  });
});

it('a password of which a part of the answer has come is not sent again', async () => {
  const fake = await start();
  const service = serviceAt(fake.url, { timeout: 3000 });
  expect(await told(service.bind(anna, 'pw-anna'))).toBe('found');
  fake.script = (request) => (isBind(request) ? { do: 'raw', octets: Buffer.from([0x30, 0x0c, 0x02]) } : undefined);
  const answer = told(service.bind(anna, 'pw-anna'));
  await until(() => fake.requests.filter(isBind).length === 2);
  await wait(50);
  fake.drop();
  expect(await answer).toMatch(/^\? (it closed the connection|ECONNRESET)$/);
  expect(fake.requests.filter(isBind)).toHaveLength(2);
});

describe('references to other servers', () => {
  const nobody = { ...query('(cn=nobody)'), whole: true };
  it.each([
    [
      'ldap://b/OU=Far,DC=school,DC=test??sub',
      '?! nothing is found, and OU=Far,DC=school,DC=test is at another server',
    ],
    ['ldap://b/OU=F%61r,dc=School,DC=test', '?! nothing is found, and OU=Far,dc=School,DC=test is at another server'],
    ['ldap://b', '?! nothing is found, and DC=school,DC=test is at another server'],
    ['ldap://school.test/CN=Configuration,DC=school,DC=test', ''],
    ['ldap://school.test/DC=DomainDnsZones,DC=school,DC=test', ''],
    ['ldap://school.test/DC=Other,DC=school,DC=test', ''],
    ['ldap://b/DC=elsewhere', ''],
  ])('%s, where nothing is found: %j', async (url, expected) => {
    const rootDse = { namingContexts: ['DC=school,DC=test', 'DC=Other,DC=school,DC=test'] };
    const service = serviceAt((await start({ references: [url], rootDse })).url);
    expect(await said(service.search(nobody))).toBe(expected);
    expect(await said(service.search({ ...nobody, filter: '(cn=svc)' }))).toBe('CN=svc');
    expect(await said(service.search(query('(cn=nobody)')))).toBe('');
  });
});

describe('parts of attributes that fit nothing', () => {
  const entry = (description: string, count: number): Buffer => {
    const values = Array.from({ length: count }, (_, i) => text(`cn=${i}`));
    const list = tlv(0x30, text(description), tlv(0x31, ...values));
    return tlv(0x30, int(2), tlv(0x64, text('cn=svc'), tlv(0x30, list)));
  };
  it.each([
    ['member;range=1-*', 3],
    ['member;range=5-*', 3],
    ['member;range=0-3', 2],
    ['member;range=0-4294967295', 2],
    ['member;range=x', 2],
    ['member;RANGE=', 2],
  ])('%s with %i values', async (description, count) => {
    const fake = await start();
    const octets = Buffer.concat([entry(description, count), ldapResult(2, 0x65, 0)]);
    fake.script = (request) => (isSearch(request) ? { do: 'raw', octets } : undefined);
    expect(await said(serviceAt(fake.url).search(svc))).toBe(
      `?! it sends a part of an attribute that fits nothing: ${description}`,
    );
  });

  it('are told apart from those that do, and from other options', async () => {
    const fake = await start();
    const octets = Buffer.concat([entry('member;range=0-*', 2), entry('uid;lang-de', 1), ldapResult(2, 0x65, 0)]);
    fake.script = (request) => (isSearch(request) ? { do: 'raw', octets } : undefined);
    const answer = await serviceAt(fake.url).search(svc);
    const [ranged, tagged] = answer.kind === 'found' ? answer.value : [];
    expect([ranged?.attributes.get('member')?.length, ranged?.plain]).toEqual([2, undefined]);
    expect([tagged?.attributes.get('uid')?.length, tagged?.plain]).toEqual([1, new Map([['uid', []]])]);
  });
});

describe('pages', () => {
  it('that come again and again with one cookie end', async () => {
    const fake = await start({ entries: [...tree, person('u1'), person('u2')] });
    const page = (id: number): Buffer => {
      const cookie = tlv(0x30, int(0), text('same'));
      const controls = tlv(0xa0, tlv(0x30, text('1.2.840.113556.1.4.319'), text(cookie)));
      const done = tlv(0x65, int(0, 0x0a), text(''), text(''));
      return Buffer.concat([
        tlv(0x30, int(id), tlv(0x64, text('cn=u1'), tlv(0x30))),
        tlv(0x30, int(id), done, controls),
      ]);
    };
    fake.script = (request) => (isSearch(request) ? { do: 'raw', octets: page(request.id) } : undefined);
    expect(await said(serviceAt(fake.url).search(query('(cn=u*)')))).toBe('? it sends the same page again');
    expect(fake.requests.filter(isSearch)).toHaveLength(2);
  });

  it('where none was asked for are no answer', async () => {
    const fake = await start();
    fake.script = (request) => (isSearch(request) ? { do: 'result', code: 0, page: 'more' } : undefined);
    expect(await said(serviceAt(fake.url).search(svc))).toBe('?! it sends a page where all was asked for');
  });

  it('count 32 octets for each value besides', async () => {
    const fake = await start({
      entries: [...tree, person('u1', { mail: Array.from({ length: 3000 }, (_, i) => `${i}`) })],
    });
    const service = serviceAt(fake.url, { maxBytes: 65_536 });
    expect(await said(service.search(query('(sAMAccountName=u1)', { sizeLimit: 2 })))).toBe(
      '?! more than 65536 octets',
    );
  });
});

it('octets behind the controls are whole values, or no message', () => {
  const done = tlv(0x65, int(0, 0x0a), text(''), text(''));
  expect(readResponse(tlv(0x30, int(1), done, tlv(0xa0), tlv(0x8b, 'x'))).kind).toBe('result');
  expect(() => readResponse(tlv(0x30, int(1), done, tlv(0xa0), Buffer.from([0x8b, 9])))).toThrow('longer than');
});

it('what an evaluation breaks off says nothing of the server', async () => {
  const fake = await start();
  const service = serviceAt(fake.url, { timeout: 5000, connections: 1 });
  expect(await said(service.search(svc))).toBe('CN=svc');
  fake.script = (request) => (isSearch(request) ? { do: 'silence' } : undefined);
  const breakOff = async (ms: number): Promise<void> => {
    const over = new AbortController();
    const answer = service.search(svc, { deadline: performance.now() + 60_000, signal: over.signal });
    await wait(ms);
    over.abort();
    expect((await answer).kind).toBe('cannot-tell');
  };
  await breakOff(600);
  await breakOff(10);
  // A question that was given up long ago is none that is waiting.
  await wait(520);
  const short = { deadline: performance.now() + 30, signal: new AbortController().signal };
  expect((await service.search(svc, short)).kind).toBe('cannot-tell');
  fake.script = undefined;
  expect(await said(service.search(svc))).toBe('CN=svc');
  expect(fake.accepted).toBe(1);
}, 10_000);

it('a connection whose numbers are used up takes no more questions', async () => {
  const fake = await start();
  const socket = connect(fake.port, '127.0.0.1');
  const causes: string[] = [];
  const requests = new Requests(loadLdapts());
  const connection = new LdapConnection(socket, requests, 65_536, (cause) => causes.push(cause), 2);
  const { signal } = new AbortController();
  const question = { operation: 'bind', request: requests.bind(SERVICE.dn, SERVICE.password), signal } as const;
  expect([(await connection.ask(question)).kind, connection.usable]).toEqual(['result', true]);
  expect([(await connection.ask(question)).kind, connection.usable, causes]).toEqual(['result', false, ['ours']]);
  connection.close('done');
  await connection.gone;
});

describe('a password that the server repeats', () => {
  it.each([
    ['hush-hush', 'no hush-hush for hush-hush', 'no *** for ***'],
    ['hush\nhush', 'no hush hush', 'no ***'],
    ['hush-hush', `${'x'.repeat(290)} hush-hu`, `${'x'.repeat(290)} ***`],
    ['e', 'e', '***'],
  ])('%j is in no text', (password, message, expected) => {
    expect(bindText({ code: 8, message }, password)).toBe(`result 8: ${expected}`);
    const { detail } = refusalOf({ kind: 'refused', code: 19, message }, password);
    expect(detail).toBe(`LDAP 19 ${expected}`.slice(0, 208));
  });

  it('is in none over the wire either', async () => {
    const fake = await start();
    fake.script = ({ operation, password }) =>
      operation === 'bind' ? { do: 'result', code: 8, message: `not ${password}` } : undefined;
    const service = serviceAt(fake.url, { bind: { dn: SERVICE.dn, password: 'hush-hush' } });
    expect(await told(service.bind(anna, 'hush-hush'))).toBe('?! the bind fails: result 8: not ***');
    expect(await said(service.search(svc))).toBe('?! the bind is refused: result 8: not ***');
  });
});
