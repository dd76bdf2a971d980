/**
 * The reference mail store: mailboxes in memory, contents readable. Keeps the port's promises (two steps, results in the
 * order of recipients, per recipient) and can be told to fail. Keeps nothing but memory; holds messages with LF line ends.
 */
import type {
  Delivery,
  DeliveryFailure,
  DeliveryRecipient,
  DeliveryResult,
  MailStore,
} from '../../ports/mail-store.js';
import { concatBytes } from '../../values/bytes.js';
import { parseMailboxName } from '../../values/mailbox-name.js';
import { copiesOf } from '../../values/store-copy.js';

export interface MemoryStoreOptions {
  /** Asked before each copy is written: a reason makes that recipient's delivery fail. Default: none fails. */
  readonly failing?: (mailbox: string) => DeliveryFailure | undefined;
}

export interface StoredMessage {
  readonly id: string;
  /** Line ends are bare LF; the recipient's fields on top. */
  readonly bytes: Uint8Array;
  readonly receivedAt: Date | undefined;
}

export interface MemoryStore extends MailStore {
  /** The messages of a mailbox in the order of delivery; empty for one that has none. */
  messages(mailbox: string): readonly StoredMessage[];
  /** Mailboxes with at least one message, in the order of their first. */
  mailboxes(): readonly string[];
  clear(): void;
}

type Failed = Extract<DeliveryResult, { kind: 'failed' }>;

interface Copy {
  readonly kind: 'staged';
  readonly mailbox: string;
  readonly bytes: Uint8Array;
}

export function memoryStore(options: MemoryStoreOptions = {}): MemoryStore {
  const boxes = new Map<string, StoredMessage[]>();
  let count = 0;

  function keep({ mailbox, bytes }: Copy, receivedAt: Date | undefined): DeliveryResult {
    count += 1;
    const id = `memory-${count}`;
    const box = boxes.get(mailbox) ?? [];
    box.push({ id, bytes, receivedAt });
    boxes.set(mailbox, box);
    return { kind: 'stored', mailbox, id };
  }

  return {
    async deliver({ message, recipients, receivedAt, allOrNone = false }: Delivery, signal) {
      const contentFor = copiesOf(message);
      const staged: (Copy | Failed)[] = [];
      for (const recipient of recipients) staged.push(await stage(recipient, contentFor, options.failing, signal));
      const withheld = allOrNone && staged.some((copy) => copy.kind === 'failed');
      if (signal?.aborted === true || withheld)
        return staged.map((copy) => (copy.kind === 'failed' ? copy : aborted(copy.mailbox)));
      return staged.map((copy) => (copy.kind === 'failed' ? copy : keep(copy, receivedAt)));
    },
    messages: (mailbox) => [...(boxes.get(mailbox) ?? [])],
    mailboxes: () => [...boxes.keys()],
    clear: () => boxes.clear(),
  };
}

async function stage(
  { mailbox, prepend }: DeliveryRecipient,
  contentFor: ReturnType<typeof copiesOf>,
  failing: MemoryStoreOptions['failing'],
  signal: AbortSignal | undefined,
): Promise<Copy | Failed> {
  const name = parseMailboxName(mailbox);
  if (name.kind === 'malformed') return failed(mailbox, 'bad-mailbox', name.why);
  if (signal?.aborted === true) return aborted(mailbox);
  const reason = failing?.(mailbox);
  if (reason !== undefined) return failed(mailbox, reason, `told to fail with ${reason}`);
  try {
    const parts: Uint8Array[] = [];
    // Copied: a stream may use one buffer for all of its chunks.
    for await (const part of contentFor(prepend)) parts.push(part.slice());
    return { kind: 'staged', mailbox, bytes: concatBytes(parts) };
  } catch (error) {
    return failed(mailbox, 'storage-error', error instanceof Error ? error.message : String(error));
  }
}

function aborted(mailbox: string): Failed {
  return failed(mailbox, 'aborted', 'aborted before the message was made visible');
}

function failed(mailbox: string, reason: DeliveryFailure, why: string): Failed {
  return { kind: 'failed', mailbox, reason, temporary: reason !== 'bad-mailbox', why };
}
