/** The reference store passes the suite, the suite finds broken stores, and the store's own abilities. */
import { describe, expect, it } from 'vitest';
import type { DeliveryRecipient, MailStore } from '../../src/ports/mail-store.js';
import { latin1, message } from '../../src/testing/mail-store/fixtures.js';
import { type MemoryStore, mailStoreConformance, memoryStore } from '../../src/testing/mail-store/index.js';

const read = (store: MemoryStore, mailbox: string) => store.messages(mailbox).map(({ bytes }) => bytes);

describe('memoryStore', () => {
  const count = mailStoreConformance({ test: it, makeStore: () => memoryStore(), read });

  it('was tested by a suite that is not empty', () => {
    expect(count).toBeGreaterThanOrEqual(15);
  });
});

describe('the suite finds', () => {
  type Deliver = MailStore['deliver'];
  const broken: Record<string, (right: MemoryStore) => Deliver> = {
    'a store that stores nothing': () => async (delivery) =>
      delivery.recipients.map(({ mailbox }) => ({ kind: 'stored', mailbox, id: mailbox })),
    'a store that ignores abort': (right) => (delivery) => right.deliver(delivery),
    'a store that drops fields on top': (right) => (delivery, signal) =>
      right.deliver({ ...delivery, recipients: delivery.recipients.map((to) => ({ ...to, prepend: [] })) }, signal),
    'a store that answers in another order': (right) => async (delivery, signal) =>
      [...(await right.deliver(delivery, signal))].reverse(),
    'a store that rejects': (right) => async (delivery, signal) => {
      const results = await right.deliver(delivery, signal);
      if (results.some(({ kind }) => kind === 'failed')) throw new Error('failed');
      return results;
    },
    'a store that gives one id twice': (right) => async (delivery, signal) =>
      (await right.deliver(delivery, signal)).map((r) => (r.kind === 'stored' ? { ...r, id: 'one' } : r)),
  };

  for (const [name, make] of Object.entries(broken)) {
    it(name, async () => {
      const runs: (() => Promise<void>)[] = [];
      const makeStore = () => {
        const right = memoryStore();
        return Object.assign({}, right, { deliver: make(right) });
      };
      mailStoreConformance({ test: (_name, run) => runs.push(run), makeStore, read });
      const outcomes = await Promise.allSettled(runs.map((run) => run()));
      expect(outcomes.filter(({ status }) => status === 'rejected').length).toBeGreaterThan(0);
    });
  }
});

describe('memoryStore alone', () => {
  const to = (mailbox: string): DeliveryRecipient => ({ mailbox, prepend: [] });

  it('can be told to fail for one mailbox', async () => {
    const store = memoryStore({ failing: (mailbox) => (mailbox === 's002' ? 'storage-full' : undefined) });
    const results = await store.deliver({ message: message('A: b\r\n\r\n'), recipients: [to('s001'), to('s002')] });
    expect(results).toMatchObject([
      { kind: 'stored', mailbox: 's001' },
      { kind: 'failed', mailbox: 's002', reason: 'storage-full', temporary: true },
    ]);
    expect(store.mailboxes()).toEqual(['s001']);
  });

  it('shows contents and date, and forgets them', async () => {
    const store = memoryStore();
    const receivedAt = new Date('2026-03-02T08:00:00Z');
    await store.deliver({ message: message('A: b\r\n\r\n'), recipients: [to('s001')], receivedAt });
    const [stored] = store.messages('s001');
    expect(stored && latin1(stored.bytes)).toBe('A: b\n\n');
    expect(stored?.receivedAt).toEqual(receivedAt);
    store.clear();
    expect(store.messages('s001')).toEqual([]);
  });
});
