/** Keys, a zone that has them, and messages signed with them. */
import { createPublicKey, generateKeyPairSync, type KeyObject } from 'node:crypto';
import { nodeCrypto } from '../../../src/adapters/node-crypto/index.js';
import { type DkimFinding, dkimFinding } from '../../../src/findings/dkim.js';
import { type DkimOptions, dkim } from '../../../src/stages/dkim-arc/dkim.js';
import { type DkimSignOptions, dkimSign } from '../../../src/stages/dkim-arc/dkim-sign.js';
import type { Zone } from '../../../src/testing/ports/zone.js';
import { zoneResolver } from '../../../src/testing/ports/zone-resolver.js';
import { runStage } from '../../../src/testing/run-stage.js';
import { concatBytes } from '../../../src/values/bytes.js';
import type { HeaderField } from '../../../src/values/header.js';
import { type Message, prependField } from '../../../src/values/message.js';

export const crypto = nodeCrypto();
/** 2026-11-20. */
export const now: Date = new Date('2026-11-20T12:00:00Z');

const pemOf = (key: KeyObject): string => key.export({ type: 'pkcs8', format: 'pem' }).toString();
export const rsaPrivate: KeyObject = generateKeyPairSync('rsa', { modulusLength: 1024 }).privateKey;
export const edPrivate: KeyObject = generateKeyPairSync('ed25519').privateKey;
export const rsaPem: string = pemOf(rsaPrivate);
export const edPem: string = pemOf(edPrivate);

export function recordOf(key: KeyObject, rest = ''): string {
  const spki = createPublicKey(key).export({ type: 'spki', format: 'der' });
  const type = key.asymmetricKeyType;
  return `v=DKIM1; k=${type}; p=${(type === 'rsa' ? spki : spki.subarray(-32)).toString('base64')}${rest}`;
}

export const zone: Zone = {
  'rsa._domainkey.example.com': { TXT: [recordOf(rsaPrivate)] },
  'ed._domainkey.example.com': { TXT: [recordOf(edPrivate)] },
};
export const resolver = zoneResolver(zone);

export const signOptions: DkimSignOptions = { crypto, domain: 'example.com', selector: 'rsa', key: rsaPem };

/** The fields that signing puts on top, the first one topmost. */
export async function signaturesOf(
  message: Message,
  options: Partial<DkimSignOptions> = {},
): Promise<readonly HeaderField[]> {
  const { result } = await runStage(dkimSign({ ...signOptions, ...options }), { message }, { now });
  const { edits = [] } = (result ?? {}) as { readonly edits?: readonly { readonly field: HeaderField }[] };
  return edits.map(({ field }) => field).reverse();
}

export async function signed(message: Message, options: Partial<DkimSignOptions> = {}): Promise<Message> {
  const fields = await signaturesOf(message, options);
  return fields.reduceRight((whole, field) => prependField(whole, field).message, message);
}

/** What a stage gave. */
export function findingsOf(result: unknown): object {
  return (result as { readonly findings?: object } | undefined)?.findings ?? {};
}

export async function verify(message: Message, options: Partial<DkimOptions> = {}): Promise<DkimFinding> {
  const { result } = await runStage(dkim({ crypto, resolver, ...options }), { message }, { now });
  const finding = dkimFinding.in(findingsOf(result));
  if (finding === undefined) throw new Error('no finding');
  return finding;
}

/** The message's octets, as a server would send them. */
export function octetsOf(message: Message): Uint8Array {
  const fields = message.header.map(({ bytes }) => bytes);
  return concatBytes([...fields, message.separator, message.body.bytes ?? new Uint8Array(0)]);
}
