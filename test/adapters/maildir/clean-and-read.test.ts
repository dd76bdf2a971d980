/** What crashed deliveries leave is removed after 36 hours and not before; a Maildir is listed while others change it. */
import { lutimes, mkdir, readdir, rename, symlink, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { type MaildirEntry, maildir, readMaildir } from '../../../src/adapters/maildir/index.js';
import { systemError, temporaryFolder, watched } from './support.js';

const HOUR = 3600;

async function makeMaildir(path: string): Promise<void> {
  for (const part of ['tmp', 'new', 'cur']) await mkdir(join(path, part), { recursive: true });
}

/** A file last changed so many hours ago. */
async function aged(path: string, hours: number): Promise<void> {
  await writeFile(path, 'x');
  const at = Date.now() / 1000 - hours * HOUR;
  await utimes(path, at, at);
}

describe('cleanTmp', () => {
  it('removes plain files of tmp/ older than 36 hours, in every Maildir below the base, and nothing else', async () => {
    const base = await temporaryFolder();
    for (const box of ['s001', 'school.example/t01', 's001/.Sent']) await makeMaildir(join(base, box));
    const stale = ['s001/tmp/a', 'school.example/t01/tmp/b', 's001/.Sent/tmp/c'];
    const kept = ['s001/tmp/young', 's001/new/old', 's001/cur/old', 'school.example/old'];
    for (const path of stale) await aged(join(base, path), 37);
    await aged(join(base, 's001/tmp/young'), 35);
    for (const path of kept.slice(1)) await aged(join(base, path), 1000);
    await mkdir(join(base, 's001/tmp/folder'));
    await symlink(join(base, 's001/new/old'), join(base, 's001/tmp/link'));
    await utimes(join(base, 's001/tmp/folder'), 0, 0);
    await lutimes(join(base, 's001/tmp/link'), 0, 0);
    await symlink(base, join(base, 'loop'));
    const report = await maildir({ base }).cleanTmp();
    expect(report.removed.toSorted()).toEqual(stale.map((path) => join(base, path)).toSorted());
    expect(report.problems).toEqual([]);
    expect(await readdir(join(base, 's001/tmp'))).toEqual(['folder', 'link', 'young']);
    for (const folder of ['s001/new', 's001/cur']) expect(await readdir(join(base, folder))).toEqual(['old']);
  });

  it('takes another age, goes on where a folder cannot be read, and says which', async () => {
    const base = await temporaryFolder();
    for (const box of ['a', 'b']) {
      await makeMaildir(join(base, box));
      await aged(join(base, box, 'tmp/x'), 2);
    }
    const { fileSystem, open } = watched(({ operation, path }) => {
      if (operation === 'readdir' && path === join(base, 'a/tmp')) throw systemError('EACCES', path);
    });
    const report = await maildir({ base, fileSystem }).cleanTmp({ olderThanSeconds: HOUR });
    expect(report.removed).toEqual([join(base, 'b/tmp/x')]);
    expect(report.problems).toEqual([expect.stringContaining('a/tmp')]);
    expect(open()).toBe(0);
  });

  it('ends early when aborted; a missing base is nothing to clean', async () => {
    const base = await temporaryFolder();
    await makeMaildir(join(base, 's001'));
    await aged(join(base, 's001/tmp/x'), 100);
    const store = maildir({ base });
    expect(await store.cleanTmp({ signal: AbortSignal.abort() })).toEqual({ removed: [], problems: [] });
    expect(await maildir({ base: join(base, 'none') }).cleanTmp()).toEqual({ removed: [], problems: [] });
  });
});

describe('readMaildir', () => {
  async function list(path: string): Promise<MaildirEntry[]> {
    const entries: MaildirEntry[] = [];
    for await (const entry of readMaildir(path)) entries.push(entry);
    return entries;
  }

  it('lists new/ and cur/ together in the order of names, with flags; hidden files and folders left out', async () => {
    const path = await temporaryFolder();
    await makeMaildir(path);
    for (const file of ['new/3.c', 'cur/1.a,S=5:2,RS', 'cur/2.b', 'new/.hidden', 'tmp/4.d'])
      await writeFile(join(path, file), '');
    await mkdir(join(path, 'new/folder'));
    await symlink(join(path, 'new/3.c'), join(path, 'cur/0.link:2,'));
    expect(await list(path)).toEqual([
      { file: join(path, 'cur/0.link:2,'), folder: 'cur', flags: '' },
      { file: join(path, 'cur/1.a,S=5:2,RS'), folder: 'cur', flags: 'RS' },
      { file: join(path, 'cur/2.b'), folder: 'cur', flags: '' },
      { file: join(path, 'new/3.c'), folder: 'new', flags: '' },
    ]);
  });

  it('does not list a message twice when a copy of it is in cur/ already', async () => {
    const path = await temporaryFolder();
    await makeMaildir(path);
    await writeFile(join(path, 'new/1.a'), '');
    await writeFile(join(path, 'cur/1.a:2,S'), '');
    expect(await list(path)).toEqual([{ file: join(path, 'cur/1.a:2,S'), folder: 'cur', flags: 'S' }]);
  });

  it('reads a folder that has only one of both; rejects for what is no Maildir', async () => {
    const path = await temporaryFolder();
    await makeMaildir(path);
    await rename(join(path, 'cur'), join(path, 'gone'));
    expect(await list(path)).toEqual([]);
    await expect(list(join(path, 'tmp'))).rejects.toMatchObject({ code: 'ENOENT' });
    await writeFile(join(path, 'file'), '');
    await expect(list(join(path, 'file'))).rejects.toMatchObject({ code: 'ENOTDIR' });
  });
});
