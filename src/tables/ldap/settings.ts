/**
 * What an `ldap:` table searches for and what it answers: search_base, query_filter, scope, result_format, the four
 * lists of attributes, the limits (ldap_table(5)). Everything is checked when the table is opened, and every fault is
 * told with its line.
 */
import type { LdapQuery, LdapTableServer } from '../../ports/ldap-search.js';
import type { Problem, SourcePosition } from '../../values/errors.js';
import { isDn } from '../../values/ldap-names.js';
import { strictFilter } from './filter.js';
import { type LdapParameters, ParameterReader } from './parameters.js';
import { readServer } from './server.js';
import { isDynamic, needsOf, parseTemplate, type Template, type TemplateNeeds } from './template.js';

/** How values of an attribute count; lookup.ts says which of an entry do. */
export type AttributeClass = 'terminal' | 'leaf' | 'ordinary' | 'special';

export interface LdapTableSettings {
  readonly base: Template;
  readonly filter: Template;
  readonly format: Template;
  readonly needs: TemplateNeeds;
  readonly scope: LdapQuery['scope'];
  /** As they are asked for: terminal, leaf, ordinary, special. */
  readonly attributes: readonly string[];
  /** By name in lower case, without options. */
  readonly classes: ReadonlyMap<string, AttributeClass>;
  readonly expansionLimit: number;
  readonly sizeLimit: number;
  readonly recursionLimit: number;
  /** The list of `domain`, and where it is written; undefined for any domain. */
  readonly domain: { readonly list: string; readonly source: SourcePosition } | undefined;
}

export interface ReadSettings {
  readonly settings: LdapTableSettings;
  readonly server: LdapTableServer;
  readonly problems: readonly Problem[];
  readonly warnings: readonly Problem[];
}

/** `source`: the place of problems with what is not set. Never throws. */
export function readSettings(parameters: LdapParameters, source: SourcePosition): ReadSettings {
  const reader = new ParameterReader(parameters, source);
  const server = readServer(reader);
  const base = readBase(reader);
  const filter = readFilter(reader);
  const format = readFormat(reader);
  const expansionLimit = reader.count('expansion_limit', 0);
  const domain = reader.words('domain').length === 0 ? undefined : reader.text('domain');
  const settings: LdapTableSettings = {
    base,
    filter,
    format,
    needs: needsOf([base, filter], format),
    scope: reader.oneOf('scope', ['sub', 'base', 'one'], 'sub'),
    ...readAttributes(reader),
    expansionLimit,
    sizeLimit: reader.count('size_limit', expansionLimit),
    recursionLimit: reader.count('recursion_limit', 1000, 1),
    domain: domain === undefined ? undefined : { list: domain, source: reader.source('domain') },
  };
  return { settings, server, problems: reader.problems, warnings: reader.warnings };
}

/** Every parameter of ldap_table(5). */
export const knownParameters: ReadonlySet<string> = new Set(
  `server_host server_port timeout search_base query_filter result_format result_filter domain result_attribute
  special_result_attribute terminal_result_attribute leaf_result_attribute scope bind bind_dn bind_pw cache cache_expiry cache_size
  recursion_limit expansion_limit size_limit dereference chase_referrals version debuglevel sasl_mechs sasl_realm sasl_authz_id
  sasl_minssf start_tls tls_ca_cert_dir tls_ca_cert_file tls_cert tls_key tls_require_cert tls_random_file tls_cipher_suite`.split(
    /\s+/,
  ),
);

function readBase(reader: ParameterReader): Template {
  if (!reader.isSet('search_base')) {
    reader.fault('search_base', 'no-base', 'expected a distinguished name, as dc=school,dc=example');
    return [];
  }
  const text = reader.text('search_base');
  const template = readTemplate(reader, 'search_base', text);
  const fixed = template.every((part) => typeof part === 'string');
  if (fixed && !isDn(template.join(''))) {
    reader.fault('search_base', 'bad-base', 'expected a distinguished name, as dc=school,dc=example', text);
  }
  return template;
}

function readFilter(reader: ParameterReader): Template {
  const text = reader.text('query_filter', '(mailacceptinggeneralid=%s)');
  const strict = strictFilter(text);
  if (strict.kind === 'malformed') reader.fault('query_filter', 'bad-filter', strict.why, text);
  const template = readTemplate(reader, 'query_filter', strict.kind === 'parsed' ? strict.value : text);
  if (!isDynamic(template)) {
    reader.warn('query_filter', 'fixed-filter', 'it is the same for every key: expected %s, %u or the like', text);
  }
  return template;
}

function readFormat(reader: ParameterReader): Template {
  // Empty is as if it were not set.
  const name = reader.text('result_format') === '' ? 'result_filter' : 'result_format';
  return readTemplate(reader, name, reader.text(name) || '%s');
}

function readTemplate(reader: ParameterReader, name: string, text: string): Template {
  const template = parseTemplate(text);
  if (template.kind === 'parsed') return template.value;
  reader.fault(name, 'bad-template', template.why, text);
  return [];
}

const lists: readonly (readonly [name: string, AttributeClass])[] = [
  ['terminal_result_attribute', 'terminal'],
  ['leaf_result_attribute', 'leaf'],
  ['result_attribute', 'ordinary'],
  ['special_result_attribute', 'special'],
];

function readAttributes(reader: ParameterReader): Pick<LdapTableSettings, 'attributes' | 'classes'> {
  const attributes: string[] = [];
  const classes = new Map<string, AttributeClass>();
  for (const [name, use] of lists) {
    for (const word of reader.words(name, use === 'ordinary' ? 'maildrop' : '')) {
      if (!ATTRIBUTE.test(word)) {
        reader.fault(name, 'bad-attribute', 'expected the name of an attribute', word);
        continue;
      }
      const plain = plainName(word);
      const options = attributes.find((one) => plainName(one) === plain);
      if (options !== undefined && options.toLowerCase() !== word.toLowerCase() && classes.get(plain) !== use) {
        reader.fault(
          name,
          'bad-attribute',
          `expected the same options as in ${options}: they are not told apart`,
          word,
        );
      }
      if (!attributes.includes(word)) attributes.push(word);
      // The first list that has it counts, as in Postfix.
      if (!classes.has(plain)) classes.set(plain, use);
    }
  }
  if (attributes.length === 0) {
    reader.fault('result_attribute', 'no-attributes', 'expected an attribute: the table would never find anything');
  }
  return { attributes, classes };
}

const ATTRIBUTE = /^(?:[A-Za-z][A-Za-z0-9-]{0,255}|[0-9.]{1,255})(?:;[A-Za-z0-9-]{1,255}){0,20}$/;

/** `mail;lang-de` is `mail`. */
export function plainName(attribute: string): string {
  return (attribute.split(';', 1)[0] ?? '').toLowerCase();
}
