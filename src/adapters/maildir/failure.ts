/**
 * From a system error to the port's typed reason. Every fault of the storage is temporary: an operator can
 * free space, mend a mode or mount the disk again, and the peer holds the message until then. Only a mailbox
 * name that can never be a folder is permanent.
 */
import type { DeliveryFailure, DeliveryResult } from '../../ports/mail-store.js';

const REASONS: ReadonlyMap<string, DeliveryFailure> = new Map([
  ['ENOSPC', 'storage-full'],
  ['EDQUOT', 'storage-full'],
  ['EACCES', 'no-permission'],
  ['EPERM', 'no-permission'],
  ['EROFS', 'no-permission'],
  ['ABORTED', 'aborted'],
]);

export type FailedDelivery = Extract<DeliveryResult, { kind: 'failed' }>;

/** The system's code of an error (`ENOSPC`), or the empty string. */
export function codeOf(error: unknown): string {
  const code = typeof error === 'object' && error !== null ? (error as { code?: unknown }).code : undefined;
  return typeof code === 'string' ? code : '';
}

/** A failed delivery for an error met while doing `step` at `path`. */
export function failedBy(mailbox: string, step: string, path: string, error: unknown): FailedDelivery {
  const reason = REASONS.get(codeOf(error)) ?? 'storage-error';
  const message = error instanceof Error ? error.message : String(error);
  return { kind: 'failed', mailbox, reason, temporary: true, why: `${step} ${path}: ${message}` };
}

export function badMailbox(mailbox: string, why: string): FailedDelivery {
  return { kind: 'failed', mailbox, reason: 'bad-mailbox', temporary: false, why };
}

/** What is thrown inside the store when the caller's signal fires before the visible step. */
export function abortedError(): Error {
  return Object.assign(new Error('aborted before the message was made visible'), { code: 'ABORTED' });
}

/** Why a copy of an all-or-none delivery is not made visible. */
export function withheldFor(mailbox: string): Error {
  return Object.assign(new Error(`withheld, because the copy for "${mailbox}" could not be stored`), {
    code: 'ABORTED',
  });
}
