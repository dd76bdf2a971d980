/**
 * A mail store of Maildirs: base/mailbox/{tmp,new,cur} (cr.yp.to/proto/maildir.html). A delivery has two steps: every
 * recipient's copy is written to tmp/ and synced; then each gets its name in new/ and the directory is synced. A
 * recipient who fails in either step (a full quota) does not keep the others from their mail: results are per recipient.
 * Names carry `,S=` with the exact size. Not here: Maildir++ quota, flags, moving mail to cur/.
 */
import { randomInt } from 'node:crypto';
import { hostname as systemHostname } from 'node:os';
import { resolve } from 'node:path';
import type { Delivery, DeliveryRecipient, DeliveryResult, MailStore } from '../../ports/mail-store.js';
import { ConfigurationError, type Problem } from '../../values/errors.js';
import { parseMailboxName } from '../../values/mailbox-name.js';
import { type CopyContent, copiesOf } from '../../values/store-copy.js';
import { type CleanOptions, type CleanReport, cleanBelow } from './clean.js';
import { makeVisible } from './commit.js';
import { directorySync } from './directory-sync.js';
import { abortedError, badMailbox, type FailedDelivery, failedBy, withheldFor } from './failure.js';
import { type MaildirFileSystem, nodeFileSystem } from './file-system.js';
import { folders } from './folders.js';
import { nameSource, wallClock } from './names.js';
import { type StagedCopy, type StoreParts, stageCopy, unlinkQuietly } from './staging.js';

export interface MaildirOptions {
  /** The folder that holds the mailboxes; may be a symbolic link. A relative path is resolved once, at construction. */
  readonly base: string;
  /** Makes `base` when it is missing. Default false: a missing base mostly is a disk that is not mounted. */
  readonly createBase?: boolean;
  /** Mode of message files, exact whatever the umask. Default 0o600. */
  readonly fileMode?: number;
  /** Mode of folders made here, exact whatever the umask. Default 0o700; for group inheritance give the set-group-ID bit too. */
  readonly directoryMode?: number;
  /** The last part of file names. Default: the system's host name. */
  readonly hostname?: string;
  /** Process number in file names. Default: this process's. */
  readonly pid?: number;
  /** Milliseconds since 1970, with a fraction where it has one. Default: the system's clock. */
  readonly clock?: () => number;
  /** 32 random bits as a whole number, asked once. Default: the system's. */
  readonly random?: () => number;
  /** Default: `node:fs/promises`. */
  readonly fileSystem?: MaildirFileSystem;
}

export interface MaildirStore extends MailStore, AsyncDisposable {
  /** For the start of a server: makes the base where that is wanted, and writes a file into it. Rejects with the system's
   * error where nothing could be stored. */
  probe(): Promise<void>;
  /** Removes old files from every tmp/ below the base. Call it at start and then daily; ends early when aborted. */
  cleanTmp(options?: CleanOptions): Promise<CleanReport>;
  /** Waits for deliveries under way; later ones answer `storage-error`, temporary. */
  close(): Promise<void>;
}

/** Copies of one delivery worked on at once: twice the default thread pool, so that syncs overlap. */
const AT_ONCE = 8;
const THIRTY_SIX_HOURS = 36 * 3600;

/** A Maildir store below `options.base`. Throws a ConfigurationError (code `maildir`) for wrong options; touches no file. */
export function maildir(options: MaildirOptions | string): MaildirStore {
  const given = typeof options === 'string' ? { base: options } : options;
  check(given);
  const clock = given.clock ?? wallClock();
  const parts = assemble(given, clock);
  const underWay = new Set<Promise<unknown>>();
  let closed = false;

  async function close(): Promise<void> {
    closed = true;
    await Promise.allSettled([...underWay]);
  }

  return {
    async deliver(delivery, signal) {
      if (closed) return delivery.recipients.map(({ mailbox }) => closedStore(mailbox, parts.base));
      const delivering = deliverAll(parts, delivery, signal);
      underWay.add(delivering);
      return delivering.finally(() => underWay.delete(delivering));
    },
    probe: () => parts.folders.probe(`.probe-${parts.name()}`),
    cleanTmp({ olderThanSeconds = THIRTY_SIX_HOURS, signal } = {}) {
      return cleanBelow(parts.fileSystem, parts.base, clock() - olderThanSeconds * 1000, signal);
    },
    close,
    [Symbol.asyncDispose]: close,
  };
}

function assemble(options: MaildirOptions, clock: () => number): StoreParts {
  const { fileSystem = nodeFileSystem, createBase = false, directoryMode = 0o700, fileMode = 0o600 } = options;
  const base = resolve(options.base);
  const sync = directorySync(fileSystem);
  const name = nameSource({
    hostname: options.hostname ?? systemHostname(),
    pid: options.pid ?? process.pid,
    instance: options.random?.() ?? randomInt(2 ** 32),
    clock,
  });
  return {
    base,
    fileMode,
    fileSystem,
    sync,
    name,
    folders: folders({ base, directoryMode, createBase, fileSystem, sync }),
  };
}

async function deliverAll(
  parts: StoreParts,
  { message, recipients, receivedAt, allOrNone = false }: Delivery,
  signal: AbortSignal | undefined,
): Promise<readonly DeliveryResult[]> {
  const contentFor = copiesOf(message);
  const staged = await mapLimited(recipients, (recipient) => stage(parts, recipient, contentFor, signal));
  // The last moment to be aborted: from here on messages become visible, and each is seen through.
  if (signal?.aborted === true) return mapLimited(staged, (copy) => withdraw(parts, copy, abortedError()));
  const failure = allOrNone ? staged.find((copy) => copy.kind === 'failed') : undefined;
  if (failure?.kind === 'failed')
    return mapLimited(staged, (copy) => withdraw(parts, copy, withheldFor(failure.mailbox)));
  return mapLimited(staged, (copy) => (copy.kind === 'failed' ? copy : makeVisible(parts, copy, receivedAt)));
}

function stage(
  parts: StoreParts,
  { mailbox, prepend }: DeliveryRecipient,
  contentFor: (prepend: DeliveryRecipient['prepend']) => CopyContent,
  signal: AbortSignal | undefined,
): Promise<StagedCopy | FailedDelivery> | FailedDelivery {
  const segments = parseMailboxName(mailbox);
  if (segments.kind === 'malformed') return badMailbox(mailbox, segments.why);
  return stageCopy(parts, { mailbox, segments: segments.value }, () => contentFor(prepend), signal);
}

async function withdraw(parts: StoreParts, copy: StagedCopy | FailedDelivery, why: Error): Promise<FailedDelivery> {
  if (copy.kind === 'failed') return copy;
  await unlinkQuietly(parts.fileSystem, copy.temporary);
  return failedBy(copy.mailbox, 'withdrawing', copy.temporary, why);
}

function closedStore(mailbox: string, base: string): FailedDelivery {
  return failedBy(mailbox, 'delivering below', base, new Error('the store is closed'));
}

/** As `Promise.all` over `map`, in order, with at most AT_ONCE under way. */
async function mapLimited<T, R>(items: readonly T[], use: (item: T) => Promise<R> | R): Promise<readonly R[]> {
  const results = new Array<R>(items.length);
  const pending = items.entries();
  const work = async () => {
    for (const [index, item] of pending) results[index] = await use(item);
  };
  await Promise.all(Array.from({ length: Math.min(AT_ONCE, items.length) }, work));
  return results;
}

function check(options: MaildirOptions): void {
  const problems: Problem[] = [];
  const wrong = (message: string, construct: string) => problems.push({ code: 'bad-option', message, construct });
  const { base, fileMode = 0o600, directoryMode = 0o700, hostname = 'h', pid = 1 } = options;
  if (typeof base !== 'string' || base === '' || base.includes('\0')) {
    wrong('maildir: "base" must be the path of a folder', String(base));
  }
  if (!isMode(fileMode, 0o600)) wrong('maildir: "fileMode" must let the owner read and write (0o600)', octal(fileMode));
  if (!isMode(directoryMode, 0o700)) wrong('maildir: "directoryMode" must give the owner 0o700', octal(directoryMode));
  if (hostname === '') wrong('maildir: "hostname" must not be empty', '""');
  if (!Number.isSafeInteger(pid) || pid < 0) wrong('maildir: "pid" must be a whole number', String(pid));
  if (problems.length > 0) throw new ConfigurationError('maildir', problems);
}

function isMode(mode: number, needed: number): boolean {
  return Number.isInteger(mode) && mode >= 0 && mode <= 0o7777 && (mode & needed) === needed;
}

function octal(mode: number): string {
  return `0o${mode.toString(8)}`;
}
