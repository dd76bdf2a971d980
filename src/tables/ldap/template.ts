/**
 * The `%` of query_filter, search_base and result_format (ldap_table(5)): %s, %u, %d of the key or the result, %S, %U,
 * %D and %1 to %9 of the key. What one template needs of a key, every look-up of the table needs: a key without it is
 * not searched for.
 */
import { malformed, type Parsed, parsed } from '../../values/parsed.js';

type Letter = 's' | 'u' | 'd' | 'S' | 'U' | 'D';

/** Text as it stands, a part of an address, or a label of the key's domain, 1 for the last. */
export type TemplatePart = string | { readonly letter: Letter } | { readonly label: number };
export type Template = readonly TemplatePart[];

/** `ann@sub.school.example` in its parts. */
export interface KeyParts {
  readonly whole: string;
  /** All of it where there is no `@`. */
  readonly user: string;
  /** Behind the last `@`; undefined without one. */
  readonly domain: string | undefined;
  /** Of the domain, without empty ones. */
  readonly labels: readonly string[];
}

export interface TemplateNeeds {
  readonly keyUser: boolean;
  readonly keyDomain: boolean;
  readonly labels: number;
  readonly valueUser: boolean;
  readonly valueDomain: boolean;
}

export function parseTemplate(text: string): Parsed<Template> {
  const parts: TemplatePart[] = [];
  let from = 0;
  let plain = '';
  for (let at = text.indexOf('%'); at >= 0; at = text.indexOf('%', from)) {
    plain += text.slice(from, at);
    const letter = text.charAt(at + 1);
    from = at + 2;
    if (letter === '%') {
      plain += '%';
      continue;
    }
    const part = partOf(letter);
    if (part === undefined) return malformed('expected one of %s %u %d %S %U %D %1 to %9 or %%', at);
    if (plain !== '') parts.push(plain);
    plain = '';
    parts.push(part);
  }
  plain += text.slice(from);
  return parsed(plain === '' ? parts : [...parts, plain]);
}

function partOf(letter: string): TemplatePart | undefined {
  if (letter >= '1' && letter <= '9' && letter.length === 1) return { label: Number(letter) };
  return /^[sudSUD]$/.test(letter) ? { letter: letter as Letter } : undefined;
}

/** Whether a key changes it. */
export function isDynamic(template: Template): boolean {
  return template.some((part) => typeof part !== 'string');
}

export function needsOf(queries: readonly Template[], result: Template): TemplateNeeds {
  const asked = queries.flat();
  const all = [...asked, ...result];
  const has = (parts: Template, letters: string): boolean =>
    parts.some((part) => typeof part !== 'string' && 'letter' in part && letters.includes(part.letter));
  const labels = Math.max(0, ...all.map((part) => (typeof part !== 'string' && 'label' in part ? part.label : 0)));
  return {
    keyUser: has(asked, 'uU') || has(result, 'U'),
    keyDomain: has(asked, 'dD') || has(result, 'D') || labels > 0,
    labels,
    valueUser: has(result, 'u'),
    valueDomain: has(result, 'd'),
  };
}

export function partsOf(text: string): KeyParts {
  const at = text.lastIndexOf('@');
  if (at < 0) return { whole: text, user: text, domain: undefined, labels: [] };
  const domain = text.slice(at + 1);
  return { whole: text, user: text.slice(0, at), domain, labels: domain.split('.').filter((label) => label !== '') };
}

/** Whether a key has all that the table's templates need. */
export function keyFits(key: KeyParts, needs: TemplateNeeds): boolean {
  return fits(key, needs.keyUser, needs.keyDomain) && key.labels.length >= needs.labels;
}

/** The same for a result and result_format. */
export function valueFits(value: KeyParts, needs: TemplateNeeds): boolean {
  return fits(value, needs.valueUser, needs.valueDomain);
}

function fits({ whole, user, domain }: KeyParts, needsUser: boolean, needsDomain: boolean): boolean {
  return whole !== '' && !(needsUser && user === '') && !(needsDomain && (domain ?? '') === '');
}

/** `value` is the key itself but for results. What is filled in is quoted, the rest is not. */
export function fill(template: Template, key: KeyParts, value: KeyParts, quote: (text: string) => string): string {
  let out = '';
  for (const part of template) {
    if (typeof part === 'string') out += part;
    else if ('label' in part) out += quote(key.labels[key.labels.length - part.label] ?? '');
    else {
      const of = part.letter >= 'a' ? value : key;
      const letter = part.letter.toLowerCase();
      out += quote(letter === 's' ? of.whole : letter === 'u' ? of.user : (of.domain ?? ''));
    }
  }
  return out;
}
