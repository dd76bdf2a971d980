/**
 * One line that defines a rule (Mail::SpamAssassin::Conf(3), "RULE DEFINITIONS"): `header NAME From =~ /x/`, `body NAME /x/`,
 * `meta NAME A && B`, with those that plugins bring, `mimeheader`, `uri_detail` and `askdns`.
 */
import { askDnsTest } from './ask-dns-test.js';
import { readEvalCall } from './eval-call.js';
import { namesIn, readExpression } from './expression.js';
import { readPattern } from './pattern-source.js';
import type { EvalTest, HeaderTarget, PatternSource, RuleTest, UriCondition } from './rule.js';

export type DefinitionKeyword =
  | 'header'
  | 'body'
  | 'rawbody'
  | 'full'
  | 'uri'
  | 'mimeheader'
  | 'uri_detail'
  | 'askdns'
  | 'meta';

export type DefinitionRead =
  | { readonly kind: 'definition'; readonly name: string; readonly test: RuleTest }
  | { readonly kind: 'malformed'; readonly why: string };

const NAME_LIMIT = 100;

export function isRuleName(name: string): boolean {
  return name.length <= NAME_LIMIT && /^[A-Za-z_]\w*$/.test(name);
}

/** Functions inside of meta rules. */
const metaCalls: ReadonlySet<string> = new Set(['rules_matching']);

export function readDefinition(keyword: DefinitionKeyword, value: string): DefinitionRead {
  const [, name = '', rest = ''] = /^(\S+)\s*(.*)$/s.exec(value) ?? [];
  if (!isRuleName(name)) {
    return malformed(
      `a name of letters, digits and _ is expected after ${keyword}, of at most ${NAME_LIMIT} characters`,
    );
  }
  if (rest === '') return malformed(`${keyword} ${name}: what to look for is missing`);
  const test = testOf(keyword, rest);
  return typeof test === 'string' ? malformed(`${name}: ${test}`) : { kind: 'definition', name, test };
}

function malformed(why: string): DefinitionRead {
  return { kind: 'malformed', why };
}

/** A text says what is wrong. */
function testOf(keyword: DefinitionKeyword, text: string): RuleTest | string {
  switch (keyword) {
    case 'header':
      return /^(?:rbl)?eval:/.test(text) ? evalTest('header', text.slice(text.indexOf(':') + 1)) : headerTest(text);
    case 'body':
    case 'rawbody':
    case 'full':
      return text.startsWith('eval:') ? evalTest(keyword, text.slice('eval:'.length)) : plainTest(keyword, text);
    case 'uri':
      return plainTest('uri', text);
    case 'mimeheader':
      return mimeHeaderTest(text);
    case 'uri_detail':
      return uriDetailTest(text);
    case 'askdns':
      return askDnsTest(text);
    case 'meta':
      return metaTest(text);
  }
}

function evalTest(on: EvalTest['on'], text: string): RuleTest | string {
  const read = readEvalCall(text);
  return read.kind === 'malformed' ? read.why : { kind: 'eval', on, call: read.call, args: read.args };
}

function plainTest(kind: 'body' | 'rawbody' | 'full' | 'uri', text: string): RuleTest | string {
  const read = readPattern(text);
  return read.kind === 'malformed' ? read.why : { kind, pattern: read.pattern };
}

function headerTest(text: string): RuleTest | string {
  const exists = /^exists:([\w.-]+):?$/.exec(text);
  if (exists !== null) return { kind: 'header-exists', name: exists[1] as string };
  const read = comparison(text, /^([\w.-]+)((?::[a-z]+){0,2}):?\s*([=!]~)\s*(?=\S)/);
  return typeof read === 'string' ? read : { kind: 'header', ...read };
}

function mimeHeaderTest(text: string): RuleTest | string {
  const read = comparison(text, /^([^:\s]+)((?::raw)?):?\s*([=!]~)\s*(?=\S)/);
  return typeof read === 'string' ? read : { kind: 'mimeheader', ...read };
}

interface Comparison {
  readonly target: HeaderTarget;
  readonly pattern: PatternSource;
  readonly negated: boolean;
  readonly ifUnset: string | undefined;
}

const modifiersKnown: ReadonlySet<string> = new Set([
  'raw',
  'addr',
  'name',
  'host',
  'domain',
  'ip',
  'revip',
  'first',
  'last',
]);

function comparison(text: string, head: RegExp): Comparison | string {
  const match = head.exec(text);
  if (match === null) return 'a field name, =~ or !~, and a pattern are expected, or exists:Name, or eval:name()';
  const [whole, name = '', after = '', operator] = match;
  const modifiers = after.split(':').filter((one) => one !== '');
  const unknown = modifiers.find((one) => !modifiersKnown.has(one));
  if (unknown !== undefined) return `:${unknown} is no part of a field; known are :${[...modifiersKnown].join(' :')}`;
  const { pattern: written, ifUnset } = withoutIfUnset(text.slice(whole.length));
  const read = readPattern(written);
  if (read.kind === 'malformed') return read.why;
  return { target: { name, modifiers }, pattern: read.pattern, negated: operator === '!~', ifUnset };
}

/** `/x/ [if-unset: text]`. */
function withoutIfUnset(text: string): { readonly pattern: string; readonly ifUnset: string | undefined } {
  const at = text.endsWith(']') ? text.lastIndexOf('[if-unset:') : -1;
  if (at < 1 || !/\s/.test(text[at - 1] as string)) return { pattern: text, ifUnset: undefined };
  return { pattern: text.slice(0, at).trimEnd(), ifUnset: text.slice(at + '[if-unset:'.length, -1).trimStart() };
}

const uriKeys: ReadonlySet<string> = new Set(['raw', 'type', 'cleaned', 'text', 'domain', 'host']);
const uriCondition =
  /\s*(\w+)\s*([=!]~)\s*((?:\/(?:[^\\/]|\\.)*\/|m([^\w\s\\])(?:(?!\4)[^\\]|\\.)*\4)[imsx]*)(?=\s|$)/y;

function uriDetailTest(text: string): RuleTest | string {
  const conditions = new Map<string, UriCondition>();
  uriCondition.lastIndex = 0;
  while (uriCondition.lastIndex < text.length) {
    const match = uriCondition.exec(text);
    if (match === null) return 'key =~ /pattern/ is expected, once or more';
    const [, key = '', operator, written = ''] = match;
    if (!uriKeys.has(key)) return `${key} is no key; known are ${[...uriKeys].join(', ')}`;
    const read = readPattern(written);
    if (read.kind === 'malformed') return read.why;
    conditions.set(key, { key, pattern: read.pattern, negated: operator === '!~' });
  }
  return { kind: 'uri-detail', conditions: [...conditions.values()] };
}

function metaTest(text: string): RuleTest | string {
  // `()`: decided by somebody else, and nobody does so here.
  const read = readExpression(/^\(\s*\)$/.test(text) ? '0' : text, metaCalls);
  if (read.kind === 'malformed') return read.why;
  const { expression } = read;
  const wrong = [...namesIn(expression)].find((name) => !isRuleName(name));
  return wrong === undefined ? { kind: 'meta', expression } : `${wrong} is no name of a rule`;
}
