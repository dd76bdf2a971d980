/**
 * getent(1) as a child process: what it cannot tell, what it takes for something else, and that nothing is left of it.
 */
import { chmodSync, existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { type PosixGetentOptions, posixDirectory } from '../../../src/adapters/posix/index.js';
import type { Answer } from '../../../src/values/answer.js';
import { type Host, hostOf } from './support.js';

const PASSWD =
  'root:x:0:0:root:/root:/bin/sh\nwitness:*:10000:10000:::\nalice:*:10001:10000:Alice:/home/alice:/bin/sh\n10001:*:10002:10000:::\nJürgen M:*:10003:10000:::\n';
const GROUP = 'pupils:x:10000:alice\n5a:x:10010:alice,Jürgen M,gone\n10000:x:10011:alice\n';

const open: { readonly host: Host; readonly directory: ReturnType<typeof posixDirectory> }[] = [];
afterEach(async () => {
  for (const { host, directory } of open.splice(0)) {
    await directory.close();
    host.remove();
  }
});

function start(options: Partial<PosixGetentOptions> = {}, files: readonly [string, string] = [PASSWD, GROUP]) {
  const host = hostOf(...files);
  const directory = posixDirectory({ getent: host.getent, witness: 'witness', ...options });
  open.push({ host, directory });
  return { host, directory };
}

function shown(answer: Answer<{ readonly login: string } | { readonly name: string }>): string {
  if (answer.kind === 'cannot-tell') return `? ${answer.temporary} ${answer.why}`;
  if (answer.kind !== 'found') return answer.kind;
  return 'login' in answer.value ? answer.value.login : answer.value.name;
}

const user = async ({ directory }: ReturnType<typeof start>, login: string): Promise<string> =>
  shown(await directory.findUser({ kind: 'login', login }));
const group = async ({ directory }: ReturnType<typeof start>, name: string): Promise<string> =>
  shown(await directory.findGroup({ kind: 'name', name }));

async function members({ directory }: ReturnType<typeof start>, name: string): Promise<string> {
  const found = await directory.findGroup({ kind: 'name', name });
  const all = found.kind === 'found' ? await directory.membersOf(found.value) : found;
  if (all.kind !== 'found') return shown(all);
  return all.value.map(({ login }) => login).join(', ');
}

describe('names', () => {
  it.each([
    ['alice', 'alice'],
    ['ALICE', 'alice'],
    ['Jürgen M', 'Jürgen M'],
    // It takes these for user ids: that of alice belongs to another name.
    ['10001', '10001'],
    ['10003', 'not-found'],
    ['0', 'not-found'],
    ['-0', 'not-found'],
    ['+0', 'not-found'],
    ['nobody.here', 'not-found'],
    ['--help', 'not-found'],
    ['alice root', 'not-found'],
    ['$(id)', 'not-found'],
  ])('%s is %s', async (login, expected) => {
    expect(await user(start(), login)).toBe(expected);
  });

  it.each([
    ['5A', '5a'],
    ['10000', '10000'],
    ['10010', 'not-found'],
    ['0', 'not-found'],
  ])('of groups: %s is %s', async (name, expected) => {
    expect(await group(start(), name)).toBe(expected);
  });

  it('of a Windows domain are logins; others are nobody', async () => {
    const files = [
      'root:x:0:0:::\nSCHOOL\\alice:*:1:7:::\nSCHOOL\\w:*:2:7:::\nOTHER\\bob:*:3:7:::\n',
      'SCHOOL\\domain users:x:7:SCHOOL\\alice,OTHER\\bob,root\n',
    ] as const;
    const started = start({ winbind: { domain: 'school' }, witness: 'w', domains: ['school.example'] }, files);
    expect([await user(started, 'Alice'), await user(started, 'root'), await user(started, 'bob')]).toEqual([
      'alice',
      'not-found',
      'not-found',
    ]);
    expect(await members(started, 'Domain Users')).toBe('alice, w');
    const alice = await started.directory.findUser({ kind: 'login', login: 'alice' });
    expect(alice).toMatchObject({ value: { id: 'SCHOOL\\alice', addresses: [{ text: 'alice@school.example' }] } });
    const groups = alice.kind === 'found' ? await started.directory.groupsOf(alice.value) : alice;
    expect(groups).toMatchObject({
      kind: 'found',
      value: [{ id: 'SCHOOL\\domain users', name: 'domain users', gid: 7 }],
    });
  });
});

describe('members', () => {
  it('are those whom the group names and those whose primary group it is', async () => {
    expect(await members(start(), 'pupils')).toBe('witness, alice, 10001, Jürgen M');
    expect(await members(start(), '5a')).toBe('alice, Jürgen M');
  });

  it('are not told from a list without the witness, who is found by name', async () => {
    const started = start();
    // As winbind is without "winbind enum users".
    writeFileSync(
      join(started.host.folder, 'getent'),
      readFileSync(started.host.getent, 'utf8').replace('exec cat "$database"', 'exec head -n 1 "$database"'),
    );
    expect(await members(started, 'pupils')).toMatch(/^\? false .*lists not all/);
    expect(await user(started, '10003')).toMatch(/^\? false .*lists not all/);
  });

  it('are told also where groups name none, as winbind has them without "winbind expand groups"', async () => {
    const started = start();
    const script = readFileSync(started.host.getent, 'utf8');
    const nameless = script.replace('{ print; found', '{ print (FILENAME == "group" ? $1 ":x:" $3 ":" : $0); found');
    expect(nameless).not.toBe(script);
    writeFileSync(started.host.getent, nameless);
    expect(await members(started, '5a')).toBe('alice, Jürgen M');
  });

  it('can be those alone whom the group names', async () => {
    const started = start({ members: 'listed' });
    expect([await members(started, 'pupils'), await members(started, '5a')]).toEqual(['alice', 'alice, Jürgen M']);
  });

  it('that are listed are asked for in parts', async () => {
    const names = Array.from({ length: 250 }, (_, i) => `u${i}`);
    const passwd = `witness:*:1:1:::\n${names.map((name, i) => `${name}:*:${i + 100}:1:::\n`).join('')}`;
    const started = start({ members: 'listed', timeout: 30_000 }, [passwd, `all:x:9:${names.join(',')},gone\n`]);
    expect(await members(started, 'all')).toBe(names.join(', '));
  }, 30_000);
});

describe('what cannot be told', () => {
  it('a source that is down, which says of everybody that he is not there', async () => {
    const started = start();
    started.host.behave('down');
    expect(await user(started, 'alice')).toMatch(/^\? true .*witness/);
    expect(await group(started, '5a')).toMatch(/^\? true .*witness/);
  });

  it('the same without a witness is believed', async () => {
    const started = start({ witness: false });
    started.host.behave('down');
    expect(await user(started, 'alice')).toBe('not-found');
  });

  it('groups of a user, where the source went down between', async () => {
    const started = start();
    const alice = await started.directory.findUser({ kind: 'login', login: 'alice' });
    if (alice.kind !== 'found') throw new Error('no alice');
    started.host.behave('down');
    expect(await started.directory.groupsOf(alice.value)).toMatchObject({ kind: 'cannot-tell', temporary: true });
  });

  it.each([
    ['another exit status', 'exit 3', /getent passwd: 3/],
    ['a signal', 'kill -9 $$', /ended by SIGKILL/],
    ['too much', 'yes 0123456789', /over 10000 octets/],
    ['no end', 'sleep 30 & sleep 30', /no answer within 300 ms/],
    ['an end that a child outlives', 'sleep 30 & exit 3', /getent passwd: 3/],
  ])('%s', async (_, script, why) => {
    const started = start({ timeout: 300, maxBytes: 10_000 });
    const pids = join(started.host.folder, 'pids');
    writeFileSync(
      started.host.getent,
      `#!/bin/sh\necho $$ >> ${pids}\n${script.replace('&', `& echo $! >> ${pids}; `)}\n`,
    );
    const begun = performance.now();
    expect(await user(started, 'alice')).toMatch(why);
    expect(performance.now() - begun).toBeLessThan(5000);
    await started.directory.close();
    // A process that was killed takes a moment to go.
    await expect
      .poll(() => readFileSync(pids, 'utf8').trim().split('\n').filter(isThere), { timeout: 4000 })
      .toEqual([]);
  });

  it('a program that is not there, or may not be run', async () => {
    expect(await user(start({ getent: '/nonexistent/getent' }), 'alice')).toMatch(/ENOENT/);
    const started = start();
    chmodSync(started.host.getent, 0o644);
    expect(await user(started, 'alice')).toMatch(/EACCES/);
  });

  it('more than may wait', async () => {
    const started = start({ processes: 1, waiting: 2 });
    const answers = await Promise.all(Array.from({ length: 5 }, () => user(started, 'alice')));
    expect(answers.filter((answer) => answer === 'alice')).toHaveLength(3);
    expect(answers.filter((answer) => answer.includes('too many questions'))).toHaveLength(2);
  });
});

describe('processes', () => {
  it('run so many at once', async () => {
    const started = start({ processes: 2 });
    const { folder, getent } = started.host;
    writeFileSync(getent, `#!/bin/sh\ncd ${folder}\necho + >> log\nsleep 0.05\necho - >> log\nexit 2\n`);
    await Promise.all(Array.from({ length: 6 }, () => user(started, 'alice')));
    let [now, most] = [0, 0];
    for (const sign of readFileSync(join(folder, 'log'), 'utf8').trim().split('\n')) {
      now += sign === '+' ? 1 : -1;
      most = Math.max(most, now);
    }
    expect([now, most]).toEqual([0, 2]);
  });

  it('have no environment but the path', async () => {
    const started = start();
    writeFileSync(started.host.getent, `#!/bin/sh\n/usr/bin/env > ${started.host.folder}/env\nexit 2\n`);
    process.env.POSIX_TEST_SECRET = 'x';
    await user(started, 'alice');
    delete process.env.POSIX_TEST_SECRET;
    const names = readFileSync(join(started.host.folder, 'env'), 'utf8')
      .trim()
      .split('\n')
      .map((line) => line.split('=')[0]);
    expect(names.filter((name) => !['PATH', 'LC_ALL', 'PWD', 'OLDPWD', 'SHLVL', '_'].includes(name ?? ''))).toEqual([]);
  });
});

const hasGetent = existsSync('/usr/bin/getent');

describe.skipIf(!hasGetent)('the getent of this host (skipped where there is no /usr/bin/getent)', () => {
  it('has root, and not by his number', async () => {
    const directory = posixDirectory({ getent: true, witness: 'root' });
    const found = await directory.findUser({ kind: 'login', login: 'root' });
    expect(found).toMatchObject({ kind: 'found', value: { login: 'root', posix: { uid: 0, gid: 0 } } });
    expect(shown(await directory.findUser({ kind: 'login', login: '0' }))).toBe('not-found');
    expect(shown(await directory.findUser({ kind: 'login', login: 'nobody.here' }))).toBe('not-found');
    const groups = found.kind === 'found' ? await directory.groupsOf(found.value) : found;
    expect(groups.kind === 'found' && groups.value.some(({ gid }) => gid === 0)).toBe(true);
    await directory.close();
  });
});

/** Whether a process still runs. */
function isThere(pid: string): boolean {
  return existsSync(`/proc/${pid}`) && !readFileSync(`/proc/${pid}/stat`, 'utf8').includes(') Z ');
}
