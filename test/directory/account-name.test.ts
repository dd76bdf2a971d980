import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { accountNames, prepareName } from '../../src/directory/account-name.js';
import { directoryCredentials } from '../../src/directory/credentials.js';
import { foldName } from '../../src/directory/fold.js';
import { memoryDirectory } from '../../src/directory/memory-directory.js';
import { problemsOf } from '../values/support.js';
import { callFrom } from './support.js';

const school = accountNames({ domain: 'SCHOOL', realms: ['school.example', 'pupils.example'], separator: '+' });
const strict = accountNames({ domain: 'SCHOOL', defaultDomain: false });
const plain = accountNames();

describe('one account, however it is written', () => {
  it.each([
    'alice',
    'ALICE',
    'Alice',
    'SCHOOL\\alice',
    'school\\Alice',
    'school+alice',
    'school.example\\alice',
    'alice@school.example',
    'alice@SCHOOL.EXAMPLE',
    'ALICE@School',
    'alice@pupils.example',
    'ａｌｉｃｅ',
    'ＳＣＨＯＯＬ＼ａｌｉｃｅ',
    'alice＠school.example',
  ])('%s', (login) => {
    expect(school(login)).toEqual({ kind: 'account', account: 'alice' });
  });

  it.each([
    ['jmüller', 'jmu\u0308ller'],
    ['jmüller', 'JMÜLLER'],
    ['müller, jürgen', 'Müller, Jürgen'],
    ["o'brien", "O'Brien"],
    ['jane doe', 'Jane Doe'],
    ['*)(uid=*', '*)(uid=*'],
    ['σίσυφοσ', 'ΣΊΣΥΦΟΣ'],
    ['straße', 'Straße'],
  ])('%s: %s', (account, login) => {
    expect(plain(login)).toEqual({ kind: 'account', account });
  });
});

describe('not ours', () => {
  it.each([
    ['OTHER\\alice', 'refused'],
    ['other+alice', 'refused'],
    ['alice@other.example', 'foreign'],
    ['alice+news@other.example', 'foreign'],
    ['alice@sub.school.example', 'foreign'],
  ])('%s is %s', (login, kind) => {
    expect(school(login).kind).toBe(kind);
  });

  it('a name without a domain, where there is no default domain', () => {
    expect(strict('alice')).toEqual({ kind: 'refused', why: 'without a domain' });
    expect(strict('SCHOOL\\alice')).toEqual({ kind: 'account', account: 'alice' });
    expect(strict('alice@school')).toEqual({ kind: 'account', account: 'alice' });
  });

  it('a domain, where none is known', () => {
    expect(plain('SCHOOL\\alice').kind).toBe('refused');
    expect(plain('alice@school.example')).toEqual({ kind: 'foreign', name: 'alice', domain: 'school.example' });
    expect(plain('alice+bob')).toEqual({ kind: 'account', account: 'alice+bob' });
  });
});

describe('refused', () => {
  it.each([
    '',
    ' ',
    ' alice',
    'alice ',
    'jane  doe',
    'ali\0ce',
    'alice\r\n',
    'al\u00adice',
    'alice\u200b',
    'alice\u2028',
    '\ud800',
    '/etc/passwd',
    'a/b',
    '..',
    '.',
    '\\alice',
    'SCHOOL\\',
    '@school.example',
    'alice@',
    'SCHOOL\\alice@school.example',
    'SCHOOL\\SCHOOL\\alice',
    'SCHOOL\\school+alice',
    'school+root@school.example',
    'alice@school@school.example',
    'SCHOOL\\ alice',
    'ﬁsh',
    '①',
    'a'.repeat(257),
    'ü'.repeat(129),
    'x'.repeat(65_536),
  ])('%j', (login) => {
    const read = school(login);
    expect(read.kind).toBe('refused');
    expect(read.kind === 'refused' && read.why.length).toBeLessThan(120);
  });

  it('256 octets are not too many', () => {
    expect(plain('ü'.repeat(128)).kind).toBe('account');
  });
});

describe('any login', () => {
  const text = fc.oneof(fc.string({ unit: 'binary' }), fc.string({ unit: 'grapheme' }), fc.string());
  const part = fc.stringMatching(/^[a-z][a-z0-9._-]{0,20}$/);

  it('is read without a throw, and an account is its own name', () => {
    fc.assert(
      fc.property(text, (login) => {
        const read = plain(login);
        if (read.kind !== 'account') return;
        expect(plain(read.account)).toEqual(read);
        expect(read.account).not.toMatch(/[\p{Cc}/\\@]/u);
      }),
      { numRuns: 500 },
    );
  });

  it('means one account in every spelling', () => {
    fc.assert(
      fc.property(part, fc.nat(), (name, seed) => {
        const spelt = [...name].map((c, i) => ((seed >> (i % 16)) & 1 ? c.toUpperCase() : c)).join('');
        const wide = [...spelt].map((c) => String.fromCharCode(c.charCodeAt(0) + 0xfee0)).join('');
        for (const one of [spelt, wide])
          for (const login of [one, `SCHOOL\\${one}`, `school+${one}`, `${one}@school.example`])
            expect(school(login)).toEqual({ kind: 'account', account: name });
      }),
    );
  });

  it('stays the same name when it is prepared again', () => {
    fc.assert(
      fc.property(text, (name) => {
        const once = prepareName(name);
        if (once.kind === 'prepared') expect(prepareName(once.name)).toEqual(once);
      }),
      { numRuns: 500 },
    );
  });
});

describe('beside the folding of directories', () => {
  const letters = fc.string({ unit: fc.constantFrom(...'ΝΙΚΟΣσςίΊaAs\u0301\u0327ßİıΩÅ') });
  const text = fc.oneof(letters, fc.string({ unit: 'grapheme' }), fc.string({ unit: 'binary' }));

  it('a prepared name is found under the same key', () => {
    fc.assert(
      fc.property(text, (name) => {
        const prepared = prepareName(name);
        const narrow = name.replace(/[\u3000\uff01-\uffee]+/gu, (wide) => wide.normalize('NFKC'));
        if (prepared.kind === 'prepared') expect(foldName(prepared.name)).toBe(foldName(narrow));
      }),
      { numRuns: 2000 },
    );
  });

  it.each(['ΝΙΚΟΣ', 'νικος', 'Νικοσ'])('%s is found', async (login) => {
    const directory = memoryDirectory({ users: [{ login: 'ΝΙΚΟΣ', password: 'x' }] });
    const credentials = directoryCredentials(directory, { directory });
    expect((await credentials.verify(login, 'x', callFrom())).kind).toBe('found');
    expect((await directoryCredentials(directory).verify(login, 'x', callFrom())).kind).toBe('found');
    expect(await directoryCredentials(directory).accountOf(login, callFrom())).toMatchObject({ value: 'νικοσ' });
  });

  it('one sigma is not put for another in what the directory is asked', () => {
    expect(plain('νικος')).toEqual({ kind: 'account', account: 'νικος' });
  });

  it('a domain is compared with either sigma', () => {
    const greek = accountNames({ domain: 'ΣΧΟΛΗΣ' });
    for (const login of ['ΣΧΟΛΗΣ\\a', 'σχολης\\a', 'a@σχολησ'])
      expect(greek(login)).toEqual({ kind: 'account', account: 'a' });
  });
});

describe('wrong options', () => {
  it.each<[object, readonly string[]]>([
    [{ domian: 'S' }, ['no-such-option domian']],
    [{ realms: 'school.example' }, ['bad-option realms']],
    [
      { domain: 7, separator: 1, defaultDomain: 'no' },
      ['domain', 'separator', 'defaultDomain'].map((n) => `bad-option ${n}`),
    ],
    [{ realms: [7], defaultDomain: false }, ['bad-option realms']],
    [{ realm: 'a', separator: '@' }, ['no-such-option realm', 'bad-option @']],
  ])('%j are none', (options, expected) => {
    const found = problemsOf(() => accountNames(options));
    expect(found.map((one) => `${one.code} ${one.construct}`)).toEqual(expected);
  });

  it.each([
    [{ separator: '++' }, ['separator']],
    [{ separator: '/' }, ['/']],
    [{ separator: '@' }, ['@']],
    [{ separator: 'x' }, ['x']],
    [{ domain: 'A B', realms: ['ok.example', ''], separator: ' ' }, ['A B', '', ' ']],
    [{ defaultDomain: false }, ['defaultDomain']],
  ])('%j', (options, constructs) => {
    const found = problemsOf(() => accountNames(options));
    expect(found.map((one) => one.code)).toEqual(constructs.map(() => 'bad-option'));
    if (constructs[0] !== 'separator') expect(found.map((one) => one.construct)).toEqual(constructs);
  });
});
