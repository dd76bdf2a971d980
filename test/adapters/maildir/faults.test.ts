/** Every call of a delivery fails once, and all from it on; every call is a moment at which the caller aborts. */
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { type MaildirStore, maildir } from '../../../src/adapters/maildir/index.js';
import type { DeliveryFailure, DeliveryResult } from '../../../src/ports/mail-store.js';
import { message, streamed } from '../../../src/testing/mail-store/fixtures.js';
import type { Message } from '../../../src/values/message.js';
import { type Call, filesIn, systemError, temporaryFolder, to, watched } from './support.js';

interface Scenario {
  readonly mailboxes: readonly string[];
  readonly text: string;
  readonly message: () => Message;
  /** A delivery before the one that is watched. */
  readonly warm?: boolean;
  readonly noLinks?: boolean;
  readonly everyReason?: boolean;
}

const SMALL = { text: 'Subject: x\n\nHello\n', message: () => message('Subject: x\r\n\r\nHello\r\n') };
const BLOCKS = Array.from({ length: 5 }, () => 'y'.repeat(60_000));
const LARGE = { text: `Subject: x\n\n${BLOCKS.join('')}`, message: () => streamed('Subject: x\r\n\r\n', BLOCKS) };

const SCENARIOS: Readonly<Record<string, Scenario>> = {
  'a new mailbox': { ...SMALL, mailboxes: ['a/s001'] },
  'a mailbox in use': { ...SMALL, mailboxes: ['s001'], warm: true, everyReason: true },
  'two mailboxes': { ...SMALL, mailboxes: ['s001', 's002'], warm: true },
  'a large message': { ...LARGE, mailboxes: ['s001', 's002'], warm: true },
  'a file system without hard links': { ...SMALL, mailboxes: ['s001'], warm: true, noLinks: true },
};

const REASONS: Readonly<Record<string, DeliveryFailure>> = {
  ENOSPC: 'storage-full',
  EACCES: 'no-permission',
  EIO: 'storage-error',
};

interface Outcome {
  readonly base: string;
  readonly store: MaildirStore;
  readonly calls: readonly Call[];
  readonly results: readonly DeliveryResult[];
  readonly openFiles: number;
  /** Files in new/ of each mailbox, those of the warming delivery left out. */
  readonly visible: readonly (readonly { name: string; text: string; size: number }[])[];
  readonly left: readonly string[];
}

/** Delivers once with `before` asked at each call of that delivery. */
async function attempt(
  scenario: Scenario,
  before: (call: Call, index: number) => void,
  signal?: AbortSignal,
): Promise<Outcome> {
  const base = await temporaryFolder();
  const watchedFrom = { first: Number.POSITIVE_INFINITY };
  const { fileSystem, calls, open } = watched((call, index) => {
    if (scenario.noLinks === true && call.operation === 'link') throw systemError('EPERM', call.path);
    if (index >= watchedFrom.first) before(call, index - watchedFrom.first);
  });
  const store = maildir({ base, hostname: 'mx', fileSystem });
  const recipients = scenario.mailboxes.map((mailbox) => to(mailbox));
  if (scenario.warm === true) await store.deliver({ message: message('Subject: warm\r\n\r\n'), recipients });
  watchedFrom.first = calls.length;
  const first = calls.length;
  const results = await store.deliver({ message: scenario.message(), recipients }, signal);
  watchedFrom.first = Number.POSITIVE_INFINITY;
  const folders = scenario.mailboxes.map((mailbox) => join(base, mailbox));
  const all = await Promise.all(folders.map((folder) => filesIn(join(folder, 'new'))));
  const visible = all.map((files) => files.filter(({ text }) => text !== 'Subject: warm\n\n'));
  const left = (await Promise.all(folders.map((folder) => readdir(join(folder, 'tmp')).catch(() => [])))).flat();
  return { base, store, calls: calls.slice(first), results, openFiles: open(), visible, left };
}

/** What holds whatever happened: typed answers, whole files only, their sizes in their names, nothing left open. */
function expectSound({ results, visible, openFiles }: Outcome, { mailboxes, text }: Scenario): void {
  expect(results.map(({ mailbox }) => mailbox)).toEqual(mailboxes);
  expect(openFiles).toBe(0);
  for (const [index, result] of results.entries()) {
    const files = visible[index] ?? [];
    for (const file of files) {
      expect(file.text).toBe(text);
      expect(file.name).toMatch(new RegExp(`,S=${file.size}$`));
    }
    if (result.kind === 'stored') expect(files.map(({ name }) => name)).toEqual([result.id]);
    else expect(result.temporary).toBe(true);
  }
}

/** One call fails, once. Gives how many recipients failed. */
async function failsOnce(scenario: Scenario, at: number, code: string, reason: DeliveryFailure): Promise<number> {
  let operation = '';
  const outcome = await attempt(scenario, (call, index) => {
    if (index !== at) return;
    operation = call.operation;
    throw systemError(code, call.path);
  });
  expectSound(outcome, scenario);
  const failed = outcome.results.flatMap((result, index) => (result.kind === 'failed' ? [{ result, index }] : []));
  for (const { result, index } of failed) {
    expect(result.reason).toBe(reason);
    expect(result.why).toContain(code);
    expect(outcome.visible[index]).toEqual([]);
  }
  // One fault, one mailbox: the others have their mail.
  expect(failed.length).toBeLessThanOrEqual(1);
  if (operation !== 'unlink') expect(outcome.left).toEqual([]);
  // The store is as good as before.
  const recipients = scenario.mailboxes.map((mailbox) => to(mailbox));
  const again = await outcome.store.deliver({ message: scenario.message(), recipients });
  expect(again.every(({ kind }) => kind === 'stored')).toBe(true);
  return failed.length;
}

describe.each(Object.entries(SCENARIOS))('%s', (_name, scenario) => {
  it('is delivered when nothing fails, its folder clean', async () => {
    const outcome = await attempt(scenario, () => undefined);
    expectSound(outcome, scenario);
    expect(outcome.results.every(({ kind }) => kind === 'stored')).toBe(true);
    expect(outcome.left).toEqual([]);
  });

  it('any one call fails: typed answer, nothing partial, nothing left', async () => {
    const { calls } = await attempt(scenario, () => undefined);
    expect(calls.length).toBeGreaterThan(8);
    const reasons = Object.entries(REASONS);
    let failures = 0;
    for (let at = 0; at < calls.length; at += 1) {
      // Every reason at every call of one scenario; in the others they take turns.
      const tried =
        scenario.everyReason === true ? reasons : [reasons[at % reasons.length] ?? ['', 'aborted' as const]];
      for (const [code, reason] of tried) failures += await failsOnce(scenario, at, code, reason);
    }
    // All but the calls that only clear up (unlink of the temporary file, the guard) and syncs of old folders.
    expect(failures).toBeGreaterThan(calls.length / 2);
  });

  it('everything fails from some call on, as when the disk is gone: no false promise, nothing partial', async () => {
    const { calls } = await attempt(scenario, () => undefined);
    for (let from = 0; from < calls.length; from += 1) {
      const outcome = await attempt(scenario, (call, index) => {
        if (index >= from) throw systemError('EIO', call.path);
      });
      expectSound(outcome, scenario);
    }
  });

  it('is aborted at any call: all of it or nothing of it', async () => {
    const { calls } = await attempt(scenario, () => undefined);
    const kinds = new Set<string>();
    for (let at = 0; at < calls.length; at += 1) {
      const controller = new AbortController();
      const outcome = await attempt(scenario, (_call, index) => index === at && controller.abort(), controller.signal);
      expectSound(outcome, scenario);
      const answers = new Set(outcome.results.map((result) => (result.kind === 'stored' ? 'stored' : result.reason)));
      expect(answers.size).toBe(1);
      for (const answer of answers) kinds.add(answer);
      if (answers.has('aborted')) expect(outcome.visible.flat()).toEqual([]);
      expect(outcome.left).toEqual([]);
    }
    expect([...kinds].sort()).toEqual(['aborted', 'stored']);
  });
});

it.each([
  ['EDQUOT', 'storage-full'],
  ['EROFS', 'no-permission'],
  ['EPERM', 'no-permission'],
  ['EMFILE', 'storage-error'],
  ['ENOTDIR', 'storage-error'],
])('%s at the temporary file is %s, temporary', async (code, reason) => {
  const scenario = { ...SMALL, mailboxes: ['s001'], warm: true };
  const outcome = await attempt(scenario, (call) => {
    if (call.operation === 'open') throw systemError(code, call.path);
  });
  expect(outcome.results).toMatchObject([{ kind: 'failed', reason, temporary: true }]);
});

it('a failing close of the written file fails the delivery: some network file systems report a full disk only there', async () => {
  const scenario = { ...SMALL, mailboxes: ['s001'], warm: true };
  const outcome = await attempt(scenario, (call) => {
    if (call.operation === 'close' && !call.path.endsWith('/new')) throw systemError('EDQUOT', call.path);
  });
  expect(outcome.results).toMatchObject([{ kind: 'failed', reason: 'storage-full', temporary: true }]);
  expect([outcome.visible, outcome.left]).toEqual([[[]], []]);
});

it('new/ on another file system than tmp/ fails with a reason that says so', async () => {
  const scenario = { ...SMALL, mailboxes: ['s001'], warm: true };
  const outcome = await attempt(scenario, (call) => {
    if (call.operation === 'link') throw systemError('EXDEV', call.path);
  });
  expect(outcome.results).toMatchObject([{ kind: 'failed', reason: 'storage-error', temporary: true }]);
  expect(outcome.results[0]).toHaveProperty('why', expect.stringContaining('EXDEV'));
  expect([outcome.visible, outcome.left]).toEqual([[[]], []]);
});

describe('short writes', () => {
  it('are continued; when the disk fills up half-way, nothing remains', async () => {
    const base = await temporaryFolder();
    let budget = 100_000;
    const { fileSystem, open } = watched();
    const short = {
      ...fileSystem,
      async open(...args: Parameters<typeof fileSystem.open>) {
        const file = await fileSystem.open(...args);
        return {
          ...file,
          write(bytes: Uint8Array) {
            const size = Math.min(bytes.length, 1000, budget);
            if (size === 0) throw systemError('ENOSPC', 'write');
            budget -= size;
            return file.write(bytes.subarray(0, size));
          },
        };
      },
    };
    const store = maildir({ base, fileSystem: short });
    const body = 'z'.repeat(70_000);
    const deliver = () => store.deliver({ message: message(`A: b\r\n\r\n${body}`), recipients: [to('s001')] });
    expect(await deliver()).toMatchObject([{ kind: 'stored' }]);
    expect(await deliver()).toMatchObject([{ kind: 'failed', reason: 'storage-full', temporary: true }]);
    expect((await filesIn(join(base, 's001', 'new'))).map(({ text }) => text)).toEqual([`A: b\n\n${body}`]);
    expect(await readdir(join(base, 's001', 'tmp'))).toEqual([]);
    expect(open()).toBe(0);
  });

  it('a write that returns 0 is a fault, not an endless loop', async () => {
    const base = await temporaryFolder();
    const { fileSystem } = watched();
    const stuck = {
      ...fileSystem,
      open: async (...args: Parameters<typeof fileSystem.open>) => ({
        ...(await fileSystem.open(...args)),
        write: async () => 0,
      }),
    };
    const results = await maildir({ base, fileSystem: stuck }).deliver({
      message: SMALL.message(),
      recipients: [to('s001')],
    });
    expect(results).toMatchObject([{ kind: 'failed', reason: 'storage-error' }]);
  });

  it('a size on the disk that is not what was written fails the delivery', async () => {
    const base = await temporaryFolder();
    const { fileSystem } = watched();
    const lying = {
      ...fileSystem,
      async open(...args: Parameters<typeof fileSystem.open>) {
        const file = await fileSystem.open(...args);
        return { ...file, stat: async () => ({ ...(await file.stat()), size: 3 }) };
      },
    };
    const results = await maildir({ base, fileSystem: lying }).deliver({
      message: SMALL.message(),
      recipients: [to('s001')],
    });
    expect(results).toMatchObject([{ kind: 'failed', reason: 'storage-error' }]);
    expect(await filesIn(join(base, 's001', 'new'))).toEqual([]);
  });
});
