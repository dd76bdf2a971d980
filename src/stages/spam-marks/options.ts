/** What `spamMarks` can be told: which fields, the tag, and what is done above which number of points. All problems at once. */
import type { Recipient } from '../../core/transaction.js';
import type { Mailbox } from '../../values/address.js';
import { isControl } from '../../values/characters.js';
import { ConfigurationError, type Problem } from '../../values/errors.js';
import { reply } from '../../values/reply.js';

/** Points; a function is asked for each recipient and makes it a stage of the deliver list. */
export type Threshold = number | ((recipient: Recipient) => number);

export type SpamField = 'flag' | 'status' | 'level' | 'score';

export interface SpamAction {
  /** The points from which it is done. */
  readonly from: Threshold;
}

export interface SpamMarksOptions {
  /** From how many points on a message is spam. Default: what the scorer says, or 5. */
  readonly required?: Threshold;
  /** Which of X-Spam-Flag, -Status, -Level and -Score are written. Default: all. */
  readonly fields?: readonly SpamField[];
  /** Write the points of each rule in X-Spam-Status: `tests=[A=1.2,B=0.1]`. Default false: names alone. */
  readonly points?: boolean;
  /** Put in front of the subject of spam, where it does not begin so already: `***SPAM*** `. Default: the subject stays. */
  readonly subjectTag?: string;
  /** Refuse. `text`: what the peer is told. */
  readonly reject?: SpamAction & { readonly text?: string };
  /** Keep in the quarantine of the server instead of delivering. */
  readonly quarantine?: SpamAction;
  /** Send to this address instead of to the recipients. */
  readonly redirect?: SpamAction & { readonly to: Mailbox };
  /** Take the message and lose it. */
  readonly discard?: SpamAction;
}

export type ActionName = 'reject' | 'quarantine' | 'redirect' | 'discard';
export const actionNames: readonly ActionName[] = ['reject', 'quarantine', 'redirect', 'discard'];

export const spamFields: readonly SpamField[] = ['flag', 'status', 'level', 'score'];

const names: ReadonlySet<string> = new Set(['required', 'fields', 'points', 'subjectTag', ...actionNames]);

/** Octets of a tag: the longest that leaves room for a subject in the line. */
const TAG_LIMIT = 100;

/** Throws ConfigurationError (code `options`; problems `no-such-option`, `bad-option`). */
export function checkSpamMarks(options: SpamMarksOptions): void {
  if (typeof options !== 'object' || options === null || Array.isArray(options)) {
    throw new ConfigurationError('options', [wrong('its argument', 'is an object of options')]);
  }
  const problems = [
    ...Object.keys(options).flatMap((name) => (names.has(name) ? [] : [noSuchOption(name)])),
    ...thresholdProblems('required', options.required),
    ...fieldProblems(options.fields),
    ...(options.points === undefined || typeof options.points === 'boolean'
      ? []
      : [wrong('points', 'is true or false')]),
    ...tagProblems(options.subjectTag),
    ...actionNames.flatMap((name) => actionProblems(name, options)),
  ];
  if (problems.length > 0) throw new ConfigurationError('options', problems);
}

function fieldProblems(fields: readonly SpamField[] | undefined): readonly Problem[] {
  const good = fields === undefined || (Array.isArray(fields) && fields.every((name) => spamFields.includes(name)));
  return good ? [] : [wrong('fields', `has members of ${spamFields.join(', ')}`)];
}

/** True when some threshold is asked for each recipient. */
export function isPerRecipient(options: SpamMarksOptions): boolean {
  return [options.required, ...actionNames.map((name) => options[name]?.from)].some((one) => typeof one === 'function');
}

function thresholdProblems(name: string, value: Threshold | undefined): readonly Problem[] {
  const good =
    value === undefined || typeof value === 'function' || (typeof value === 'number' && Number.isFinite(value));
  return good ? [] : [wrong(name, 'is a number of points')];
}

function actionProblems(name: ActionName, options: SpamMarksOptions): readonly Problem[] {
  const action = options[name];
  if (action === undefined) return [];
  const { from } = action ?? {};
  if (from === undefined) return [wrong(name, 'says from how many points: { from: 15 }')];
  const { required } = options;
  const below = typeof from === 'number' && typeof required === 'number' && from < required;
  const same = actionNames.find((other) => other < name && options[other]?.from === from && typeof from === 'number');
  const known: readonly string[] = ['from', ...(name === 'reject' ? ['text'] : name === 'redirect' ? ['to'] : [])];
  const strange = Object.keys(action).filter((key) => !known.includes(key));
  return [
    ...strange.map((key) => noSuchOption(`${name}.${key}`)),
    ...thresholdProblems(`${name}.from`, from),
    ...(below ? [wrong(`${name}.from`, `is not below required (${required})`)] : []),
    ...(same === undefined ? [] : [wrong(`${name}.from`, `is not that of ${same} too`)]),
    ...(name === 'redirect' && !isMailbox(options.redirect?.to) ? [wrong('redirect', 'names a mailbox: to')] : []),
    ...(name === 'reject' ? textProblems(options.reject?.text) : []),
  ];
}

function isMailbox(value: unknown): boolean {
  return typeof value === 'object' && value !== null && (value as { readonly kind?: unknown }).kind === 'mailbox';
}

/** What a reply cannot say is told now, not with the first spam. */
function textProblems(text: string | undefined): readonly Problem[] {
  if (text === undefined) return [];
  try {
    reply(550, '5.7.1', text);
    return [];
  } catch (error) {
    return [wrong('reject.text', `is a reply: ${error instanceof Error ? error.message : String(error)}`)];
  }
}

function tagProblems(tag: string | undefined): readonly Problem[] {
  if (tag === undefined) return [];
  if (typeof tag !== 'string') return [wrong('subjectTag', 'is a text')];
  const hasControl = [...tag].some((character) => isControl(character.charCodeAt(0)));
  if (tag.trim() !== '' && tag.length <= TAG_LIMIT && !hasControl) return [];
  return [wrong('subjectTag', `is a text of at most ${TAG_LIMIT} characters without line ends`)];
}

function noSuchOption(name: string): Problem {
  const message = `spamMarks: there is no option "${name}": ${[...names].join(', ')}`;
  return { code: 'no-such-option', message, construct: name };
}

function wrong(name: string, expected: string): Problem {
  return { code: 'bad-option', message: `spamMarks: ${name} ${expected}`, construct: name };
}
