/** Signatures as anybody may write them: any tags in any form, signed over what one of the readings would verify. */
import { createHash, generateKeyPairSync, type KeyObject, sign } from 'node:crypto';
import { mailauth } from '../../../src/adapters/mailauth/index.js';
import { nodeCrypto } from '../../../src/adapters/node-crypto/index.js';
import { arcFinding } from '../../../src/findings/arc.js';
import { dkimFinding } from '../../../src/findings/dkim.js';
import type { DkimVerifier } from '../../../src/ports/dkim-crypto.js';
import { arc } from '../../../src/stages/dkim-arc/arc.js';
import { dkim } from '../../../src/stages/dkim-arc/dkim.js';
import { messageOf } from '../../../src/testing/builders.js';
import type { Zone } from '../../../src/testing/ports/zone.js';
import { zoneResolver } from '../../../src/testing/ports/zone-resolver.js';
import { runStage } from '../../../src/testing/run-stage.js';
import type { Message } from '../../../src/values/message.js';
import { findingsOf, recordOf } from '../../stages/dkim-arc/support.js';

export const versions: readonly { readonly name: string; readonly crypto: DkimVerifier }[] = [
  { name: '7.1.0', crypto: mailauth() },
  { name: '4.13.3', crypto: mailauth({ package: 'mailauth-4' }) },
];
export const reference: DkimVerifier = nodeCrypto();

const rsaKey = (): KeyObject => generateKeyPairSync('rsa', { modulusLength: 1024 }).privateKey;
export const victim: KeyObject = rsaKey();
export const evil: KeyObject = rsaKey();
export const evilEd: KeyObject = generateKeyPairSync('ed25519').privateKey;
export const zone: Zone = {
  's._domainkey.victim.example': { TXT: [recordOf(victim)] },
  's._domainkey.evil.example': { TXT: [recordOf(evil)] },
  't._domainkey.evil.example': { TXT: [recordOf(evil)] },
  'both._domainkey.evil.example': { TXT: [recordOf(evil), recordOf(evilEd)] },
};

export const FIELDS: readonly string[] = ['From: ceo@victim.example', 'Subject: pay'];
export const BODY = 'send money\r\n';

export const hashOf = (body: string): string => createHash('sha256').update(body, 'latin1').digest('base64');
/** The tags that mutations leave alone. */
export const common = (body: string = BODY): string => `v=1; a=rsa-sha256; c=relaxed/relaxed; bh=${hashOf(body)}`;

/** RFC 6376 section 3.4.2. */
export function relaxed(field: string): string {
  const at = field.indexOf(':');
  const text = field
    .slice(at + 1)
    .replace(/\r\n/g, '')
    .replace(/[ \t]+/g, ' ');
  return `${field.slice(0, at).toLowerCase().trim()}:${text.replace(/^ | $/g, '')}`;
}

export function signatureOver(text: string, key: KeyObject): string {
  const octets = Buffer.from(text, 'latin1');
  if (key.asymmetricKeyType === 'rsa') return sign('sha256', octets, key).toString('base64');
  return sign(null, createHash('sha256').update(octets).digest(), key).toString('base64');
}

/** `own` ends where the signature goes. */
export function signedField(own: string, covered: readonly string[], key: KeyObject): string {
  const text = covered.map((field) => `${relaxed(field)}\r\n`).join('') + relaxed(own);
  return own + signatureOver(text, key);
}

export function messageWith(signatures: readonly string[], body: string = BODY): Message {
  return messageOf(Buffer.from(`${[...signatures, ...FIELDS].join('\r\n')}\r\n\r\n${body}`, 'latin1'));
}

const resolver = zoneResolver(zone);

/** What comes of each signature: `result domain`. */
export async function dkimOf(message: Message, crypto: DkimVerifier): Promise<readonly string[]> {
  const { result } = await runStage(dkim({ crypto, resolver }), { message });
  return dkimFinding.in(findingsOf(result))?.signatures.map((one) => `${one.result} ${one.domain}`) ?? [];
}

export async function arcOf(message: Message, crypto: DkimVerifier): Promise<string | undefined> {
  const { result } = await runStage(arc({ crypto, resolver }), { message });
  return arcFinding.in(findingsOf(result))?.result;
}
