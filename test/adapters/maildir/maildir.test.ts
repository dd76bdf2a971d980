/** The store passes the suite of its port; names, order of system calls, folders, modes, links, and what may be missing. */
import { chmod, mkdir, readdir, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { directorySync } from '../../../src/adapters/maildir/directory-sync.js';
import { maildir, readMaildir } from '../../../src/adapters/maildir/index.js';
import { message } from '../../../src/testing/mail-store/fixtures.js';
import { mailStoreConformance } from '../../../src/testing/mail-store/index.js';
import { isConfigurationError } from '../../../src/values/errors.js';
import { filesIn, systemError, temporaryFolder, to, watched } from './support.js';

const HELLO = () => message('Subject: x\r\n\r\nHello\r\n');
const NAME = /^\d{10}\.M\d{6}P\d+Q\d+R[0-9a-f]{8}\.[^,:/]+,S=\d+$/;

describe('conformance', () => {
  const bases = new WeakMap<object, string>();
  const count = mailStoreConformance({
    test: it,
    async makeStore() {
      const base = await temporaryFolder();
      const store = maildir({ base });
      bases.set(store, base);
      return store;
    },
    async read(store, mailbox) {
      const path = join(bases.get(store) ?? '', mailbox);
      const files: Uint8Array[] = [];
      if (!(await stat(path).catch(() => undefined))) return files;
      for await (const entry of readMaildir(path)) files.push(await readFile(entry.file));
      return files;
    },
    dispose: (store) => store.close(),
  });

  it('ran the whole suite', () => {
    expect(count).toBeGreaterThanOrEqual(15);
  });
});

describe('a stored file', () => {
  it('has a name of the convention with its exact size, and holds bare LF', async () => {
    const base = await temporaryFolder();
    const recipients = [to('school.example/t01', ['Return-Path', '<>'], ['Delivered-To', 't01@school.example'])];
    const [result] = await maildir({ base, hostname: 'mx.school.example' }).deliver({ message: HELLO(), recipients });
    const [file, ...others] = await filesIn(join(base, 'school.example/t01/new'));
    expect(others).toEqual([]);
    expect(result).toEqual({ kind: 'stored', mailbox: 'school.example/t01', id: file?.name });
    expect(file?.name).toMatch(NAME);
    expect(file?.text).toBe('Return-Path: <>\nDelivered-To: t01@school.example\nSubject: x\n\nHello\n');
    expect(file?.name).toContain(`,S=${file?.size}`);
    expect(await readdir(join(base, 'school.example/t01'))).toEqual(['cur', 'new', 'tmp']);
    expect(await readdir(join(base, 'school.example/t01/tmp'))).toEqual([]);
  });

  it('is whole and synced, for every recipient, before any is visible; the directory is synced before the answer', async () => {
    const base = await temporaryFolder();
    const { fileSystem, calls } = watched();
    const store = maildir({ base, fileSystem });
    const recipients = ['a', 'b', 'c'].map((mailbox) => to(mailbox));
    await store.deliver({ message: HELLO(), recipients });
    calls.length = 0;
    await store.deliver({ message: HELLO(), recipients });
    const at = (test: (call: (typeof calls)[number]) => boolean) => calls.flatMap((call, i) => (test(call) ? [i] : []));
    const fileSyncs = at(({ operation, path }) => operation === 'sync' && path.slice(base.length).includes('/tmp/'));
    const writes = at(({ operation }) => operation === 'write');
    const links = at(({ operation }) => operation === 'link');
    expect([writes.length, fileSyncs.length, links.length]).toEqual([3, 3, 3]);
    expect(Math.max(...writes, ...fileSyncs)).toBeLessThan(Math.min(...links));
    for (const mailbox of ['a', 'b', 'c']) {
      const folder = join(base, mailbox, 'new');
      const link = at(({ operation, path }) => operation === 'link' && path.startsWith(folder))[0];
      const sync = at(({ operation, path }) => operation === 'sync' && path === folder)[0];
      expect(link).toBeLessThan(sync ?? -1);
    }
  });

  it('of a first delivery has every new folder synced into its parent', async () => {
    const base = await temporaryFolder();
    const { fileSystem, calls } = watched();
    await maildir({ base, fileSystem }).deliver({ message: HELLO(), recipients: [to('x/y')] });
    const made = calls.filter(({ operation }) => operation === 'mkdir').map(({ path }) => path);
    expect(made).toEqual(['x', 'x/y', 'x/y/tmp', 'x/y/new', 'x/y/cur'].map((path) => join(base, path)));
    const link = calls.findIndex(({ operation }) => operation === 'link');
    const before = calls
      .slice(0, link)
      .filter(({ operation }) => operation === 'sync')
      .map(({ path }) => path);
    for (const folder of [base, join(base, 'x'), join(base, 'x/y')]) expect(before).toContain(folder);
  });
});

describe('modes', () => {
  const modeOf = async (path: string) => (await stat(path)).mode & 0o7777;

  it.each([
    [0o077, {}, 0o600, 0o700],
    [0o000, {}, 0o600, 0o700],
    [0o077, { fileMode: 0o640, directoryMode: 0o2750 }, 0o640, 0o2750],
    [0o027, { fileMode: 0o666, directoryMode: 0o777 }, 0o666, 0o777],
  ])('with umask %o and %o: as asked, whatever the umask', async (umask, options, fileMode, directoryMode) => {
    const base = await temporaryFolder();
    const before = process.umask(umask);
    try {
      await maildir({ base, ...options }).deliver({ message: HELLO(), recipients: [to('sub/s001')] });
    } finally {
      process.umask(before);
    }
    for (const folder of ['sub', 'sub/s001', 'sub/s001/tmp', 'sub/s001/new', 'sub/s001/cur']) {
      expect([folder, await modeOf(join(base, folder))]).toEqual([folder, directoryMode]);
    }
    const [file] = await readdir(join(base, 'sub/s001/new'));
    expect(await modeOf(join(base, 'sub/s001/new', file ?? ''))).toBe(fileMode);
  });

  it('of folders that were there are left alone', async () => {
    const base = await temporaryFolder();
    await mkdir(join(base, 's001'));
    await chmod(join(base, 's001'), 0o755);
    await maildir({ base }).deliver({ message: HELLO(), recipients: [to('s001')] });
    expect(await modeOf(join(base, 's001'))).toBe(0o755);
  });
});

describe('folders', () => {
  const deliver = (base: string, mailbox = 's001') =>
    maildir({ base }).deliver({ message: HELLO(), recipients: [to(mailbox)] });

  it('may be reached over symbolic links: the base, a mailbox', async () => {
    const root = await temporaryFolder();
    await mkdir(join(root, 'disk/homes'), { recursive: true });
    await mkdir(join(root, 'disk2/s002'), { recursive: true });
    await symlink(join(root, 'disk/homes'), join(root, 'homes'));
    await symlink(join(root, 'disk2/s002'), join(root, 'disk/homes/s002'));
    for (const mailbox of ['s001', 's002']) {
      expect(await deliver(join(root, 'homes'), mailbox)).toMatchObject([{ kind: 'stored' }]);
    }
    expect((await filesIn(join(root, 'disk/homes/s001/new'))).length).toBe(1);
    expect((await filesIn(join(root, 'disk2/s002/new'))).length).toBe(1);
  });

  it('behind a dangling link, a file, or a link in a circle fail with a typed answer', async () => {
    const base = await temporaryFolder();
    await symlink(join(base, 'nowhere'), join(base, 'dangling'));
    await symlink(join(base, 'circle'), join(base, 'circle'));
    await writeFile(join(base, 'file'), '');
    for (const mailbox of ['dangling', 'circle', 'file']) {
      const results = await deliver(base, mailbox);
      expect(results).toMatchObject([{ kind: 'failed', mailbox, reason: 'storage-error', temporary: true }]);
      expect(results[0]).toHaveProperty('why', expect.stringContaining(mailbox));
    }
  });

  it('that vanish are made again: new/, the whole mailbox', async () => {
    const base = await temporaryFolder();
    const store = maildir({ base });
    const again = () => store.deliver({ message: HELLO(), recipients: [to('s001')] });
    await again();
    for (const gone of ['s001/new', 's001/tmp', 's001']) {
      await rm(join(base, gone), { recursive: true });
      expect(await again()).toMatchObject([{ kind: 'stored' }]);
    }
    expect(await readdir(join(base, 's001'))).toEqual(['cur', 'new', 'tmp']);
  });

  it('a missing base is not made, and the answer says so; with createBase it is', async () => {
    const base = join(await temporaryFolder(), 'not/there');
    expect(await deliver(base)).toMatchObject([
      { kind: 'failed', reason: 'storage-error', temporary: true, why: expect.stringContaining('does not exist') },
    ]);
    await expect(stat(base)).rejects.toThrow('ENOENT');
    const store = maildir({ base, createBase: true });
    expect(await store.deliver({ message: HELLO(), recipients: [to('s001')] })).toMatchObject([{ kind: 'stored' }]);
  });

  it('a probe makes the base where that is wanted, leaves nothing behind, and tells what is wrong', async () => {
    const base = join(await temporaryFolder(), 'not/there');
    await expect(maildir(base).probe()).rejects.toThrow('does not exist');
    await maildir({ base, createBase: true }).probe();
    await maildir(base).probe();
    expect(await readdir(base)).toEqual([]);
    const { fileSystem } = watched(({ operation, path }) => {
      if (operation === 'open') throw systemError('EROFS', path);
    });
    await expect(maildir({ base, fileSystem }).probe()).rejects.toMatchObject({ code: 'EROFS' });
    await expect(maildir({ base: '/proc/nothing/here', createBase: true }).probe()).rejects.toThrow('/proc/nothing');
  });

  it('an operator made and closed to us are good enough', async () => {
    const base = await temporaryFolder();
    for (const part of ['tmp', 'new', 'cur']) await mkdir(join(base, 's001', part), { recursive: true });
    const { fileSystem } = watched(({ operation, path }) => {
      if (operation === 'open' && path === base) throw systemError('EACCES', path);
    });
    const store = maildir({ base, fileSystem });
    expect(await store.deliver({ message: HELLO(), recipients: [to('s001')] })).toMatchObject([{ kind: 'stored' }]);
  });
});

describe('many at once', () => {
  it('share the syncs of a directory', async () => {
    const base = await temporaryFolder();
    const { fileSystem, calls } = watched();
    const store = maildir({ base, fileSystem });
    await store.deliver({ message: HELLO(), recipients: [to('s001')] });
    calls.length = 0;
    await Promise.all(Array.from({ length: 50 }, () => store.deliver({ message: HELLO(), recipients: [to('s001')] })));
    const syncs = calls.filter(({ operation, path }) => operation === 'sync' && path.endsWith('/new')).length;
    expect(syncs).toBeGreaterThan(0);
    expect(syncs).toBeLessThan(40);
    expect((await readdir(join(base, 's001/new'))).length).toBe(51);
  });
});

describe('grouped syncs', () => {
  it('begin after they were asked for, never join one under way; a failed one is told to all who shared it', async () => {
    const base = await temporaryFolder();
    const { fileSystem, calls } = watched((call, index) => {
      if (call.operation === 'sync' && index > 2) throw systemError('EIO', call.path);
    });
    const sync = directorySync(fileSystem);
    const began = () => calls.filter(({ operation }) => operation === 'open').length;
    const first = sync(base);
    const [second, third] = [sync(base), sync(base)];
    expect(began()).toBe(1);
    await first;
    const outcomes = await Promise.allSettled([second, third]);
    expect(began()).toBe(2);
    expect(outcomes.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
    await expect(sync(base)).rejects.toThrow('EIO');
    expect(began()).toBe(3);
  });

  it.each(['EINVAL', 'ENOTSUP'])('%s from a file system that cannot sync a directory is no failure', async (code) => {
    const base = await temporaryFolder();
    const { fileSystem, open } = watched((call) => {
      if (call.operation === 'sync') throw systemError(code, call.path);
    });
    await directorySync(fileSystem)(base);
    expect(open()).toBe(0);
  });
});

describe('a file system without hard links', () => {
  it('never renames over a message of the same name', async () => {
    const base = await temporaryFolder();
    const { fileSystem } = watched(({ operation, path }) => {
      if (operation === 'link') throw systemError('EPERM', path);
    });
    const same = { base, fileSystem, hostname: 'mx', pid: 1, random: () => 1, clock: () => 1_800_000_000_000 };
    for (const store of [maildir(same), maildir(same)]) {
      await store.deliver({ message: HELLO(), recipients: [to('s001')] });
    }
    expect((await filesIn(join(base, 's001/new'))).map(({ size }) => size)).toEqual([18, 18]);
    expect(await readdir(join(base, 's001/tmp'))).toEqual([]);
  });
});

describe('close', () => {
  it('waits for what is under way; then deliveries fail, temporarily', async () => {
    const base = await temporaryFolder();
    const store = maildir({ base });
    const first = store.deliver({ message: HELLO(), recipients: [to('s001')] });
    await store.close();
    expect((await filesIn(join(base, 's001/new'))).length).toBe(1);
    expect(await first).toMatchObject([{ kind: 'stored' }]);
    expect(await store.deliver({ message: HELLO(), recipients: [to('s001')] })).toMatchObject([
      { kind: 'failed', reason: 'storage-error', temporary: true, why: expect.stringContaining('closed') },
    ]);
  });
});

describe('options', () => {
  it('that are wrong are all named at once', () => {
    try {
      maildir({ base: '', fileMode: 0o400, directoryMode: 0o1_0700, hostname: '', pid: -1 });
      expect.unreachable();
    } catch (error) {
      if (!isConfigurationError(error)) throw error;
      expect([error.code, error.problems.length]).toEqual(['maildir', 5]);
      for (const name of ['base', 'fileMode', 'directoryMode', 'hostname', 'pid'])
        expect(error.message).toContain(name);
    }
  });

  it('making a store touches no file', async () => {
    const { fileSystem, calls } = watched();
    maildir({ base: '/nowhere/at/all', fileSystem });
    expect(calls).toEqual([]);
  });
});
