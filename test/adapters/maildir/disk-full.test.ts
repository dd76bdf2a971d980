/** A disk that really is full: a tmpfs of 256 KiB, where the tests may mount one. faults.test.ts covers the same by injection. */
import { execFileSync } from 'node:child_process';
import { mkdir, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { maildir } from '../../../src/adapters/maildir/index.js';
import { message } from '../../../src/testing/mail-store/fixtures.js';
import { filesIn, temporaryFolder, to } from './support.js';

function mountTiny(folder: string): string | undefined {
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=256k', 'tmpfs', folder], { stdio: 'pipe' });
    onTestFinished(() => void execFileSync('umount', ['-l', folder], { stdio: 'pipe' }));
    return undefined;
  } catch (error) {
    return error instanceof Error ? (error.message.split('\n')[1] ?? error.message) : String(error);
  }
}

it('is a temporary failure of that mailbox alone; nothing partial, and it ends when there is room again', async (context) => {
  const base = await temporaryFolder();
  const small = join(base, 'small');
  await mkdir(small);
  const problem = mountTiny(small);
  if (problem !== undefined) {
    process.stdout.write(`SKIPPED: the test on a full disk cannot mount a tmpfs: ${problem}\n`);
    context.skip(`cannot mount a tmpfs: ${problem}`);
  }
  const store = maildir({ base });
  const text = `Subject: x\n\n${'y'.repeat(100_000)}`;
  const deliver = () => store.deliver({ message: message(text), recipients: [to('small/s001'), to('s002')] });
  expect((await deliver()).map(({ kind }) => kind)).toEqual(['stored', 'stored']);
  expect((await deliver()).map(({ kind }) => kind)).toEqual(['stored', 'stored']);
  const [full, other] = await deliver();
  expect(full).toMatchObject({
    kind: 'failed',
    reason: 'storage-full',
    temporary: true,
    why: expect.stringContaining('ENOSPC'),
  });
  expect(other?.kind).toBe('stored');
  const files = await filesIn(join(small, 's001/new'));
  expect(files.map((file) => file.text === text)).toEqual([true, true]);
  expect(await readdir(join(small, 's001/tmp'))).toEqual([]);
  await rm(join(small, 's001/new', files[0]?.name ?? ''));
  expect((await deliver()).map(({ kind }) => kind)).toEqual(['stored', 'stored']);
});
