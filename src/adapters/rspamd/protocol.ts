/**
 * What `/checkv2` of rspamd is told and says (rspamd's documentation, "HTTP protocol"): the envelope as header fields, a reply in JSON.
 * Values to values; no socket. Strict with replies: one without action and points is no verdict.
 */
import type { SpamHit } from '../../findings/spam.js';
import type { ScorerQuestion, ScorerVerdict } from '../../ports/scorer.js';
import { decodeLatin1, decodeUtf8, encodeUtf8 } from '../../values/bytes.js';
import { isControl } from '../../values/characters.js';
import { malformed, type Parsed, parsed } from '../../values/parsed.js';

/** Recipients that rspamd is told: its parser has a limit of its own. */
export const RECIPIENTS = 100;
const VALUE_LIMIT = 1000;

/** One line each, octets as Latin-1; fields with nothing to say are left out. */
export function envelopeFields(question: ScorerQuestion): Readonly<Record<string, string | readonly string[]>> {
  const { sender, recipients, client, helo, login } = question;
  return {
    From: fieldText(sender === '' ? '<>' : sender),
    ...(recipients.length > 0 && { Rcpt: recipients.slice(0, RECIPIENTS).map(fieldText) }),
    ...(client?.ip !== undefined && { Ip: client.ip.text }),
    ...(client?.name !== undefined && { Hostname: fieldText(client.name) }),
    ...(helo !== undefined && helo !== '' && { Helo: fieldText(helo) }),
    ...(login !== undefined && login !== '' && { User: fieldText(login) }),
  };
}

/** No text becomes a second field: each control becomes `?`. */
function fieldText(text: string): string {
  let out = '';
  for (const character of decodeLatin1(encodeUtf8(text)).slice(0, VALUE_LIMIT)) {
    out += isControl(character.charCodeAt(0)) && character.charCodeAt(0) < 0x80 ? '?' : character;
  }
  return out.trim();
}

/** Rules of one verdict. */
const HITS = 2000;

/** `incomplete` is for the caller to fill: what was not sent. */
export function readVerdict(body: Uint8Array): Parsed<ScorerVerdict> {
  const reply = readObject(body);
  if (reply === undefined) return malformed('its reply is no JSON object');
  const { score, required_score: required, action, symbols, is_skipped: skipped } = reply;
  if (typeof action !== 'string' || action === '') return malformed('its reply has no action');
  if (!isPoints(score)) return malformed('its reply has no score');
  // It did not look: for the sender or the settings. With another action, something decided before the rules.
  if (skipped === true && action === 'no action') return malformed('it has skipped the message');
  const hits = hitsOf(symbols);
  if (hits === undefined) return malformed('its reply has no symbols');
  const incomplete = skipped === true ? ['rspamd has decided before its rules ran'] : [];
  return parsed({ score, required: isPoints(required) ? required : undefined, hits, advice: word(action), incomplete });
}

type Unread = { readonly [name: string]: unknown };

function readObject(body: Uint8Array): Unread | undefined {
  try {
    const value: unknown = JSON.parse(decodeUtf8(body) ?? decodeLatin1(body));
    return isObject(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

function isObject(value: unknown): value is Unread {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isPoints(value: unknown): value is number {
  return typeof value === 'number' && Number.isFinite(value) && Math.abs(value) < 1e9;
}

function hitsOf(symbols: unknown): readonly SpamHit[] | undefined {
  if (!isObject(symbols)) return undefined;
  return Object.entries(symbols)
    .slice(0, HITS)
    .map(([name, symbol]): SpamHit => {
      const { score, description } = isObject(symbol) ? symbol : ({} as Unread);
      return {
        name: word(name),
        score: isPoints(score) ? score : undefined,
        description: typeof description === 'string' ? word(description) : undefined,
      };
    });
}

/** One line of at most 200 characters. */
function word(text: string): string {
  let out = '';
  for (const character of text.slice(0, 200)) out += isControl(character.charCodeAt(0)) ? '?' : character;
  return out;
}
