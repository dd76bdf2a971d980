/**
 * The reply to a client that a list names: default_rbl_reply and the templates of rbl_reply_maps (postconf(5)), with the values
 * that smtpd knows. A template of a map that is wrong is passed over for the default one, as Postfix does.
 */
import { utf8Length } from '../../../values/characters.js';
import { ConfigurationError, type SourcePosition } from '../../../values/errors.js';
import { malformed, type Parsed, parsed } from '../../../values/parsed.js';
import type { BlockList } from './block-list.js';
import { parseTemplate, renderTemplate, type Template, templateNames } from './template.js';

export const DEFAULT_RBL_REPLY: string =
  // biome-ignore lint/suspicious/noTemplateCurlyInString: it is Postfix's template
  '$rbl_code Service unavailable; $rbl_class [$rbl_what] blocked using $rbl_domain${rbl_reason?; $rbl_reason}';

/** `$rbl_class`. */
export type RblClass =
  | 'Client host'
  | 'Unverified Client host'
  | 'Helo command'
  | 'Sender address'
  | 'Recipient address';

export interface RblFacts {
  /** maps_rbl_reject_code. Default 554. */
  readonly code?: number;
  readonly list: BlockList;
  readonly reason: string;
  /** The address, host name or mail address that was looked up, whole. */
  readonly what: string;
  readonly class: RblClass;
  readonly clientAddress: string;
  /** `unknown` without a verified name. */
  readonly clientName: string;
  /** `unknown` without one. */
  readonly reverseClientName: string;
  readonly clientPort?: number | undefined;
  readonly helo: string | undefined;
  /** Undefined before MAIL; '' for the null path. */
  readonly sender: string | undefined;
  readonly recipient: string | undefined;
  readonly serverName?: string;
  /** `Jan 02 15:04:05`. */
  readonly localTime?: string;
}

export interface RblReply {
  /** 400 to 599. */
  readonly code: number;
  /** Its class is that of the code. */
  readonly enhanced: string;
  /** '' where the template ends behind the enhanced code. */
  readonly text: string;
}

const names: ReadonlySet<string> = new Set([
  ...['rbl_code', 'rbl_domain', 'rbl_reason', 'rbl_txt', 'rbl_what', 'rbl_class', 'server_name', 'localtime'],
  ...['client', 'client_address', 'client_name', 'client_port', 'reverse_client_name', 'helo_name'],
  ...['sender', 'sender_name', 'sender_domain', 'recipient', 'recipient_name', 'recipient_domain'],
]);

/** A template with known names alone. */
export function parseRblReply(text: string): Parsed<Template> {
  const template = parseTemplate(text);
  if (template.kind === 'malformed') return template;
  const unknown = templateNames(template.value).find((name) => !names.has(name));
  return unknown === undefined
    ? template
    : malformed(`no value is called ${unknown}`, Math.max(0, text.indexOf(unknown)));
}

/** For default_rbl_reply at construction: throws ConfigurationError (code `rbl-reply`). */
export function rblReplyTemplate(text: string, source?: SourcePosition): Template {
  const template = parseRblReply(text);
  if (template.kind === 'parsed') return template.value;
  const message = `default_rbl_reply: ${template.why} (at character ${template.at + 1})`;
  const problem = { code: 'bad-template', message, construct: text };
  throw new ConfigurationError('rbl-reply', [source === undefined ? problem : { ...problem, source }]);
}

/**
 * The codes for an address (x.1.y) in a template of a list of clients become x.0.0 in Postfix: that is for the stage, which knows
 * its class of restriction. `malformed` when what comes out does not begin with a code 4xx or 5xx; Postfix answers `450 4.7.1 Service unavailable` then.
 */
export function rblReply(template: Template, facts: RblFacts): Parsed<RblReply> {
  const text = renderTemplate(template, rblValues(facts));
  const code = /^[45][0-9]{2} /.exec(text)?.[0];
  if (code === undefined) return malformed('the reply of a list begins with a code 4xx or 5xx and a blank');
  const body = text.slice(4).trimStart();
  const status = /^[245]\.[0-9]{1,3}\.[0-9]{1,3}(?=[ \t]|$)/.exec(body)?.[0];
  const shown = status === undefined ? body : body.slice(status.length).trimStart();
  const enhanced = code.charAt(0) + (status ?? '4.7.1').slice(1);
  return parsed({ code: Number(code), enhanced, text: shown });
}

/** All values by name, with `_` for each octet that is not printable ASCII (smtpd_expansion_filter). */
export function rblValues(facts: RblFacts): ReadonlyMap<string, string> {
  const { clientName, clientAddress, clientPort, sender, recipient } = facts;
  const values: readonly (readonly [string, string])[] = [
    ['rbl_code', String(facts.code ?? 554)],
    ['rbl_domain', facts.list.domain],
    ['rbl_reason', facts.reason],
    ['rbl_txt', facts.reason],
    ['rbl_what', facts.what],
    ['rbl_class', facts.class],
    ['server_name', facts.serverName ?? ''],
    ['localtime', facts.localTime ?? ''],
    ['client', `${clientName}[${clientAddress}]`],
    ['client_address', clientAddress],
    ['client_name', clientName],
    ['client_port', clientPort === undefined ? '' : String(clientPort)],
    ['reverse_client_name', facts.reverseClientName],
    ['helo_name', facts.helo ?? ''],
    ...addressValues('sender', sender),
    ...addressValues('recipient', recipient),
  ];
  return new Map(values.map(([name, value]) => [name, printable(value)]));
}

function addressValues(name: string, address: string | undefined): readonly (readonly [string, string])[] {
  const values = (whole: string, local: string, domain: string): readonly (readonly [string, string])[] => [
    [name, whole],
    [`${name}_name`, local],
    [`${name}_domain`, domain],
  ];
  if (address === undefined) return values('', '', '');
  if (address === '') return values('<>', '<>', '');
  const at = address.lastIndexOf('@');
  return at < 0 ? values(address, address, '') : values(address, address.slice(0, at), address.slice(at + 1));
}

function printable(text: string): string {
  return text.replace(/[^\t -~]/gu, (character) => '_'.repeat(utf8Length(character)));
}
