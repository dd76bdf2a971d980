/**
 * Adds an ARC set (RFC 8617 section 5.1): what was found out here, signed, for those who get the mail from us. It needs the finding of
 * `arc`, and copies the results of our own Authentication-Results field; what later stages change breaks it: put it last.
 */
import type { CannotTellRule } from '../../core/decision.js';
import { prependAll } from '../../core/edit.js';
import { type Context, defineStage, type Stage } from '../../core/stage.js';
import { type ArcFinding, arcFinding } from '../../findings/arc.js';
import type { DkimSigner } from '../../ports/dkim-crypto.js';
import { encodeBase64 } from '../../values/base64.js';
import { ConfigurationError, type Problem } from '../../values/errors.js';
import type { HeaderField } from '../../values/header.js';
import { makeField, sanitiseFieldText } from '../../values/make-field.js';
import { fieldsNamed, type Message } from '../../values/message.js';
import { arcFieldsOf, chainOf, MOST_SETS } from './arc-sets.js';
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

export interface ArcSealOptions extends SigningKeyOptions {
  /** What signs: `nodeCrypto()` of postern/adapters/node-crypto. */
  readonly crypto: DkimSigner;
  /** `d=`. */
  readonly domain: string;
  /** Our name in Authentication-Results (RFC 8601 section 2.5). The results of the fields that we added under it are sealed; without such
   * a field, `none`. */
  readonly authservId: string;
  /** Names of the fields that are signed where the message has them; `DKIM-Signature` is always one. Default `defaultSignedFields`. */
  readonly fields?: readonly string[];
  /** What becomes of a mail that cannot be sealed for want of its body. Default `defer`. */
  readonly cannotTell?: CannotTellRule;
}

export interface ArcSealStage
  extends Stage<{
    readonly name: 'arcSeal';
    readonly at: 'message';
    readonly needs: { readonly arc: ArcFinding };
    readonly uses: Record<never, never>;
    readonly gives: Record<never, never>;
    readonly edits: 'prepend-header';
    readonly accepts: false;
    readonly decides: never;
  }> {}

interface Settings {
  readonly domain: string;
  readonly key: SigningKey;
  readonly fields: readonly string[];
  readonly authservId: string;
}

type SealAsks = { readonly crypto: { readonly port: DkimSigner; readonly cannotTell: CannotTellRule } };

/** Throws ConfigurationError `options` with all problems: names, key, fields. */
export function arcSeal(options: ArcSealOptions): ArcSealStage {
  const { crypto, cannotTell = 'defer' } = options;
  const settings = settingsOf(options);
  return defineStage({
    name: 'arcSeal',
    at: 'message',
    needs: [arcFinding],
    edits: ['prepend-header'],
    asks: { crypto: { port: crypto, cannotTell } },
    run: async ({ message, findings }, ctx) => {
      const place = placeOf(findings.arc);
      const names = signedNames(message, settings.fields, defaultOversignedFields);
      const why = typeof place === 'string' ? place : names === undefined ? 'no From field, or several' : undefined;
      if (typeof place === 'string' || names === undefined) {
        ctx.note({ kind: 'remark', text: `not sealed: ${why}` });
        return undefined;
      }
      return { edits: prependAll(await newSet(message, place, names, settings, ctx)) };
    },
  });
}

function settingsOf({ crypto, selector, key, domain, fields, authservId }: ArcSealOptions): Settings {
  const problems: Problem[] = [];
  const ascii = checkDomain(domain, problems);
  const [checked] = checkKeys(crypto, [{ selector, key }], problems);
  const names = checkFields('fields', [...(fields ?? defaultSignedFields), 'dkim-signature'], problems);
  const problem = (message: string, construct: string): void =>
    void problems.push({ code: 'bad-field', message, construct });
  if (!names.includes('from')) problem('fields: From must be among them', names.join(' '));
  // RFC 8617 section 4.1.2: neither its own kind nor what others remove.
  for (const name of names) {
    if (name.startsWith('arc-') || name === 'authentication-results') problem('fields: ARC never signs it', name);
  }
  if (!/^[A-Za-z0-9._-]+$/.test(authservId)) problem('authservId: a host name is expected', authservId);
  if (problems.length > 0 || checked === undefined) throw new ConfigurationError('options', problems);
  return { domain: ascii, key: checked, fields: names, authservId };
}

interface Place {
  readonly instance: number;
  readonly cv: 'none' | 'pass' | 'fail';
}

/** RFC 8617 section 5.1, steps 2 and 3; a string says why there is none. */
function placeOf({ result, sets, limit }: ArcFinding): Place | string {
  if (result === 'temperror') return 'the chain could not be validated for now';
  if (limit !== undefined) return limit;
  const newest = sets[sets.length - 1];
  if (newest?.chainValidation?.toLowerCase() === 'fail') return 'the newest set says that the chain is broken';
  const instance = (newest?.instance ?? 0) + 1;
  return instance > MOST_SETS ? `the chain has ${MOST_SETS} sets` : { instance, cv: result };
}

async function newSet(
  message: Message,
  { instance, cv }: Place,
  names: readonly string[],
  { domain, key: { selector, key }, authservId }: Settings,
  ctx: Context<SealAsks>,
): Promise<readonly HeaderField[]> {
  const hash = await ctx.ask('crypto', 'bodyHash', { message, form: 'relaxed' });
  if (hash.kind !== 'found') return [];
  const place = { domain, selector, time: String(Math.floor(ctx.now.getTime() / 1000)) };
  const results = makeField('ARC-Authentication-Results', `i=${instance}; ${ownResults(message, authservId)}`, {
    utf8: true,
  });
  const common = [
    ['i', String(instance)],
    ['a', key.algorithm],
    ['d', place.domain],
    ['s', selector],
    ['t', place.time],
  ] as const;
  const sign = (question: { readonly key: typeof key; readonly octets: Uint8Array }) =>
    ctx.ask('crypto', 'sign', question);
  const tags = [...common, ['c', 'relaxed/relaxed'], ['h', names.join(':')], ['bh', encodeBase64(hash.value)]] as const;
  const covered = coveredBy(message, names);
  const own = await signedField({ name: 'ARC-Message-Signature', tags, form: 'relaxed', covered, key }, sign);
  if (own === undefined) return [];
  const sealed = [...(cv === 'pass' ? earlier(message) : []), results, own];
  const sealTags = [...common, ['cv', cv]] as const;
  const seal = await signedField({ name: 'ARC-Seal', tags: sealTags, form: 'relaxed', covered: sealed, key }, sign);
  return seal === undefined ? [] : [seal, own, results];
}

/** The sets that a seal with cv=pass covers; one with cv=fail covers its own alone (RFC 8617 section 5.1.2). */
function earlier(message: Message): readonly HeaderField[] {
  const fields = arcFieldsOf(message.header);
  const chain = fields.length === 0 ? undefined : chainOf(fields);
  if (chain?.kind !== 'chain') return [];
  return chain.sets.flatMap(({ results, message: signature, seal }) => [results, signature, seal]);
}

/** What the Authentication-Results fields that we added say. Those that came from outside count for nothing. */
function ownResults(message: Message, authservId: string): string {
  const own = fieldsNamed(message, 'authentication-results').filter(({ origin, value }) => {
    const [name = ''] = value.split(';', 1);
    return origin === 'added' && name.trim().toLowerCase() === authservId.toLowerCase();
  });
  const results = own
    .map(({ value }) => value.slice(value.indexOf(';') + 1).trim())
    .filter((one) => one !== '' && one !== 'none');
  const text = results.length === 0 ? 'none' : results.join('; ');
  return `${authservId}; ${sanitiseFieldText(text, { maxOctets: 8192 })}`;
}
