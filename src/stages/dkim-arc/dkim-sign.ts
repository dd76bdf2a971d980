/**
 * Signs with DKIM (RFC 6376 section 5): one DKIM-Signature field for each key, on top of the header. What later stages change breaks
 * it (bodies, signed fields, and what is oversigned): put it last, at `message` or at `deliver`. Lengths (`l=`) are never signed.
 */
import type { CannotTellRule } from '../../core/decision.js';
import { prependAll } from '../../core/edit.js';
import { type Context, defineStage, type Stage } from '../../core/stage.js';
import type { DkimSigner } from '../../ports/dkim-crypto.js';
import { encodeBase64 } from '../../values/base64.js';
import type { Canonicalization } from '../../values/dkim/canonical-header.js';
import { isSubdomain, parseDomain } from '../../values/domain.js';
import { ConfigurationError, type Problem } from '../../values/errors.js';
import type { HeaderField } from '../../values/header.js';
import type { Message } from '../../values/message.js';
import {
  checkDomain,
  checkFields,
  checkKeys,
  coveredBy,
  defaultOversignedFields,
  defaultSignedFields,
  type SigningKey,
  type SigningKeyOptions,
  signedField,
  signedNames,
} from './signing.js';

export interface DkimSignOptions extends SigningKeyOptions {
  /** What signs: `nodeCrypto()` of postern/adapters/node-crypto. */
  readonly crypto: DkimSigner;
  /** `d=`, the domain that takes responsibility. */
  readonly domain: string;
  /** Further keys of the same domain: an Ed25519 key beside an RSA key (RFC 8463). */
  readonly also?: readonly SigningKeyOptions[];
  /** Names of the fields that are signed where the message has them. `From` must be among them. Default `defaultSignedFields`. */
  readonly fields?: readonly string[];
  /** Of these, those of which no further one may be added. Default: those of `defaultOversignedFields` that `fields` has. */
  readonly oversign?: readonly string[];
  /** `c=` of the header and of the body. Default `relaxed` for both. */
  readonly canonicalization?: { readonly header?: Canonicalization; readonly body?: Canonicalization };
  /** `i=`: `user@domain` or `@sub.domain`, within `domain`. Default: not written. */
  readonly identity?: string;
  /** Seconds until the signature expires (`x=`). Default: never. */
  readonly expiresIn?: number;
  /** What becomes of a mail that cannot be signed for want of its body. Default `defer`. */
  readonly cannotTell?: CannotTellRule;
}

export interface DkimSignStage
  extends Stage<{
    readonly name: 'dkimSign';
    readonly at: 'message';
    readonly needs: Record<never, never>;
    readonly uses: Record<never, never>;
    readonly gives: Record<never, never>;
    readonly edits: 'prepend-header';
    readonly accepts: false;
    readonly decides: never;
  }> {}

interface Settings {
  readonly domain: string;
  readonly keys: readonly SigningKey[];
  readonly fields: readonly string[];
  readonly oversign: readonly string[];
  readonly header: Canonicalization;
  readonly body: Canonicalization;
  readonly identity: string | undefined;
  readonly expiresIn: number | undefined;
}

type SignAsks = { readonly crypto: { readonly port: DkimSigner; readonly cannotTell: CannotTellRule } };

/** Throws ConfigurationError `options` with all problems: names, keys, fields. A message without exactly one From field is not signed. */
export function dkimSign(options: DkimSignOptions): DkimSignStage {
  const { crypto, cannotTell = 'defer' } = options;
  const settings = settingsOf(options);
  return defineStage({
    name: 'dkimSign',
    at: 'message',
    edits: ['prepend-header'],
    asks: { crypto: { port: crypto, cannotTell } },
    run: async ({ message }, ctx) => {
      const names = signedNames(message, settings.fields, settings.oversign);
      if (names === undefined) {
        ctx.note({ kind: 'remark', text: 'not signed: no From field, several, or too many fields to sign' });
        return undefined;
      }
      return { edits: prependAll(await signatures(message, names, settings, ctx)) };
    },
  });
}

function settingsOf(options: DkimSignOptions): Settings {
  const { crypto, selector, key, also = [], fields = defaultSignedFields, identity, expiresIn } = options;
  const problems: Problem[] = [];
  const domain = checkDomain(options.domain, problems);
  const keys = checkKeys(crypto, [{ selector, key }, ...also], problems);
  const names = checkFields('fields', fields, problems);
  const oversign = checkFields('oversign', options.oversign ?? defaultOversignedFields, problems);
  const problem = (code: string, message: string, construct: string): void =>
    void problems.push({ code, message, construct });
  // RFC 6376 section 5.4: From must be signed.
  if (!names.includes('from')) problem('bad-field', 'fields: From must be among them', names.join(' '));
  for (const name of options.oversign ?? []) {
    if (!names.includes(name.toLowerCase())) problem('bad-field', 'oversign: it is not among fields', name);
  }
  if (identity !== undefined && !isIdentity(identity, domain)) {
    problem('bad-identity', `identity: an address within ${domain} is expected`, identity);
  }
  if (expiresIn !== undefined && (!Number.isSafeInteger(expiresIn) || expiresIn < 1)) {
    problem('bad-option', 'expiresIn is a whole number of seconds above 0', String(expiresIn));
  }
  for (const [part, form] of Object.entries(options.canonicalization ?? {})) {
    if (form !== undefined && form !== 'simple' && form !== 'relaxed') {
      problem('bad-option', `canonicalization.${part} is simple or relaxed`, String(form));
    }
  }
  if (problems.length > 0) throw new ConfigurationError('options', problems);
  const { header = 'relaxed', body = 'relaxed' } = options.canonicalization ?? {};
  return { domain, keys, fields: names, oversign, header, body, identity, expiresIn };
}

function isIdentity(identity: string, domain: string): boolean {
  const at = identity.lastIndexOf('@');
  const [own, given] = [parseDomain(domain), parseDomain(identity.slice(at + 1))];
  if (at === -1 || own.kind === 'malformed' || given.kind === 'malformed') return false;
  const within = given.value.ascii === own.value.ascii || isSubdomain(given.value, own.value);
  // What dkim-quoted-printable (RFC 6376 section 2.11) would have to encode is not taken.
  return within && /^[\x21-\x3a\x3c\x3e-\x7e]*$/.test(identity.slice(0, at)) && /^[\x21-\x7e]+$/.test(identity);
}

async function signatures(
  message: Message,
  names: readonly string[],
  settings: Settings,
  ctx: Context<SignAsks>,
): Promise<readonly HeaderField[]> {
  const hash = await ctx.ask('crypto', 'bodyHash', { message, form: settings.body });
  if (hash.kind !== 'found') return [];
  const covered = coveredBy(message, names);
  const fields: HeaderField[] = [];
  for (const { selector, key } of settings.keys) {
    const tags = tagsOf(settings, { selector, key }, names, hash.value, ctx.now);
    const toSign = { name: 'DKIM-Signature', tags, form: settings.header, covered, key };
    const field = await signedField(toSign, (question) => ctx.ask('crypto', 'sign', question));
    if (field !== undefined) fields.push(field);
  }
  return fields;
}

function tagsOf(
  { domain, header, body, identity, expiresIn }: Settings,
  { selector, key }: SigningKey,
  names: readonly string[],
  bodyHash: Uint8Array,
  now: Date,
): readonly (readonly [string, string])[] {
  const time = Math.floor(now.getTime() / 1000);
  return [
    ['v', '1'],
    ['a', key.algorithm],
    ['c', `${header}/${body}`],
    ['d', domain],
    ['s', selector],
    ['t', String(time)],
    ...(expiresIn === undefined ? [] : [['x', String(time + expiresIn)] as const]),
    ...(identity === undefined ? [] : [['i', identity] as const]),
    ['h', names.join(':')],
    ['bh', encodeBase64(bodyHash)],
  ];
}
