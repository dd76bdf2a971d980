/** The command line in parts: options by parseArgs of node:util, then each value parsed by its own parser. */
import { type ParseArgsConfig, parseArgs } from 'node:util';
import type { Session } from '../core/session.js';
import type { Mailbox, ReversePath } from '../values/address.js';
import { type Domain, parseDomain } from '../values/domain.js';
import { parseIp } from '../values/ip.js';
import { parseMailbox } from '../values/mailbox.js';
import type { Parsed } from '../values/parsed.js';
import { parseReversePath } from '../values/path.js';
import { type Exit, type Ready, ready, usageExit } from './io.js';

export interface OptionValues {
  readonly config?: string;
  readonly postfix?: string;
  readonly json?: boolean;
  readonly allow?: readonly string[];
  readonly trusted?: readonly string[];
  readonly accounts?: string;
  readonly help?: boolean;
  readonly 'client-ip'?: string;
  readonly 'client-name'?: string;
  readonly 'server-name'?: string;
  readonly helo?: string;
  readonly 'mail-from'?: string;
  readonly 'rcpt-to'?: readonly string[];
  readonly login?: string;
  readonly tls?: boolean;
  readonly mboxrd?: boolean;
  readonly concurrency?: string;
  readonly 'no-durations'?: boolean;
  readonly 'no-dns'?: boolean;
  readonly 'no-policy-service'?: boolean;
  readonly service?: string;
}

export interface CommandLine {
  readonly values: OptionValues;
  readonly operands: readonly string[];
}

export type Options = NonNullable<ParseArgsConfig['options']>;

export const policyOptions: Options = {
  config: { type: 'string' },
  postfix: { type: 'string' },
  trusted: { type: 'string', multiple: true },
  accounts: { type: 'string' },
  json: { type: 'boolean' },
  help: { type: 'boolean', short: 'h' },
};

export const envelopeOptions: Options = {
  'client-ip': { type: 'string' },
  'client-name': { type: 'string' },
  'server-name': { type: 'string' },
  helo: { type: 'string' },
  'mail-from': { type: 'string' },
  'rcpt-to': { type: 'string', multiple: true },
  login: { type: 'string' },
  tls: { type: 'boolean' },
  'no-dns': { type: 'boolean' },
  'no-policy-service': { type: 'boolean' },
  service: { type: 'string' },
};

/**
 * In words; parseArgs would let the last one win without a word. Options that may be given several times are
 * `multiple`.
 */
export function repeatedOption(args: readonly string[], options: Options): string | undefined {
  const { tokens } = parseArgs({ args: [...args], options, allowPositionals: true, strict: false, tokens: true });
  const seen = new Set<string>();
  for (const token of tokens) {
    if (token.kind !== 'option' || options[token.name]?.type !== 'string' || options[token.name]?.multiple) continue;
    if (seen.has(token.name)) return `--${token.name} is given more than once`;
    seen.add(token.name);
  }
  return undefined;
}

export function commandLine(args: readonly string[], options: Options): Ready<CommandLine> | Exit {
  try {
    const { values, positionals } = parseArgs({ args: [...args], options, allowPositionals: true, strict: true });
    const twice = repeatedOption(args, options);
    return twice === undefined ? ready({ values: values as OptionValues, operands: positionals }) : usageExit(twice);
  } catch (error) {
    return usageExit(error instanceof Error ? error.message : String(error));
  }
}

export interface Circumstances {
  readonly session: Session;
  readonly helo?: string;
  readonly sender?: ReversePath;
  readonly recipients?: readonly Mailbox[];
}

/** The session and envelope that options describe; every malformed value at once. `serverName` where none is given. */
export function circumstances(values: OptionValues, serverName: Domain | undefined): Ready<Circumstances> | Exit {
  const faults: string[] = [];
  const read = <T>(option: string, text: string | undefined, parse: (text: string) => Parsed<T>): T | undefined => {
    if (text === undefined) return undefined;
    const answer = parse(text);
    if (answer.kind === 'parsed') return answer.value;
    faults.push(`--${option} ${JSON.stringify(text)}: ${answer.why}`);
    return undefined;
  };
  const ip = read('client-ip', values['client-ip'], parseIp);
  const clientName = read('client-name', values['client-name'], parseDomain);
  const ownName = read('server-name', values['server-name'], parseDomain) ?? serverName ?? localhost;
  const sender = read('mail-from', values['mail-from'], readSender);
  const recipients = values['rcpt-to']?.map((text) => read('rcpt-to', text, (one) => parseMailbox(bare(one))));
  if (faults.length > 0) return usageExit(...faults);
  const { login, tls, helo } = values;
  const session: Session = {
    client: {
      ip,
      port: undefined,
      name: clientName === undefined ? { kind: 'not-looked-up' } : { kind: 'verified', name: clientName },
    },
    server: { name: ownName, port: 25 },
    protocol: ip === undefined ? 'local' : 'esmtp',
    tls: tls === true ? { version: 'TLSv1.3', cipher: 'TLS_AES_256_GCM_SHA384', verifiedClient: undefined } : undefined,
    login: login === undefined ? undefined : { name: login, mechanism: 'PLAIN' },
  };
  return ready({
    session,
    ...(helo === undefined ? {} : { helo }),
    ...(sender === undefined ? {} : { sender }),
    ...(recipients === undefined ? {} : { recipients: recipients.filter((one) => one !== undefined) }),
  });
}

const localhost: Domain = { kind: 'domain', ascii: 'localhost', unicode: 'localhost' };

/** `a@b`, `<a@b>`, and for the null path `<>` or nothing. */
function readSender(text: string): Parsed<ReversePath> {
  return parseReversePath(text === '' ? '<>' : text, { angleBrackets: 'optional' });
}

function bare(text: string): string {
  return text.startsWith('<') && text.endsWith('>') ? text.slice(1, -1) : text;
}
