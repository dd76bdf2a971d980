/** Many writers of one mailbox: in one store, in two stores of a process, in four processes; and names made to collide. */
import { execFile } from 'node:child_process';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';
import { maildir } from '../../../src/adapters/maildir/index.js';
import { message } from '../../../src/testing/mail-store/fixtures.js';
import { filesIn, temporaryFolder, to } from './support.js';

const subject = (label: string | number) => message(`Subject: ${label}\r\n\r\n`);

it('200 deliveries through two stores of one process: none collides, all are right', async () => {
  const base = await temporaryFolder();
  const stores = [maildir({ base }), maildir({ base })];
  const results = await Promise.all(
    Array.from({ length: 200 }, (_, i) => stores[i % 2]?.deliver({ message: subject(i), recipients: [to('s001')] })),
  );
  const files = await filesIn(join(base, 's001/new'));
  const ids = results
    .flatMap((answers) => answers ?? [])
    .map((result) => (result.kind === 'stored' ? result.id : result.why));
  expect(files.map(({ name }) => name)).toEqual(ids.toSorted());
  expect(files.map(({ text }) => text).toSorted()).toEqual(
    Array.from({ length: 200 }, (_, i) => `Subject: ${i}\n\n`).toSorted(),
  );
  for (const { name, size } of files) expect(name).toMatch(new RegExp(`,S=${size}$`));
  expect(await readdir(join(base, 's001/tmp'))).toEqual([]);
});

it('four processes at once, all with the same process number and host: none collides, names sort in delivery order', async () => {
  const base = await temporaryFolder();
  const child = join(import.meta.dirname, 'deliver-child.ts');
  const run = (label: string) =>
    promisify(execFile)(process.execPath, ['--import', 'tsx', child, base, 's001', label, '50']);
  const outputs = await Promise.all(['a', 'b', 'c', 'd'].map(run));
  const ids = outputs.map(({ stdout }) => stdout.trim().split('\n'));
  // Each process delivered one after the other: its names are in order.
  for (const own of ids) expect(own.toSorted()).toEqual(own);
  const files = await filesIn(join(base, 's001/new'));
  expect(files.map(({ name }) => name)).toEqual(ids.flat().toSorted());
  expect(new Set(files.map(({ text }) => text)).size).toBe(200);
  // The order of names is that of the messages in each process.
  for (const label of ['a', 'b', 'c', 'd']) {
    const own = files.map(({ text }) => text).filter((text) => text.startsWith(`Subject: ${label} `));
    expect(own).toEqual(Array.from({ length: 50 }, (_, i) => `Subject: ${label} ${i}\n\n`));
  }
}, 30_000);

it('stores that draw the same names take the next one instead of replacing a message', async () => {
  const base = await temporaryFolder();
  const same = { base, hostname: 'mx', pid: 1, random: () => 7, clock: () => 1_800_000_000_000 };
  const stores = Array.from({ length: 3 }, () => maildir(same));
  await Promise.all(stores.map((store, i) => store.deliver({ message: subject(i), recipients: [to('s001')] })));
  expect((await filesIn(join(base, 's001/new'))).map(({ text }) => text).toSorted()).toEqual(
    [0, 1, 2].map((i) => `Subject: ${i}\n\n`),
  );
  expect(await readdir(join(base, 's001/tmp'))).toEqual([]);
});

it('names of one store sort in the order of delivery though the clock is set back again and again', async () => {
  const base = await temporaryFolder();
  let at = 1_800_000_000_000;
  const store = maildir({
    base,
    clock: () => {
      at -= 3_600_000;
      return at;
    },
  });
  for (let i = 0; i < 20; i += 1) await store.deliver({ message: subject(i), recipients: [to('s001')] });
  const texts = (await filesIn(join(base, 's001/new'))).map(({ text }) => text);
  expect(texts).toEqual(Array.from({ length: 20 }, (_, i) => `Subject: ${i}\n\n`));
});

it('a slow message that began first is named after a quick one that was visible first', async () => {
  const base = await temporaryFolder();
  const store = maildir({ base });
  let go: () => void = () => undefined;
  const gate = new Promise<void>((resolve) => {
    go = resolve;
  });
  const slow = message('Subject: slow\r\n\r\n');
  async function* open(): AsyncIterable<Uint8Array> {
    await gate;
    yield Uint8Array.of(33);
  }
  const first = store.deliver({
    message: { ...slow, body: { kind: 'body', size: 1, bytes: undefined, open } },
    recipients: [to('s001')],
  });
  await store.deliver({ message: subject('quick'), recipients: [to('s001')] });
  go();
  await first;
  expect((await filesIn(join(base, 's001/new'))).map(({ text }) => text)).toEqual([
    'Subject: quick\n\n',
    'Subject: slow\n\n!',
  ]);
});
