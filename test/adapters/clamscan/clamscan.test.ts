/** The command-line scanner with programs of our own in its place: verdicts, faults, and that nothing of a process is left. */
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, describe, expect, it } from 'vitest';
import { type Clamscan, type ClamscanOptions, clamscan } from '../../../src/adapters/clamscan/index.js';
import { messageOf, messageOfSize } from '../../../src/testing/builders.js';
import { eicar, scannerConformance } from '../../../src/testing/scanner/index.js';
import { isConfigurationError } from '../../../src/values/errors.js';
import { said, stalling, until, wait } from '../clamd/support.js';

const folder = mkdtempSync(join(tmpdir(), 'clamscan-'));
afterAll(() => rmSync(folder, { recursive: true }));

const open: Clamscan[] = [];
afterEach(async () => {
  for (const one of open.splice(0)) await one.close();
});

let count = 0;
function scanner(script: string, options: ClamscanOptions = {}): Clamscan {
  const program = join(folder, `program-${++count}`);
  writeFileSync(program, `#!/bin/sh\n${script}\n`);
  chmodSync(program, 0o755);
  const made = clamscan({ program, timeout: 5000, killAfter: 50, ...options });
  open.push(made);
  return made;
}

const pids = join(folder, 'pids');
/** Of the processes that wrote their number: which are still there. */
function left(): readonly number[] {
  if (!existsSync(pids)) return [];
  const all = readFileSync(pids, 'utf8').trim().split('\n').map(Number);
  return all.filter((pid) => existsSync(`/proc/${pid}`) && !readFileSync(`/proc/${pid}/stat`, 'utf8').includes(') Z '));
}
afterEach(async () => {
  await until(() => left().length === 0);
  rmSync(pids, { force: true });
});

const honest = `if grep -qaF '${eicar}'; then echo "stdin: Test.EICAR.UNOFFICIAL FOUND"; exit 1; fi; echo "stdin: OK"`;
const plain = messageOf('Subject: test\r\n\r\nHello\r\n');
const infected = messageOf(`Subject: test\r\n\r\n${eicar}\r\n`);

describe('as a scanner', () => {
  const cases = scannerConformance({ test: it, makeScanner: () => scanner(honest) });
  it('was tested by a suite that is not empty', () => {
    expect(cases).toBeGreaterThanOrEqual(10);
  });
});

describe('the verdict is the exit status', () => {
  it.each<[string, RegExp]>([
    ['cat >/dev/null; echo "stdin: OK"', /^clean$/],
    ['cat >/dev/null; echo "LibClamAV Warning: old"; echo "stdin: OK"', /^clean$/],
    ['cat >/dev/null; yes "LibClamAV Warning: old" | head -100000; echo "stdin: OK"', /^clean$/],
    // Status 0 of something else than a scan.
    ['cat >/dev/null; exit 0', /^\? exit status 0 without the line "stdin: OK"$/],
    ['cat >/dev/null; echo "stdin: OK" >&2; exit 0', /^\? exit status 0 without/],
    ['cat >/dev/null; echo "xstdin: OK"; exit 0', /^\? exit status 0 without/],
    ['cat >/dev/null; echo "stdin: OK."; exit 0', /^\? exit status 0 without/],
    ['cat >/dev/null; echo "stdin: X FOUND"; exit 0', /^\? exit status 0 without/],
    ['cat >/dev/null; printf "stdin: OK\\nstdin: X FOUND\\n"; exit 0', /^\? exit status 0 without/],
    ['cat >/dev/null; echo "ClamAV 1.4.6"; exit 0', /^\? exit status 0 without/],
    ['cat >/dev/null; echo "stdin: A.B FOUND"; exit 1', /^infected A\.B$/],
    ['cat >/dev/null; printf "stdin: A FOUND\\nstdin: B FOUND\\nstdin: A FOUND\\n"; exit 1', /^infected A, B$/],
    ['cat >/dev/null; echo "stdin: OK"; exit 1', /^infected unnamed$/],
    ['cat >/dev/null; printf "stdin: \\033[1m FOUND\\n"; exit 1', /^infected \?\[1m$/],
    ['cat >/dev/null; yes "stdin: A FOUND" | head -100000; exit 1', /^infected A$/],
    ['cat >/dev/null; echo "stdin: Heuristics.Limits.Exceeded.MaxFileSize FOUND"; exit 1', /^unscannable too-large/],
    ['cat >/dev/null; echo "stdin: Heuristics.Encrypted.Zip FOUND"; exit 1', /^unscannable encrypted/],
    ['cat >/dev/null; printf "stdin: Heuristics.Encrypted.Zip FOUND\\nstdin: A FOUND\\n"; exit 1', /^infected A$/],
    ['cat >/dev/null; echo "stdin: OK"; exit 2', /^\? exit status 2 "stdin: OK"$/],
    ['cat >/dev/null; echo "no database" >&2; exit 2', /^\? exit status 2 "no database"$/],
    ['cat >/dev/null; exit 127', /^\? exit status 127/],
    ['cat >/dev/null; kill -9 $$', /^\? it was ended by SIGKILL$/],
  ])('%s', async (script, expected) => {
    expect(await said(scanner(script).scan(plain))).toMatch(expected);
  });

  it('and a program that has not read all of the message has no verdict', async () => {
    expect(await said(scanner('head -c 10; exit 0').scan(messageOfSize(3_000_000)))).toBe(
      '? it has not read the whole message',
    );
    expect(await said(scanner('exit 0').scan(messageOfSize(3_000_000)))).toMatch(/^\? /);
  });

  it('and a program that is not there has none', async () => {
    expect(await said(clamscan({ program: join(folder, 'none') }).scan(plain))).toMatch(/ENOENT$/);
    expect(await said(clamscan({ program: folder }).scan(plain))).toMatch(/EACCES$/);
  });
});

it('is given its arguments as they are, by no shell, and no secrets', async () => {
  process.env.SECRET_OF_THE_SERVER = 'secret';
  const seen = join(folder, 'seen');
  const strange = scanner(
    `cat >/dev/null; for word in "$@"; do echo "$word"; done >${seen}; env >>${seen}; echo "stdin: OK"`,
    {
      database: '/db; touch /tmp/x',
      arguments: ['--alert-encrypted=yes', '$(id)'],
    },
  );
  expect(await said(strange.scan(plain))).toBe('clean');
  delete process.env.SECRET_OF_THE_SERVER;
  const text = readFileSync(seen, 'utf8');
  expect(text.split('\n').slice(0, 7)).toEqual([
    '--no-summary',
    '--stdout',
    '--alert-exceeds-max=yes',
    '--database=/db; touch /tmp/x',
    '--alert-encrypted=yes',
    '$(id)',
    '-',
  ]);
  expect(text).not.toContain('secret');
});

it('is given a line that says that this is mail, then the message', async () => {
  const seen = join(folder, 'octets');
  expect(await said(scanner(`cat >${seen}; echo "stdin: OK"`).scan(plain))).toBe('clean');
  expect(readFileSync(seen, 'latin1')).toBe('Received: by postern\r\nSubject: test\r\n\r\nHello\r\n');
});

it('sends no more than it may', async () => {
  const small = scanner(`echo $$ >>${pids}; ${honest}`, { maxBytes: 1000 });
  expect(await said(small.scan(messageOfSize(1000)))).toBe('unscannable too-large: over 1000 octets');
  expect(existsSync(pids)).toBe(false);
  expect(await said(small.scan(infected))).toMatch(/^infected/);
});

describe('a process', () => {
  it.each([
    ['that sleeps', 'sleep 60'],
    ['that ignores SIGTERM', "trap '' TERM; while :; do sleep 0.05; done"],
    ['that leaves another one behind', 'sleep 60 & exit 0'],
    ['whose children ignore SIGTERM', "(trap '' TERM; while :; do sleep 0.05; done) & wait"],
  ])('%s is ended in time', async (_, script) => {
    const slow = scanner(`echo $$ >>${pids}; ${script}`, { timeout: 150 });
    expect(await said(slow.scan(messageOfSize(1_000_000)))).toMatch(/^\? /);
    await slow.close();
    expect(left()).toEqual([]);
  });

  it('is ended with the evaluation, and its place is free again', async () => {
    const flag = join(folder, 'fast');
    const slow = scanner(`echo $$ >>${pids}; if [ -e ${flag} ]; then ${honest}; else sleep 60; fi`, { processes: 1 });
    const over = new AbortController();
    const answer = said(slow.scan(plain, { signal: over.signal, deadline: performance.now() + 60_000 }));
    await until(() => left().length === 1);
    over.abort();
    expect(await answer).toBe('? the evaluation is over');
    writeFileSync(flag, '');
    expect(await said(slow.scan(infected))).toMatch(/^infected/);
  });

  it('is one of few at once, and the others wait in bounds', async () => {
    const busy = scanner(`echo $$ >>${pids}; cat >/dev/null; sleep 0.1; echo "stdin: OK"`, {
      processes: 2,
      waiting: 10,
    });
    const answers = Array.from({ length: 200 }, () => said(busy.scan(plain)));
    await wait(80);
    expect(left().length).toBeLessThanOrEqual(2);
    const all = await Promise.all(answers);
    expect(all.filter((one) => one === 'clean')).toHaveLength(12);
    expect(all.filter((one) => one === '? too many questions are waiting')).toHaveLength(188);
  });

  it('has its place no longer than it lives, however long the body stalls', async () => {
    for (const script of ['exit 2', 'exit 0', 'echo "stdin: X FOUND"; exit 1', honest]) {
      const flag = join(folder, `fast-${++count}`);
      const early = scanner(`if [ -e ${flag} ]; then ${honest}; else ${script}; fi`, { processes: 1, timeout: 300 });
      const { message, given } = stalling('in the middle');
      expect(await said(early.scan(message))).toMatch(/^(\? |infected X)/);
      writeFileSync(flag, '');
      expect(await said(early.scan(plain))).toBe('clean');
      await early.close();
      given.letGo();
      await until(() => given.back === given.opened);
    }
  });

  it('keeps its files in a folder of its own, which goes with it', async () => {
    const before = process.env.TMPDIR;
    const temporary = join(folder, 'tmp');
    mkdirSync(temporary);
    process.env.TMPDIR = temporary;
    const keep = `cat >$TMPDIR/clamav-1.tmp; stat -c %a $TMPDIR >>${join(folder, 'modes')}`;
    try {
      expect(await said(scanner(`${keep}; echo "stdin: OK"`).scan(plain))).toBe('clean');
      expect(await said(scanner(`${keep}; exit 2`).scan(plain))).toMatch(/^\? exit status 2/);
      const slow = scanner(`(trap '' TERM; sleep 60) & ${keep}; sleep 60`, { timeout: 150 });
      expect(await said(slow.scan(plain))).toMatch(/^\? no answer/);
      expect(await said(clamscan({ program: join(folder, 'none') }).scan(plain))).toMatch(/ENOENT$/);
      await slow.close();
      expect(readdirSync(temporary)).toEqual([]);
      process.env.TMPDIR = join(folder, 'none');
      expect(await said(scanner(honest).scan(plain))).toMatch(/^\? no folder for temporary files: ENOENT$/);
    } finally {
      if (before === undefined) delete process.env.TMPDIR;
      else process.env.TMPDIR = before;
    }
    expect(readFileSync(join(folder, 'modes'), 'utf8')).toBe('700\n700\n700\n');
  });

  it('leaves no other one of its group behind', async () => {
    const parting = scanner(`sleep 60 >/dev/null 2>&1 & echo $! >>${pids}; ${honest}`);
    expect(await said(parting.scan(plain))).toBe('clean');
    await until(() => left().length === 0);
  });

  it('is ended with the scanner', async () => {
    const slow = scanner(`echo $$ >>${pids}; sleep 60`);
    const answers = [1, 2, 3].map(() => said(slow.scan(plain)));
    await until(() => left().length === 2);
    await slow.close();
    expect(left()).toEqual([]);
    expect(new Set(await Promise.all(answers))).toEqual(new Set(['? it is closed']));
    expect(await said(slow.scan(plain))).toBe('? it is closed');
  });
});

it.each<[object, readonly string[]]>([
  [{ program: '', database: 'a\0b', arguments: ['', 'x'] }, ['program', 'database', 'arguments']],
  [
    { timeout: 0, processes: 0, waiting: -1, maxBytes: 0, killAfter: -1 },
    ['timeout', 'processes', 'waiting', 'maxBytes', 'killAfter'],
  ],
  [{ arguments: '--x' }, ['arguments']],
  [{ arguments: null, program: null, database: 5, timeout: null }, ['arguments', 'program', 'database', 'timeout']],
  [{ Timeout: 5 }, ['Timeout']],
  [null as never, ['options']],
])('%j is refused', (options, wrong) => {
  let constructs: unknown;
  try {
    clamscan(options as never);
  } catch (error) {
    if (isConfigurationError(error)) constructs = error.problems.map(({ construct }) => construct).sort();
  }
  expect(constructs).toEqual([...wrong].sort());
});
