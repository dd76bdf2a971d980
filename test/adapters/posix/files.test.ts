/** Accounts in files: changes of the files while they are in use, and wrong options. */
import { appendFileSync, readFileSync, renameSync, truncateSync, unlinkSync, writeFileSync } from 'node:fs';
import { afterEach, describe, expect, it } from 'vitest';
import { type PosixFilesOptions, type PosixOptions, posixDirectory } from '../../../src/adapters/posix/index.js';
import type { Problem } from '../../../src/values/errors.js';
import { isConfigurationError } from '../../../src/values/errors.js';
import { parseMailbox } from '../../../src/values/mailbox.js';
import { type Host, hostOf } from './support.js';

const PASSWD =
  'root:x:0:0:root:/root:/bin/sh\nalice:x:1001:100:Alice Liddell,Room 5,,:/home/alice:/bin/sh\nBob:x:1002:1002::/home/bob:\n';
const GROUP = 'root:x:0:\nusers:x:100:Bob,ghost\nquota:x:200:alice\nquota:x:200:Bob\ntwin:x:200:\n';
const INTERVAL = 25;
const wait = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

const hosts: Host[] = [];
afterEach(() => {
  for (const host of hosts.splice(0)) host.remove();
});

function start(options: Partial<PosixFilesOptions> = {}) {
  const host = hostOf(PASSWD, GROUP);
  hosts.push(host);
  const { passwd, group } = host;
  return { ...host, directory: posixDirectory({ passwd, group, interval: INTERVAL, ...options }) };
}

type Directory = ReturnType<typeof posixDirectory>;

async function asked(directory: Directory, login: string): Promise<string> {
  const answer = await directory.findUser({ kind: 'login', login });
  return answer.kind === 'found' ? answer.value.login : answer.kind;
}

/** Asks until the answer is another one; the files are looked at when somebody asks. */
async function until(directory: Directory, login: string, wanted: string): Promise<string> {
  let last = '';
  for (let i = 0; i < 80 && last !== wanted; i++) {
    last = await asked(directory, login);
    await wait(5);
  }
  return last;
}

describe('the files', () => {
  it('are users and groups', async () => {
    const { directory } = start({ domains: ['School.Example', 'xn--bcher-kva.example'] });
    const answer = await directory.findUser({ kind: 'login', login: 'ALICE' });
    const alice = answer.kind === 'found' ? answer.value : undefined;
    expect(alice).toMatchObject({
      id: 'alice',
      login: 'alice',
      displayName: 'Alice Liddell',
      state: 'active',
      sid: undefined,
      posix: { uid: 1001, gid: 100, home: '/home/alice', shell: '/bin/sh' },
    });
    expect(alice?.addresses.map(({ text }) => text)).toEqual(['alice@school.example', 'alice@xn--bcher-kva.example']);
    const groups = alice && (await directory.groupsOf(alice));
    expect(groups?.kind === 'found' && groups.value.map(({ name, gid }) => `${name} ${gid}`)).toEqual([
      'users 100',
      'quota 200',
    ]);
  });

  it.each([
    ['users', ['Bob', 'alice']],
    // Two lines of one group; a third with its number is another group.
    ['quota', ['alice', 'Bob']],
    ['twin', []],
  ])('give the members of %s, those whose primary group it is among them', async (name, members) => {
    const { directory } = start();
    const group = await directory.findGroup({ kind: 'name', name });
    const all = group.kind === 'found' ? await directory.membersOf(group.value) : group;
    expect(all.kind === 'found' && all.value.map(({ login }) => login)).toEqual(members);
  });

  it('leave out whom the range of user ids leaves out', async () => {
    const { directory } = start({ uids: [1000, 1001] });
    expect([await asked(directory, 'root'), await asked(directory, 'alice'), await asked(directory, 'bob')]).toEqual([
      'not-found',
      'alice',
      'not-found',
    ]);
  });

  it('do not choose between two names that differ in letter case alone', async () => {
    const host = hostOf(`${PASSWD}bob:x:1003:1003:::\n`, GROUP);
    hosts.push(host);
    const directory = posixDirectory({ passwd: host.passwd, group: host.group });
    expect(await asked(directory, 'bob')).toBe('bob');
    expect(await asked(directory, 'Bob')).toBe('Bob');
    expect(await directory.findUser({ kind: 'login', login: 'BOB' })).toMatchObject({
      kind: 'cannot-tell',
      temporary: false,
    });
  });

  it('know addresses of their domains alone', async () => {
    const { directory } = start({ domains: ['school.example'] });
    for (const [text, kind] of [
      ['Alice@SCHOOL.example', 'found'],
      ['alice@far.example', 'not-found'],
      ['alice@[127.0.0.1]', 'not-found'],
    ] as const) {
      const address = parseMailbox(text);
      if (address.kind !== 'parsed') throw new Error(text);
      expect([text, (await directory.findUser({ kind: 'address', address: address.value })).kind]).toEqual([
        text,
        kind,
      ]);
    }
  });
});

describe('changes', () => {
  it('are seen when a file was replaced', async () => {
    const { directory, passwd } = start();
    writeFileSync(`${passwd}.new`, `${PASSWD}carol:x:1004:100:::\n`);
    renameSync(`${passwd}.new`, passwd);
    expect(await until(directory, 'carol', 'carol')).toBe('carol');
  });

  it('are seen when a line was added in place, and when one was changed within the same length', async () => {
    const { directory, passwd } = start();
    appendFileSync(passwd, 'carol:x:1004:100:::\n');
    expect(await until(directory, 'carol', 'carol')).toBe('carol');
    writeFileSync(passwd, readFileSync(passwd, 'utf8').replace('carol', 'carla'));
    expect(await until(directory, 'carla', 'carla')).toBe('carla');
    expect(await until(directory, 'carol', 'not-found')).toBe('not-found');
  });

  it('in place do not count before they are complete: nobody is gone meanwhile', async () => {
    const { directory, passwd } = start({ interval: 60 });
    for (let i = 0; i < 8; i++) {
      // A slow writer, who begins with an empty file.
      if (i === 0) truncateSync(passwd, 0);
      else
        appendFileSync(
          passwd,
          PASSWD.split('\n')[i - 1] === undefined ? `more${i}:x:3000:1:::\n` : `${PASSWD.split('\n')[i - 1]}\n`,
        );
      expect(await asked(directory, 'bob')).toBe('Bob');
      await wait(20);
    }
    expect(await until(directory, 'more7', 'more7')).toBe('more7');
  });

  it('that end within a line do not count for a while: somebody is writing', async () => {
    const { directory, passwd } = start({ interval: 20 });
    appendFileSync(passwd, 'carol:x:1004:100:::/ho');
    await wait(60);
    expect([await asked(directory, 'carol'), await asked(directory, 'alice')]).toEqual(['cannot-tell', 'alice']);
    await wait(30);
    expect([await asked(directory, 'carol'), await asked(directory, 'nobody')]).toEqual(['cannot-tell', 'cannot-tell']);
    // Some editors end files so.
    expect(await until(directory, 'carol', 'carol')).toBe('carol');
    expect(await asked(directory, 'nobody')).toBe('not-found');
  });

  it('that were half made at the start leave nobody unknown until they are whole', async () => {
    const host = hostOf(PASSWD.slice(0, -3), GROUP);
    hosts.push(host);
    const directory = posixDirectory({ passwd: host.passwd, group: host.group, interval: 20 });
    expect([await asked(directory, 'carol'), await asked(directory, 'alice')]).toEqual(['cannot-tell', 'alice']);
    writeFileSync(host.passwd, `${PASSWD}carol:x:1004:100:::\n`);
    expect(await until(directory, 'carol', 'carol')).toBe('carol');
    expect(await asked(directory, 'nobody')).toBe('not-found');
  });

  it('in large files leave others their turn', async () => {
    const { directory, passwd } = start();
    const many = Array.from(
      { length: 150_000 },
      (_, at) => `user${at}:x:${10_000 + at}:100:Some Body,Room:/home/user${at}:/bin/sh\n`,
    );
    writeFileSync(passwd, PASSWD + many.join(''));
    await wait(2 * INTERVAL);
    let longest = 0;
    let last = performance.now();
    const timer = setInterval(() => {
      longest = Math.max(longest, performance.now() - last);
      last = performance.now();
    }, 1);
    const begun = performance.now();
    expect(await until(directory, 'user149999', 'user149999')).toBe('user149999');
    const took = performance.now() - begun;
    clearInterval(timer);
    expect(longest).toBeLessThan(took / 2);
  }, 20_000);

  it('to nothing, to a folder, or to a file too large are no answer, until there is a good one again', async () => {
    const { directory, passwd } = start({ maxBytes: 1000 });
    for (const spoil of [
      () => unlinkSync(passwd),
      () => writeFileSync(passwd, '# nobody\n'),
      () => writeFileSync(passwd, 'x'.repeat(1001)),
    ]) {
      spoil();
      expect(await until(directory, 'alice', 'cannot-tell')).toBe('cannot-tell');
      writeFileSync(passwd, PASSWD);
      expect(await until(directory, 'alice', 'alice')).toBe('alice');
    }
  });

  it('are looked for by one question for all', async () => {
    const { directory, passwd } = start();
    await wait(INTERVAL * 2);
    writeFileSync(`${passwd}.new`, `${PASSWD}carol:x:1004:100:::\n`);
    renameSync(`${passwd}.new`, passwd);
    const answers = await Promise.all(Array.from({ length: 50 }, () => asked(directory, 'carol')));
    // Not yet certain, and so nobody is refused.
    expect([...new Set(answers)]).toEqual(['cannot-tell']);
    expect(await asked(directory, 'alice')).toBe('alice');
    expect(await until(directory, 'carol', 'carol')).toBe('carol');
  });

  it('that are old count at the first question behind them', async () => {
    const { directory, passwd } = start();
    appendFileSync(passwd, 'carol:x:1004:100:::\n');
    await wait(INTERVAL * 2);
    expect(await asked(directory, 'carol')).toBe('carol');
  });

  it('are told of where lines are bad', async () => {
    const problems: Problem[] = [];
    const { directory, group } = start({ onWarning: (problem) => problems.push(problem) });
    expect(problems).toEqual([]);
    appendFileSync(group, 'wrong:x\n');
    for (let i = 0; i < 80 && problems.length === 0; i++) {
      await asked(directory, 'alice');
      await wait(5);
    }
    expect(problems[0]).toMatchObject({ code: 'bad-line', source: { file: group, line: 6 } });
  });

  it('end with close', async () => {
    const { directory } = start();
    await directory.close();
    expect(await asked(directory, 'alice')).toBe('cannot-tell');
  });
});

describe('options', () => {
  it.each<[string, unknown, string[]]>([
    ['no object', 'x', ['options']],
    ['unknown names', { paswd: '/etc/passwd' }, ['paswd']],
    [
      'wrong values',
      { passwd: '', group: 1, interval: 0, maxBytes: 0.5, domains: ['a b'], uids: [2, 1], onWarning: 1 },
      ['passwd', 'group', 'interval', 'maxBytes', 'domains', 'uids', 'onWarning'],
    ],
    ['no witness', { getent: true }, ['witness']],
    ['a witness that is a number', { getent: true, witness: '0' }, ['witness']],
    [
      'wrong values for getent',
      { getent: 1, witness: false, winbind: { domain: '' }, members: 'some', timeout: 0, processes: 0, waiting: -1 },
      ['getent', 'winbind', 'members', 'timeout', 'processes', 'waiting'],
    ],
    ['files beside getent', { getent: true, witness: false, passwd: '/etc/passwd' }, ['passwd']],
  ])('%s: all that is wrong at once', (_, options, constructs) => {
    const error = thrownBy(() => posixDirectory(options as PosixOptions));
    expect(error.problems.map(({ construct }) => construct).sort()).toEqual([...constructs].sort());
  });

  it('says at once that a file is missing', () => {
    expect(thrownBy(() => posixDirectory({ passwd: '/nonexistent/passwd' })).problems).toMatchObject([
      { code: 'missing-file' },
    ]);
  });
});

function thrownBy(run: () => unknown): { readonly problems: readonly Problem[] } {
  try {
    run();
  } catch (error) {
    if (isConfigurationError(error)) return error;
    throw error;
  }
  throw new Error('nothing was thrown');
}
