/** Stored passwords as slappasswd, passlib and hashlib make them; the cost of a login that does not exist; logins beside each other. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  hashPassword,
  readStaticDirectory,
  type StaticDirectory,
} from '../../../src/adapters/static-directory/index.js';
import { parseStored } from '../../../src/adapters/static-directory/stored-password.js';
import { found } from '../../../src/values/answer.js';

const PASSWORD = 'Geheim-ü 1';

/** From slapd 2.5 (with pw-sha2), and Python's hashlib. */
const stored: readonly string[] = [
  '{SSHA}ZUeRTuVUcQuXBIuyvo0SdnKJ78N4qcOJ',
  '{ssha}ZUeRTuVUcQuXBIuyvo0SdnKJ78N4qcOJ',
  '{SHA}I2eEJo1/51IrVGencq4Yr3wfgaE=',
  '{SMD5}BlfKUnYS3YkFm7tvXWa+/6oQPMg=',
  '{MD5}XILtJCVaz804TKNEkpN5lg==',
  '{SSHA256}5nd9pxRDx3kgMefu47apg/hKn7BuVJ9yjGi8YFaMJU8+ZJlgWEo/2Q==',
  '{SSHA512}wG2ijBslJKM24TsfcJlI4h8IMuvNC/PbwRFGEuG+7iqCzgBUBj2aG0rAtAtYF0tqHjR7rGuAYJ4gq77itND2htK/tjL+P4Pe',
  '{SHA512}4g3fpbAhVhxtPyww5uKrp65eryvFVMoAEBWUiQLvQganqQbSqtW3OH3CK9OhQ5gXX39lPIARpJYWm16R8MUiGg==',
  '{SSHA384}pqxDjYcyDeJtc5o0REQkVp2pCDs8XMDsqyVIDgLzd77L73zVLJV6O+f4rMhbcdibnjk+xEdQBGo=',
  '{PBKDF2}1000$MDEyMzQ1Njc4OWFiY2RlZg$nHeITAC5bCvMED9xYtMwZwus2F4',
  '{PBKDF2-SHA256}1000$MDEyMzQ1Njc4OWFiY2RlZg$HfT9QQx346hPbXF5lz5OactJ9rZQC.Irs89BkePD0lE',
  '$pbkdf2-sha256$1000$MDEyMzQ1Njc4OWFiY2RlZg$HfT9QQx346hPbXF5lz5OactJ9rZQC.Irs89BkePD0lE',
  '$pbkdf2-sha512$1000$MDEyMzQ1Njc4OWFiY2RlZg$xZUPKCuuFM4XWKiJdveiiI8nEu4NP12qSoBT.R7bbFZMQmN.COdJ58c5RoTLtZKeGSbBujHpJajD5fL20kk5fw',
  '$scrypt$ln=10,r=4,p=2$MDEyMzQ1Njc4OWFiY2RlZg$WJfx46FBz5ADmRLv5jybtlEsyDYOdBLiiGb3/UoIlmU',
  'scrypt:MDEyMzQ1Njc4OWFi:ofaafbjwlIRugDoq2vvED/trJ/iEVjQdFLik/isXSpw=',
  `{PLAIN}${PASSWORD}`,
  `{CLEARTEXT}${PASSWORD}`,
];

function directoryWith(passwords: Readonly<Record<string, string>>, options: object = {}): StaticDirectory {
  const users = Object.fromEntries(Object.entries(passwords).map(([login, password]) => [login, { password }]));
  return readStaticDirectory(JSON.stringify({ users }), { file: 'd.json', ...options });
}

async function said(directory: StaticDirectory, login: string, password: string): Promise<string> {
  const answer = await directory.authenticate(login, password);
  if (answer.kind !== 'found') return answer.kind;
  return answer.value.kind === 'authenticated' ? 'authenticated' : answer.value.cause;
}

describe('a stored password', () => {
  it.each(stored)('%s', async (password) => {
    const directory = directoryWith({ a: password });
    expect(await said(directory, 'a', PASSWORD)).toBe('authenticated');
    for (const other of [
      'Geheim-ü 2',
      'Geheim-u 1',
      PASSWORD.slice(1),
      `${PASSWORD} `,
      `${PASSWORD}\0`,
      password,
      '',
    ]) {
      expect(await said(directory, 'a', other)).toBe('wrong-password');
    }
    expect(await said(directory, 'b', PASSWORD)).toBe('no-such-account');
    await directory.close();
    expect(await said(directory, 'a', PASSWORD)).toBe('cannot-tell');
  });

  it('of passlib', async () => {
    const directory = directoryWith({
      a: '$scrypt$ln=16,r=8,p=1$aM15713r3Xsvxbi31lqr1Q$nFNh2CVHVjNldFVKDHDlm4CbdRSCdEBsjjJxD+iCs5E',
      b: '$pbkdf2-sha256$6400$.6UI/S.nXIk8jcbdHx3Fhg$98jZicV16ODfEsEZeYPGHU3kbrUrvUEXOPimVSQDD44',
    });
    for (const login of ['a', 'b']) expect(await said(directory, login, 'password')).toBe('authenticated');
  });

  it('that cannot be checked here is told beforehand, and is "could not tell"', async () => {
    const directory = directoryWith({
      a: '{CRYPT}$6$salt$hash',
      b: '{ARGON2}$argon2i$v=19$m=4096,t=3,p=1$UtfazIcKwguSoXkC89xbRA$rYBB5oyZApymDGrvaABQmB8Q5SbLaeE170KYH/ld7vc',
      c: `{PLAIN}${PASSWORD}`,
    });
    expect(directory.unverifiable).toEqual(['a', 'b']);
    expect(await directory.authenticate('a', PASSWORD)).toEqual({
      kind: 'cannot-tell',
      temporary: false,
      why: 'its password is stored as {CRYPT}, which is not checked here',
    });
    expect(await said(directory, 'c', PASSWORD)).toBe('authenticated');
  });

  it.each([
    '',
    'secret',
    '{SSHA}AAAA',
    '{SSHA}I2eEJo1/51IrVGencq4Yr3wfgaE=',
    '{SHA}ZUeRTuVUcQuXBIuyvo0SdnKJ78N4qcOJ',
    '{SSHA}!!!!',
    '{PLAIN}',
    '$scrypt$',
    '$scrypt$ln=0,r=8,p=1$aM15713r3Xsvxbi31lqr1Q$nFNh2CVHVjNldFVKDHDlm4CbdRSCdEBsjjJxD+iCs5E',
    '$scrypt$ln=14,r=0,p=1$aM15713r3Xsvxbi31lqr1Q$nFNh2CVHVjNldFVKDHDlm4CbdRSCdEBsjjJxD+iCs5E',
    '$scrypt$ln=40,r=8,p=1$aM15713r3Xsvxbi31lqr1Q$nFNh2CVHVjNldFVKDHDlm4CbdRSCdEBsjjJxD+iCs5E',
    '$scrypt$ln=14,r=8,p=99$aM15713r3Xsvxbi31lqr1Q$nFNh2CVHVjNldFVKDHDlm4CbdRSCdEBsjjJxD+iCs5E',
    '$scrypt$ln=14,r=8,p=1$aM15713r3Xsvxbi31lqr1Q$AAAA',
    '{PBKDF2-SHA256}0$MDEyMzQ1Njc4OWFiY2RlZg$HfT9QQx346hPbXF5lz5OactJ9rZQC.Irs89BkePD0lE',
    '{PBKDF2-SHA256}99999999$MDEyMzQ1Njc4OWFiY2RlZg$HfT9QQx346hPbXF5lz5OactJ9rZQC.Irs89BkePD0lE',
    '$pbkdf2-md5$1000$MDEyMzQ1Njc4OWFiY2RlZg$HfT9QQx346hPbXF5lz5OactJ9rZQC.Irs89BkePD0lE',
    'scrypt:AAAA',
    'x'.repeat(5000),
  ])('is refused when the file is read: %s', (password) => {
    expect(() => directoryWith({ a: password })).toThrow(expect.objectContaining({ kind: 'configuration-error' }));
  });

  it('of whatever text is read or refused, and never repeated', () => {
    const near = fc.constantFrom(
      '{SSHA}',
      '{',
      '}',
      '$scrypt$',
      'ln=14,r=8,p=1$',
      '$',
      '$pbkdf2-sha256$',
      'scrypt:',
      ':',
      'AAAA',
      '=',
    );
    fc.assert(
      fc.property(fc.array(fc.oneof(near, fc.string()), { maxLength: 6 }), fc.boolean(), (parts, plain) => {
        const text = `${parts.join('')}hunter2`;
        const answer = parseStored(text, plain);
        if (answer.kind === 'malformed') expect(answer.why).not.toContain('hunter2');
      }),
    );
  });
});

describe('hashPassword', () => {
  it('makes what is read again', async () => {
    const [one, other] = [await hashPassword(PASSWORD), await hashPassword(PASSWORD, { ln: 10 })];
    expect(one).toMatch(/^\$scrypt\$ln=14,r=8,p=1\$[A-Za-z0-9+/]{22}\$[A-Za-z0-9+/]{43}$/);
    expect(await hashPassword(PASSWORD, { ln: 10 })).not.toBe(other);
    const directory = directoryWith({ a: one, b: other });
    for (const login of ['a', 'b']) {
      expect(await said(directory, login, PASSWORD)).toBe('authenticated');
      expect(await said(directory, login, `${PASSWORD}x`)).toBe('wrong-password');
    }
  });

  it('takes no empty password, and no cost out of range', async () => {
    for (const [password, ln] of [
      ['', 14],
      ['x', 9],
      ['x', 19],
      ['x', 10.5],
    ] as const) {
      await expect(hashPassword(password, { ln })).rejects.toMatchObject({ code: 'options' });
    }
  });
});

describe('logins', () => {
  it('of accounts that do not exist, and of those without password, take the time of the others', async () => {
    const text = JSON.stringify({ users: { a: { password: await hashPassword('x', { ln: 14 }) }, b: {} } });
    const directory = readStaticDirectory(text, { file: 'd.json' });
    const times = new Map<string, number>();
    for (const login of ['a', 'b', 'nobody', 'a', 'b', 'nobody', 'a', 'b', 'nobody', 'a', 'b', 'nobody']) {
      const before = performance.now();
      await directory.authenticate(login, 'wrong');
      times.set(login, Math.min(performance.now() - before, times.get(login) ?? Number.POSITIVE_INFINITY));
    }
    const [a = 0, ...others] = [...times.values()];
    for (const other of others) expect(other / a).toBeGreaterThan(0.4);
  });

  it('do not stop the event loop, wait in line, and end with the evaluation, their time, or close', async () => {
    const directory = directoryWith(
      { a: await hashPassword('x', { ln: 14 }) },
      { atOnce: 1, waiting: 3, timeout: 20_000 },
    );
    let turns = 0;
    const timer = setInterval(() => turns++, 1);
    const over = new AbortController();
    const call = { signal: over.signal, deadline: performance.now() + 60_000 };
    const answers = [
      directory.authenticate('a', 'x'),
      directory.authenticate('a', 'y', { signal: new AbortController().signal, deadline: performance.now() + 1 }),
      directory.authenticate('a', 'x', call),
      directory.authenticate('a', 'x'),
      directory.authenticate('a', 'x'),
    ];
    over.abort();
    expect(await answers[4]).toMatchObject({
      kind: 'cannot-tell',
      why: expect.stringContaining('too many questions are waiting'),
    });
    expect(await answers[2]).toMatchObject({
      kind: 'cannot-tell',
      why: expect.stringContaining('the evaluation is over'),
    });
    expect(await answers[1]).toMatchObject({ kind: 'cannot-tell', why: expect.stringContaining('no answer within') });
    expect([await answers[0], await answers[3]]).toMatchObject([{ kind: 'found' }, { kind: 'found' }]);
    expect(turns).toBeGreaterThan(3);
    clearInterval(timer);
    const last = directory.authenticate('a', 'x');
    await directory.close();
    expect(await last).toMatchObject({ kind: 'cannot-tell', why: expect.stringContaining('it is closed') });
    expect(await said(directory, 'a', 'x')).toBe('cannot-tell');
    expect(await directory.findUser({ kind: 'login', login: 'a' })).toEqual(found(directory.users[0]));
  });
});
