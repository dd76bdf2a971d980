import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { beyond } from '../../../src/core/abilities.js';
import { reject } from '../../../src/core/decision.js';
import { prependHeader } from '../../../src/core/edit.js';
import { definePolicy } from '../../../src/core/policy.js';
import { defineStage } from '../../../src/core/stage.js';
import {
  type BatchOptions,
  type BatchResult,
  type BatchSource,
  batchAbilities,
  emlFiles,
  inOrder,
  maildirFolder,
  mboxFile,
  runBatch,
} from '../../../src/servers/batch/index.js';
import { loopDetection } from '../../../src/stages/loop-detection/index.js';
import { mailboxOf, senderOf, sessionOf } from '../../../src/testing/builders.js';
import { concatBytes } from '../../../src/values/bytes.js';
import { makeField } from '../../../src/values/make-field.js';
import { firstField } from '../../../src/values/message.js';
import { reply } from '../../../src/values/reply.js';

let folder = '';
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'batch-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const refuseSpam = defineStage({
  name: 'refuseSpam',
  at: 'message',
  edits: ['prepend-header'],
  run: (tx) =>
    firstField(tx.message, 'Subject')?.value === 'spam'
      ? reject('spam', reply(550, '5.7.1', 'No'))
      : { findings: {}, edits: [prependHeader(makeField('X-Seen', 'yes'))] },
});
const policy = definePolicy({ message: [refuseSpam] });
const envelope = { sender: senderOf('a@x.example'), recipients: [mailboxOf('s001@school.example')] };
const session = () => ({ session: sessionOf(), ...envelope });

async function file(name: string, content: string | Uint8Array): Promise<string> {
  const path = join(folder, name);
  await writeFile(path, content);
  return path;
}

async function all(source: BatchSource, options: Partial<BatchOptions> = {}): Promise<readonly string[]> {
  const out: string[] = [];
  for await (const result of runBatch({ policy, source, session, ...options })) out.push(short(result));
  return out;
}

function short(result: BatchResult): string {
  const { file: path, index } = result.item;
  const name = path.slice(folder.length + 1);
  if (result.kind === 'failed') return `${index} ${name} failed ${result.reason}`;
  return `${index} ${name} ${result.outcome.decision.kind} ${result.facts.size}`;
}

describe('runBatch', () => {
  it('goes through .eml files in order; one that cannot be read does not end it', async () => {
    const paths = [
      await file('a.eml', 'Subject: x\r\n\r\nbody\r\n'),
      join(folder, 'missing.eml'),
      folder,
      await file('b.eml', 'Subject: spam\n\n'),
    ];
    const expected = [
      '1 a.eml continue 20',
      '2 missing.eml failed unreadable',
      '3  failed unreadable',
      '4 b.eml reject 15',
    ];
    expect(await all(emlFiles(paths))).toEqual(expected);
    expect(await all(emlFiles(paths), { concurrency: 3 })).toEqual(expected);
  });

  it('goes through an mbox, sender from its From_ line', async () => {
    const path = await file(
      'box',
      'From a@x.example Thu\nDelivered-To: s001@school.example\nSubject: x\n\n>From me\n\nFrom b@x.example Thu\nSubject: spam\n\n',
    );
    const seen: string[] = [];
    const run = runBatch({ policy, source: mboxFile(path, { format: 'mboxrd' }), session: sessionOf() });
    for await (const result of run) {
      if (result.kind === 'failed') {
        seen.push(`${result.item.offset} ${result.reason}`);
        continue;
      }
      const { sender, recipients } = result.envelope;
      const body = result.outcome.message?.body.bytes;
      seen.push(
        `${result.item.offset} ${sender.kind === 'mailbox' && sender.text} ${recipients[0]?.text} ${new TextDecoder().decode(body)}`,
      );
    }
    expect(seen).toEqual(['0 a@x.example s001@school.example From me\n', '77 no-recipient']);
  });

  it('goes through a Maildir', async () => {
    await mkdir(join(folder, 'new'));
    await mkdir(join(folder, 'cur'));
    await file('new/2.x', 'Subject: spam\n\n');
    await file('cur/1.x:2,S', 'Subject: x\n\n');
    expect(await all(maildirFolder(folder))).toEqual(['1 cur/1.x:2,S continue 12', '2 new/2.x reject 15']);
    expect(await all(maildirFolder(join(folder, 'none')))).toEqual(['1 none failed unreadable']);
  });

  it('names what is no mbox and a header over its limits, and goes on', async () => {
    const large = `From a@x.example y\n${'X: y\n'.repeat(20)}\n\nFrom b@x.example y\nSubject: x\n\n`;
    const sources = inOrder(
      mboxFile(await file('not', 'Subject: x\n\n')),
      mboxFile(await file('large', large)),
      mboxFile(join(folder, 'missing')),
      emlFiles([await file('over.eml', 'X: y\n'.repeat(20))]),
    );
    expect(await all(sources, { spool: { header: { headerFields: 10 } } })).toEqual([
      '1 not failed not-mbox',
      '2 large failed over-limit',
      '3 large continue 11',
      '4 missing failed unreadable',
      '5 over.eml failed over-limit',
    ]);
  });

  it('keeps a large body in a temporary file while the result is looked at', async () => {
    const body = 'x'.repeat(69).concat('\n').repeat(10_000);
    const path = await file('box', `From a@x.example y\nSubject: x\n\n${body}\n`.repeat(2));
    let count = 0;
    let last: AsyncIterable<Uint8Array> | undefined;
    for await (const result of runBatch({ policy, source: mboxFile(path), session })) {
      if (result.kind === 'failed') throw new Error(result.why);
      const opened = result.outcome.message?.body;
      expect(opened?.bytes).toBeUndefined();
      const parts: Uint8Array[] = [];
      for await (const part of opened?.open() ?? []) parts.push(part);
      expect(new TextDecoder().decode(concatBytes(parts))).toBe(body);
      last = opened?.open();
      count++;
    }
    expect(count).toBe(2);
    const reader = last?.[Symbol.asyncIterator]();
    await expect(reader?.next()).rejects.toThrow(/released/);
  });

  it('shows the policy no fields of a final delivery, unless told to keep them', async () => {
    const delivered = 'Return-Path: <a@x.example>\nX-Original-To: a@y.example\nDelivered-To: b@y.example\n';
    const loops = definePolicy({ message: [loopDetection()] });
    const source = () => emlFiles([path]);
    const path = await file('a.eml', `${delivered}Subject: x\nDelivered-To: c@y.example\n\nbody\n`);
    const run = async (options: Partial<BatchOptions>) => {
      const to = { sender: senderOf('<>'), recipients: [mailboxOf('b@y.example')] };
      return all(source(), { policy: loops, session: () => ({ session: sessionOf(), ...to }), ...options });
    };
    expect(await run({})).toEqual(['1 a.eml continue 123']);
    expect(await run({ deliveryFields: 'keep' })).toEqual(['1 a.eml reject 123']);
    for await (const result of runBatch({ policy, source: source(), session: sessionOf() })) {
      const names = result.kind === 'evaluated' ? result.outcome.message?.header.map((one) => one.name) : [];
      expect(names).toEqual(['X-Seen', 'Subject', 'Delivered-To']);
    }
  });

  it('gives rules to the trace when detail is asked for', async () => {
    const seen: boolean[] = [];
    const looks = defineStage({ name: 'looks', at: 'message', run: (_tx, ctx) => void seen.push(ctx.detail) });
    const source = emlFiles([await file('a.eml', 'Subject: x\n\n')]);
    await all(source, { policy: definePolicy({ message: [looks] }), detail: true });
    await all(source, { policy: definePolicy({ message: [looks] }) });
    expect(seen).toEqual([true, false]);
  });

  it('rejects with the reason of its signal, and ends quietly when closed', async () => {
    const paths = [await file('a.eml', 'Subject: x\n\n'), await file('b.eml', 'Subject: x\n\n')];
    const controller = new AbortController();
    const run = runBatch({ policy, source: emlFiles(paths), session, signal: controller.signal, concurrency: 2 });
    const reading = (async () => {
      for await (const _result of run) controller.abort(new Error('enough'));
    })();
    await expect(reading).rejects.toThrow('enough');

    let count = 0;
    const closed = runBatch({ policy, source: emlFiles(paths), session });
    for await (const _result of closed) {
      count++;
      void closed.close();
    }
    expect(count).toBe(1);
    await closed.close();
  });

  it('closes files when the consumer stops early', async () => {
    const path = await file('box', 'From a@x.example y\nSubject: x\n\nbody\n\n'.repeat(1_000));
    for await (const result of runBatch({ policy, source: mboxFile(path), session, concurrency: 4 })) {
      expect(result.kind).toBe('evaluated');
      break;
    }
  });

  it('rejects when the session function throws', async () => {
    const broken = () => {
      throw new Error('no session');
    };
    await expect(all(emlFiles([await file('a.eml', 'Subject: x\n\n')]), { session: broken })).rejects.toThrow(
      'no session',
    );
  });

  it('refuses wrong options', () => {
    const source = emlFiles([]);
    for (const concurrency of [0, 1.5, Number.NaN, 1_001]) {
      expect(() => runBatch({ policy, source, session, concurrency })).toThrow(/concurrency/);
    }
  });

  it('can do all that a policy may ask', () => {
    expect(beyond(policy, batchAbilities)).toEqual([]);
  });
});
