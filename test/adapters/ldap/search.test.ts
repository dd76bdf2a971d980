/** What a search answers: values, pages, ranges, limits, result codes. */
import { describe, expect, it } from 'vitest';
import { ldapSearch } from '../../../src/adapters/ldap/ldap-search.js';
import { escapeFilterValue } from '../../../src/values/ldap-names.js';
import type { FakeAction, FakeRequest } from './fake-server.js';
import {
  closedAtEnd,
  person,
  query,
  SERVICE,
  said,
  serviceAt,
  start,
  texts,
  tree,
  unboundSearches,
} from './support.js';

const many = Array.from({ length: 2345 }, (_, i) => person(`u${i}`));
const isSearch = ({ operation }: FakeRequest): boolean => operation === 'search';
const onSearch = (action: FakeAction) => (request: FakeRequest) => (isSearch(request) ? action : undefined);

describe('entries', () => {
  it('are octets, under names in lower case, without what is empty', async () => {
    const sid = new Uint8Array([1, 5, 0, 0, 0xff, 0xfe, 0]);
    const entry = person('jmüller', {
      objectSid: sid,
      'cn;lang-de': 'Jürgen',
      CN: 'J',
      mail: ['a@x', 'b@x'],
      empty: [],
    });
    const service = serviceAt((await start({ entries: [...tree, entry] })).url);
    const answer = await service.search(query(`(objectSid=${escapeFilterValue(sid)})`, { sizeLimit: 1 }));
    const [found] = answer.kind === 'found' ? answer.value : [];
    expect(found?.dn).toBe('CN=jmüller,OU=People,DC=school,DC=test');
    expect(found?.attributes.get('objectsid')).toEqual([sid]);
    expect(found?.attributes.get('cn')).toHaveLength(2);
    expect(texts(found, 'mail')).toEqual(['a@x', 'b@x']);
    expect([...(found?.attributes.keys() ?? [])].sort()).toEqual([
      'cn',
      'mail',
      'objectclass',
      'objectsid',
      'samaccountname',
    ]);
    expect(found?.attributes.get('cn')?.[0]?.constructor).toBe(Uint8Array);
  });

  it.each([
    ...['*)(uid=*', 'a\0b', '\\', 'Müller, "J"', '(', ')', ' x ', '\u{1f600}'].map((name) => [name, name]),
    ['64 KiB of "*"', '*'.repeat(65_536)],
  ])('are found by a name that is %j', async (_, login = '') => {
    const service = serviceAt((await start({ entries: [...tree, person('other', { uid: login })] })).url);
    const by = (name: string) => said(service.search(query(`(uid=${escapeFilterValue(name)})`, { sizeLimit: 2 })));
    expect(await by(login)).toBe('CN=other');
    expect(await by(`${login}x`)).toBe('');
  });

  it.each([
    ['base', 'DC=school,DC=test', '(objectClass=*)', 1],
    ['one', 'DC=school,DC=test', '(objectClass=*)', 2],
    ['sub', 'DC=school,DC=test', '(objectClass=*)', 6],
    ['sub', 'OU=People,DC=school,DC=test', '(&(objectClass=person)(!(sAMAccountName=c*)))', 2],
  ] as const)('of scope %s below %s by %s: %i', async (scope, base, filter, count) => {
    const service = serviceAt((await start()).url);
    const answer = await service.search(query(filter, { scope, base }));
    expect(answer.kind === 'found' && answer.value.length).toBe(count);
  });

  it('ask for the attributes that were asked for', async () => {
    const fake = await start();
    await serviceAt(fake.url).search(query('(cn=svc)', { attributes: ['mail', 'objectSid'], sizeLimit: 2 }));
    expect(fake.requests.find(isSearch)).toMatchObject({
      attributes: ['mail', 'objectSid'],
      sizeLimit: 2,
      page: undefined,
    });
  });
});

describe('pages (RFC 2696)', () => {
  it('are put together', async () => {
    const fake = await start({ entries: [...tree, ...many], maxPage: 1000 });
    const answer = await serviceAt(fake.url).search(query('(sAMAccountName=u*)'));
    expect(answer.kind === 'found' && new Set(answer.value.map(({ dn }) => dn)).size).toBe(2345);
    expect(fake.requests.filter(isSearch).map(({ page }) => page?.size)).toEqual([500, 500, 500, 500, 500]);
  });

  it('come one search after the other over a connection: servers keep one cookie', async () => {
    const fake = await start({ entries: [...tree, ...many] });
    const service = serviceAt(fake.url, { connections: 2, pageSize: 100 });
    const all = await Promise.all([1, 2, 3, 4, 5].map(() => service.search(query('(sAMAccountName=u*)'))));
    expect(all.map((one) => one.kind === 'found' && one.value.length)).toEqual([2345, 2345, 2345, 2345, 2345]);
    expect(fake.accepted).toBe(2);
  });

  it('may be empty and not be the last', async () => {
    const fake = await start();
    const service = serviceAt(fake.url);
    let pages = 0;
    fake.script = (request) => (isSearch(request) && ++pages < 4 ? { do: 'result', code: 0, page: '' } : undefined);
    fake.script = (request) => {
      if (!isSearch(request) || ++pages > 3)
        return request.page === undefined ? undefined : { do: 'result', code: 0, page: '' };
      return { do: 'result', code: 0, page: 'same' };
    };
    expect(await said(service.search(query('(cn=svc)')))).toBe('');
    expect(pages).toBe(4);
  });

  it('without end come to one', async () => {
    const fake = await start();
    fake.script = onSearch({ do: 'result', code: 0, page: 'for ever' });
    expect(await said(serviceAt(fake.url).search(query('(cn=svc)')))).toBe('?! it sends empty pages and no end');
    fake.script = undefined;
    const entries = Array.from({ length: 60 }, (_, i) => person(`v${i}`));
    const endless = await start({ entries: [...tree, ...entries] });
    const service = serviceAt(endless.url, { pageSize: 50, maxEntries: 200 });
    // The cookie of the first page leads to the second, and back.
    endless.script = (request) => {
      if (request.page !== undefined) Object.assign(request.page, { cookie: '' });
      return undefined;
    };
    expect(await said(service.search(query('(sAMAccountName=v*)')))).toBe('?! more than 200 entries');
  });

  it('are done without where the server has none', async () => {
    const fake = await start({ paging: false, entries: [...tree, ...many] });
    const answer = await serviceAt(fake.url).search(query('(sAMAccountName=u*)'));
    expect(answer.kind === 'found' && answer.value.length).toBe(2345);
    expect(fake.requests.filter(isSearch)).toHaveLength(1);
  });
});

describe('limits', () => {
  it.each([
    [3, 'CN=anna CN=berta CN=carl'],
    [2, '?! more entries than it gives: result 4: size limit'],
  ])('%i entries', async (sizeLimit, answer) => {
    const service = serviceAt((await start()).url);
    expect(await said(service.search(query('(sAMAccountName=*)', { sizeLimit })))).toBe(answer);
  });

  it('hold where the server does not mind them', async () => {
    const fake = await start({ entries: [...tree, ...many] });
    const service = serviceAt(fake.url, { pageSize: 10 });
    expect(await said(service.search(query('(sAMAccountName=u*)', { sizeLimit: 25 })))).toBe('?! more than 25 entries');
    fake.script = (request) => void Object.assign(request, { sizeLimit: 0 });
    expect(await said(service.search(query('(sAMAccountName=u*)', { sizeLimit: 5 })))).toBe('?! more than 5 entries');
    expect(await said(service.search(query('(sAMAccountName=u1)', { sizeLimit: 5 })))).toBe('CN=u1');
    expect(fake.accepted).toBe(1);
  });

  it('of all answers', async () => {
    const fake = await start({ entries: [...tree, ...many] });
    const entries = serviceAt(fake.url, { maxEntries: 1000 });
    expect(await said(entries.search(query('(sAMAccountName=u*)')))).toBe('?! more than 1000 entries');
    const octets = serviceAt(fake.url, { maxBytes: 65_536 });
    expect(await said(octets.search(query('(sAMAccountName=u*)')))).toBe('?! more than 65536 octets');
    expect(await said(octets.search(query('(sAMAccountName=u1)')))).toBe('CN=u1');
  });
});

describe('ranges', () => {
  const members = Array.from({ length: 4321 }, (_, i) => `CN=u${i},OU=People,DC=school,DC=test`);
  const group = { dn: 'CN=all,DC=school,DC=test', attributes: { cn: 'all', member: members } };

  it.each([1500, 1000, 4321, 4320, 1])('are put together, forced after %i', async (maxRange) => {
    const few = {
      ...group,
      attributes: { ...group.attributes, member: members.slice(0, maxRange === 1 ? 50 : undefined) },
    };
    const fake = await start({ entries: [...tree, few], maxRange });
    const answer = await serviceAt(fake.url).search(query('(cn=all)', { attributes: ['member', 'cn'] }));
    const [found] = answer.kind === 'found' ? answer.value : [];
    expect(texts(found, 'member')).toEqual(few.attributes.member);
    expect([...(found?.attributes.keys() ?? [])]).toEqual(['cn', 'member']);
  });

  it('that cannot be had are no part of an answer', async () => {
    const fake = await start({ entries: [...tree, group], maxRange: 1500 });
    const service = serviceAt(fake.url);
    const search = () => said(service.search(query('(cn=all)', { sizeLimit: 1 })));
    const isPart = (request: FakeRequest): boolean =>
      isSearch(request) && request.attributes.some((name) => name.includes('range='));
    const onPart = (action: FakeAction) => (request: FakeRequest) => (isPart(request) ? action : undefined);
    fake.script = onPart({ do: 'result', code: 1, message: '00002024' });
    expect(await search()).toBe('? the search fails: result 1: 00002024');
    fake.script = onPart({ do: 'result', code: 32 });
    expect(await search()).toBe('? the search fails: result 32');
    fake.script = onPart({ do: 'result', code: 0 });
    expect(await search()).toBe('? member has changed while it was read');
    // The group has lost its members meanwhile.
    fake.script = (request) => {
      if (isPart(request))
        fake.entries = [...tree, { ...group, attributes: { cn: 'all', member: members.slice(0, 100) } }];
      return undefined;
    };
    expect(await search()).toBe('? member has changed while it was read');
    expect(await search()).toBe('CN=all');
  });
});

describe('results (RFC 4511 appendix A)', () => {
  it.each([
    [32, 'nothing at the base'],
    [1, '? the search fails: result 1: why'],
    [2, '?! the search fails: result 2: why'],
    [3, '? the search fails: result 3: why'],
    [4, '?! more entries than it gives: result 4: why'],
    [8, '?! the search fails: result 8: why'],
    [10, '?! the search fails: result 10: why'],
    [11, '?! the search fails: result 11: why'],
    [12, '?! the search fails: result 12: why'],
    [34, '?! the search fails: result 34: why'],
    [49, '?! the search fails: result 49: why'],
    [50, '?! the search fails: result 50: why'],
    [51, '? result 51: why'],
    [52, '? result 52: why'],
    [53, '?! the search fails: result 53: why'],
    [80, '? the search fails: result 80: why'],
    [12_345, '?! the search fails: result 12345: why'],
  ])('%i: %s', async (code, answer) => {
    const fake = await start();
    const service = serviceAt(fake.url);
    fake.script = onSearch({ do: 'result', code, message: 'why\0' });
    expect(await said(service.search(query('(cn=svc)')))).toBe(answer);
    fake.script = undefined;
    expect(await said(service.search(query('(cn=svc)')))).toBe('CN=svc');
  });

  it('nothing at the base is not nothing found', async () => {
    const service = serviceAt((await start()).url);
    expect(await said(service.search(query('(cn=nobody)')))).toBe('');
    expect(await said(service.search(query('(cn=nobody)', { base: 'DC=elsewhere' })))).toBe('nothing at the base');
  });

  it('references to other servers are passed over', async () => {
    const service = serviceAt((await start({ references: ['ldap://a/DC=x', 'ldap://b/DC=x'] })).url);
    expect(await said(service.search(query('(cn=svc)')))).toBe('CN=svc');
  });

  it('a filter that is none is not sent', async () => {
    const fake = await start();
    const service = serviceAt(fake.url);
    expect(await said(service.search(query('(cn=a)(')))).toBe(
      '?! the filter is not written as one: there is more behind the filter',
    );
    expect(await said(service.search(query(`(cn=${'a'.repeat(262_144)})`)))).toBe(
      '?! base and filter are over 262144 octets',
    );
    expect(fake.accepted).toBe(0);
  });
});

it('the root DSE is asked for once for each server', async () => {
  const fake = await start({ rootDse: { defaultNamingContext: 'DC=school,DC=test' } });
  const service = serviceAt(fake.url);
  for (let i = 0; i < 3; i++) {
    const answer = await service.rootDse();
    expect(answer.kind === 'found' && texts(answer.value, 'defaultnamingcontext')).toEqual(['DC=school,DC=test']);
  }
  expect(fake.requests.filter(isSearch)).toHaveLength(1);
  fake.drop();
  await service.search(query('(cn=svc)'));
  await service.rootDse();
  expect(fake.requests.filter(({ name }) => name === '')).toHaveLength(2);
});

it('anonymous searches are for who wants them', async () => {
  const fake = await start({ anonymous: 'allowed' });
  expect(await said(serviceAt(fake.url, { bind: 'anonymous' }).search(query('(cn=svc)')))).toBe('CN=svc');
  expect(fake.requests.map(({ operation }) => operation)).toEqual(['search']);
  const strict = await start();
  expect(await said(serviceAt(strict.url, { bind: 'anonymous' }).search(query('(cn=svc)')))).toMatch(/^\? .*000004DC/);
});

it('ldapSearch is the port alone', async () => {
  const fake = await start();
  const client = closedAtEnd(ldapSearch({ url: fake.url, bind: SERVICE }));
  expect(client.name).toBe(`ldap ${fake.url}`);
  expect(await said(client.search(query('(cn=svc)')))).toBe('CN=svc');
  await client[Symbol.asyncDispose]();
  expect(await said(client.search(query('(cn=svc)')))).toBe('? it is closed');
  expect(unboundSearches(fake)).toBe(0);
});
