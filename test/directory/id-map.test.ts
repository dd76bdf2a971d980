import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type IdMapOptions, idMap } from '../../src/directory/id-map.js';
import { type PosixAccountsOptions, posixAccounts } from '../../src/directory/posix-accounts.js';
import { accountTemplate } from '../../src/directory/templates.js';
import type { DirectoryUser } from '../../src/ports/directory.js';
import { problemsOf } from '../values/support.js';

const domain = 'S-1-5-21-1004336348-1177238915-682003330';
const sid = (rid: number): string => `${domain}-${rid}`;
const ids = idMap({ range: [10_000, 20_000], domainSid: domain, taken: [10_777] });

const user = (over: Partial<DirectoryUser>): DirectoryUser => ({
  kind: 'user',
  id: 'x',
  login: 'Alice',
  displayName: undefined,
  addresses: [],
  state: 'active',
  sid: sid(1104),
  posix: undefined,
  ...over,
});

describe('numbers from RIDs', () => {
  it.each([
    [0, 10_000],
    [500, 10_500],
    [1104, 11_104],
    [10_000, 20_000],
  ])('RID %d is %d', (rid, id) => {
    expect(ids.idOf(sid(rid))).toEqual({ kind: 'found', value: id });
    expect(ids.ridOf(id)).toBe(rid);
  });

  it.each([
    [sid(10_001), 'RID 10001 is 20001, outside of 10000-20000'],
    [sid(4_294_967_295), 'RID 4294967295 is 4294977295, outside of 10000-20000'],
    [sid(777), '10777 is taken on this host'],
    ['S-1-5', 'it is no SID'],
    ['alice', 'it is no SID'],
    [`${domain}-99999999999`, 'it is no SID'],
    ['', 'it is no SID'],
  ])('%s gets none, for good', (text, why) => {
    expect(ids.idOf(text)).toEqual({ kind: 'cannot-tell', temporary: false, why });
  });

  it('an account of another domain is none of ours', () => {
    expect(ids.idOf('S-1-5-21-9-9-9-1104').kind).toBe('not-found');
    expect(ids.idOf('S-1-5-32-544').kind).toBe('not-found');
  });

  it.each([
    sid(1104).toLowerCase(),
    'S-1-5-021-1004336348-1177238915-0682003330-1104',
    `S-1-0x000000000005-21-1004336348-1177238915-682003330-01104`,
  ])('%s is one of ours, however it is spelt', (text) => {
    expect(ids.idOf(text)).toEqual({ kind: 'found', value: 11_104 });
    const spelt = idMap({ range: [10_000, 20_000], domainSid: text.slice(0, text.lastIndexOf('-')) });
    expect(spelt.idOf(sid(1104))).toEqual({ kind: 'found', value: 11_104 });
    const all = ids.mapAll([sid(1104), text]);
    expect([[...all.ids.values()], all.problems]).toEqual([[11_104, 11_104], []]);
  });

  it('are had by the RID alone', () => {
    expect(ids.idOfRid(513)).toEqual({ kind: 'found', value: 10_513 });
    expect([777, -1, 0.5, 10_001].map((rid) => ids.idOfRid(rid).kind)).toEqual(new Array(4).fill('cannot-tell'));
    expect([9999, 10_000, 10_777, 20_000, 20_001, 0].map((id) => ids.isFree(id))).toEqual([
      ...[false, true, false, true, false, false],
    ]);
  });

  it('counts from the first RID, where one is given', () => {
    const based = idMap({ range: [10_000, 20_000], baseRid: 1000, domainSid: domain });
    expect(based.idOf(sid(1104))).toEqual({ kind: 'found', value: 10_104 });
    expect(based.idOf(sid(999)).kind).toBe('cannot-tell');
    expect(based.ridOf(9999)).toBeUndefined();
    expect(based.ridOf(20_001)).toBeUndefined();
  });

  it('tells of every account in a list that gets none', () => {
    const any = idMap({ range: [10_000, 20_000], domainSid: false });
    const other = 'S-1-5-21-9-9-9-1104';
    const { ids: numbers, problems } = any.mapAll([sid(1104), other, sid(1105), sid(1105), sid(60_000), 'x']);
    expect([...numbers]).toEqual([[sid(1105), 11_105]]);
    expect(problems.map(({ code, construct }) => [code, construct])).toEqual([
      ['out-of-range', sid(60_000)],
      ['bad-sid', 'x'],
      ['collision', sid(1104)],
      ['collision', other],
    ]);
    expect(ids.mapAll([other, sid(777)]).problems.map((one) => one.code)).toEqual(['other-domain', 'collision']);
  });

  it('never gives one number to two accounts, and comes back', () => {
    fc.assert(
      fc.property(fc.uniqueArray(fc.nat(12_000), { maxLength: 50 }), (rids) => {
        const { ids: numbers, problems } = ids.mapAll(rids.map(sid));
        expect(new Set(numbers.values()).size).toBe(numbers.size);
        expect(numbers.size + problems.length).toBe(rids.length);
        for (const [text, id] of numbers) expect(sid(ids.ridOf(id) ?? -1)).toBe(text);
      }),
    );
  });

  it.each<[unknown, string[]]>([
    [{ range: [20_000, 10_000], domainSid: false }, ['range']],
    [{ range: [0, 10_000], domainSid: false }, ['range']],
    [{ range: [10_000, 2 ** 32], domainSid: false }, ['range']],
    [{ range: [10_000.5, 20_000], baseRid: -1, domainSid: 'S-1' }, ['range', 'domainSid', 'baseRid']],
    [{ range: [10_000, 20_000] }, ['domainSid']],
    [{ range: [10_000, 20_000], domainSid: sid(500) }, ['domainSid']],
    [{ range: [10_000, 20_000], domainSid: 'S-1-5-32' }, ['domainSid']],
    [{ range: [10_000, 20_000], domainSid: false, taken: 'many' }, ['taken']],
    [{ range: [10_000, 20_000], domainSid: false, taken: ['10500'] }, ['taken']],
    [{ rang: [10_000, 20_000], domainSid: domain, base: 1 }, ['rang', 'base', 'range']],
    [undefined, ['options', 'range', 'domainSid']],
  ])('refuses %j', (options, constructs) => {
    expect(problemsOf(() => idMap(options as IdMapOptions)).map((one) => one.construct)).toEqual(constructs);
  });
});

describe('templates', () => {
  it.each([
    ['/home/mail/users/%U', '/home/mail/users/alice'],
    ['/home/%D/%U', '/home/SCHOOL/alice'],
    ['/home/%u', '/home/alice'],
    ['/home/100%%/%U%U', '/home/100%/alicealice'],
    ['/usr/bin/pine', '/usr/bin/pine'],
  ])('%s', (template, path) => {
    expect(accountTemplate(template)({ account: 'alice', domain: 'SCHOOL' })).toEqual({ kind: 'parsed', value: path });
  });

  it.each(['.', '..', '', 'a/b', '../root', 'a\0b', 'a\nb', '\\', 'x'.repeat(257), '\ud800'])(
    'an account %j',
    (account) => {
      expect(accountTemplate('/home/%U')({ account }).kind).toBe('malformed');
    },
  );

  it('what has no domain cannot be written with one', () => {
    expect(accountTemplate('/home/%D/%U')({ account: 'alice' }).kind).toBe('malformed');
  });

  it('a name that makes dots with the text around it', () => {
    expect(accountTemplate('/home/.%U/x')({ account: 'alice' }).kind).toBe('parsed');
    expect(accountTemplate('/home/%U%U/x')({ account: 'a' }).kind).toBe('parsed');
  });

  it.each([
    ['/home/%H', ['bad-substitution']],
    ['/home/%', ['bad-substitution']],
    ['home/%U', ['bad-path']],
    ['', ['bad-path']],
    ['/home/../%U', ['bad-path']],
    ['%Q/../%Z', ['bad-substitution', 'bad-substitution', 'bad-path']],
  ])('refuses %j', (template, codes) => {
    expect(problemsOf(() => accountTemplate(template)).map((one) => one.code)).toEqual(codes);
  });

  it('never leaves its folder', () => {
    const home = accountTemplate('/home/%D/%U');
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), fc.string(), (account, domain) => {
        const path = home({ account, domain });
        if (path.kind !== 'parsed') return;
        expect(path.value.split('/')).toHaveLength(4);
        expect(path.value).not.toMatch(/\/\.{1,2}(\/|$)|\p{Cc}/u);
      }),
    );
  });
});

describe('POSIX accounts', () => {
  const of = posixAccounts({ ids, domain: 'SCHOOL', home: '/home/mail/users/%U', shell: '/usr/bin/pine' });

  it('by RID and templates', () => {
    expect(of(user({}))).toEqual({
      kind: 'found',
      value: { uid: 11_104, gid: 10_513, home: '/home/mail/users/alice', shell: '/usr/bin/pine' },
    });
  });

  const own = (uid: number, gid: number) => user({ posix: { uid, gid, home: '/etc', shell: '/s' } });
  const [home, shell] = ['/home/mail/users/alice', '/usr/bin/pine'];

  it('whatever the directory says', () => {
    for (const [uid, gid] of [
      [33, 0],
      [0, 0],
      [15_000, 15_001],
    ] as const)
      expect(of(own(uid, gid))).toEqual(of(user({})));
  });

  it('by the numbers of the directory, where it may say, within the range', () => {
    const told = posixAccounts({ ids, own: 'in-range', home: '/home/mail/users/%U', shell });
    expect(told(own(15_000, 15_001))).toEqual({ kind: 'found', value: { uid: 15_000, gid: 15_001, home, shell } });
    expect(told(user({}))).toEqual(of(user({})));
    for (const [uid, gid] of [
      [33, 15_000],
      [15_000, 0],
      [10_777, 15_000],
      [20_001, 15_000],
      [15_000.5, 15_000],
    ] as const)
      expect(told(own(uid, gid))).toMatchObject({ kind: 'cannot-tell', temporary: false });
  });

  it.each([
    [{ sid: undefined }, 'cannot-tell'],
    [{ sid: sid(60_000) }, 'cannot-tell'],
    [{ sid: 'S-1-5-21-9-9-9-1104' }, 'not-found'],
    [{ login: '..' }, 'cannot-tell'],
    [{ login: 'a/b' }, 'cannot-tell'],
  ])('%j: %s', (over, kind) => {
    expect(of(user(over)).kind).toBe(kind);
  });

  it('with a group of its own where the range has not that of all', () => {
    const narrow = idMap({ range: [11_000, 12_000], baseRid: 1000, domainSid: domain });
    expect(posixAccounts({ ids: narrow, gid: 100, home: '/m/%U' })(user({}))).toMatchObject({
      value: { uid: 11_104, gid: 100, home: '/m/alice', shell: '/bin/false' },
    });
    expect(constructsOf({ ids: narrow, home: '/m/%U' })).toEqual(['gid']);
  });

  it.each<[string, unknown, string[]]>([
    ['the home of Samba without a domain', { ids }, ['domain']],
    ['a domain that is no name', { ids, domain: '../etc' }, ['domain']],
    ['a shell with a domain', { ids, home: '/m/%U', shell: '/bin/%D' }, ['domain']],
    ['wrong templates', { ids, home: '/m/%X', shell: 'sh' }, ['%X', 'sh']],
    ['no text', { ids, home: 1, shell: null }, ['template', 'template']],
    ['the group of root', { ids, domain: 'A', gid: 0 }, ['gid']],
    ['what is no option', { ids, domain: 'A', own: 'yes', template: 'x' }, ['template', 'own']],
    ['nothing', {}, ['ids', 'domain']],
    ['no object', undefined, ['options', 'ids', 'domain']],
  ])('refuses at once %s', (_, options, constructs) => {
    expect(constructsOf(options)).toEqual(constructs);
  });
});

function constructsOf(options: unknown): readonly (string | undefined)[] {
  return problemsOf(() => posixAccounts(options as PosixAccountsOptions)).map((one) => one.construct);
}
