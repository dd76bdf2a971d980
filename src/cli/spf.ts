/**
 * `postern spf`: what SPF (RFC 7208) says of a client, and why. Asks the DNS of the system, or a zone file alone.
 * Checks the MAIL FROM identity, or that of HELO where no `--mail-from` is given.
 */
import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { dnsResolver } from '../adapters/dns/index.js';
import type { SpfCheck } from '../findings/spf.js';
import type { Resolver } from '../ports/resolver.js';
import { receivedSpf } from '../stages/authentication-results/received-spf.js';
import { checkHost } from '../stages/spf/check-host.js';
import { zoneResolver } from '../testing/ports/zone-resolver.js';
import { readZone } from '../testing/zone-file/read-zone.js';
import { isConfigurationError, renderProblem } from '../values/errors.js';
import { type IpAddress, parseIp } from '../values/ip.js';
import { parseReversePath } from '../values/path.js';
import { receivedSpfField } from '../values/received-spf.js';
import { repeatedOption } from './arguments.js';
import { commandUsageExit, configExit, type Exit, exit, exitStatus, type Io, print, type Ready, ready } from './io.js';
import { printable, safeJson } from './printable.js';
import { spfHelp } from './usage.js';

/** EX_TEMPFAIL: `temperror`. */
const CANNOT_TELL = 75;

/** Characters of a name or address on the command line; SMTP's own limits are below. */
const ARGUMENT_LIMIT = 1000;

/** The reverse-path; both texts are '' for the null path. */
interface Sender {
  /** As an address is written, quoted where it must be: for the field. */
  readonly text: string;
  /** Without quotes: RFC 7208's `<sender>`. */
  readonly value: string;
}

interface SpfLine {
  readonly ip: IpAddress;
  /** undefined where the HELO name is to be checked. */
  readonly mailFrom: Sender | undefined;
  readonly helo: string | undefined;
  readonly receiver: string;
  readonly zone: string | undefined;
  /** Milliseconds. */
  readonly time: number;
  readonly json: boolean;
}

export async function spf(args: readonly string[], io: Io): Promise<number | Exit> {
  if (args.includes('--help') || args.includes('-h')) {
    await print(io.stdout, spfHelp);
    return exitStatus.ok;
  }
  const line = readLine(args);
  if (line.kind === 'exit') return line;
  const opened = await openResolver(line.value, io);
  if (opened.kind === 'exit') return opened;
  try {
    const check = await checkHost(question(line.value, opened.value.resolver, io.signal));
    await print(io.stdout, line.value.json ? jsonText(check, line.value) : plainText(check, line.value));
    return check.result === 'temperror' ? CANNOT_TELL : exitStatus.ok;
  } finally {
    await opened.value.close();
  }
}

function question(line: SpfLine, resolver: Resolver, signal: AbortSignal | undefined): Parameters<typeof checkHost>[0] {
  const { ip, mailFrom, helo = '', receiver, time } = line;
  const { value = '' } = mailFrom ?? {};
  return {
    clientIp: ip,
    domain: value === '' ? helo : value.slice(value.lastIndexOf('@') + 1),
    // RFC 7208 section 2.4: of the null path, postmaster at the HELO name.
    sender: value,
    identity: mailFrom === undefined ? 'helo' : 'mailfrom',
    helo,
    receiver,
    resolver,
    now: new Date(),
    limits: { time },
    ...(signal === undefined ? {} : { signal }),
  };
}

const options = {
  'client-ip': { type: 'string' },
  'mail-from': { type: 'string' },
  helo: { type: 'string' },
  receiver: { type: 'string' },
  zone: { type: 'string' },
  'time-limit': { type: 'string' },
  json: { type: 'boolean' },
} as const;

function readLine(args: readonly string[]): Ready<SpfLine> | Exit {
  try {
    const { values } = parseArgs({ args: [...args], options, strict: true });
    const faults: string[] = [];
    const { receiver = 'unknown', zone, json = false } = values;
    const helo = values.helo === '' ? undefined : values.helo;
    const ip = parseIp(values['client-ip'] ?? '');
    if (ip.kind === 'malformed') faults.push(clientFault(values['client-ip'], ip.why));
    const twice = repeatedOption(args, options);
    if (twice !== undefined) faults.push(twice);
    const mailFrom = sender(values['mail-from'], faults);
    const time = seconds(values['time-limit'], faults);
    if (!mailFrom?.value && !helo)
      faults.push('--mail-from or --helo is expected; with --mail-from "<>" it is --helo that counts');
    for (const [name, text] of Object.entries({ helo, receiver })) {
      if (text !== undefined && !isName(text))
        faults.push(
          `--${name} ${JSON.stringify(text)}: a name is expected, of at most ${ARGUMENT_LIMIT} characters without controls`,
        );
    }
    if (faults.length > 0 || ip.kind === 'malformed') return commandUsageExit('spf', faults);
    return ready({ ip: ip.value, mailFrom, helo, receiver, zone, time, json });
  } catch (error) {
    return commandUsageExit('spf', [error instanceof Error ? error.message : String(error)]);
  }
}

function clientFault(text: string | undefined, why: string): string {
  return text === undefined ? '--client-ip is expected' : `--client-ip ${JSON.stringify(text)}: ${why}`;
}

/**
 * An address, with or without angle brackets. One whose domain is malformed goes through: SPF has an answer for it
 * (`none`).
 */
function sender(text: string | undefined, faults: string[]): Sender | undefined {
  if (text === undefined) return undefined;
  const path = parseReversePath(text === '' ? '<>' : text, { angleBrackets: 'optional' });
  if (path.kind === 'parsed') {
    if (path.value.kind === 'null-path') return { text: '', value: '' };
    const { localPart, domain, text: written } = path.value;
    return { text: written, value: `${localPart}@${domain.kind === 'domain' ? domain.ascii : domain.text}` };
  }
  const bare = text.startsWith('<') && text.endsWith('>') ? text.slice(1, -1) : text;
  if (!isName(bare) || bare.endsWith('@')) faults.push(`--mail-from ${JSON.stringify(text)}: ${path.why}`);
  return { text: bare, value: bare };
}

function seconds(text: string | undefined, faults: string[]): number {
  if (text === undefined) return 20_000;
  const value = /^[0-9]{1,4}(?:\.[0-9]{1,3})?$/.test(text) ? Math.round(Number(text) * 1000) : 0;
  if (value < 1) faults.push(`--time-limit ${JSON.stringify(text)}: seconds above 0, below 10,000, are expected`);
  return Math.max(1, value);
}

/** Names in HELO and local parts may hold anything that a line can: SPF has an answer for each. */
function isName(text: string): boolean {
  return text.length <= ARGUMENT_LIMIT && /^[^\p{Cc}\p{Zl}\p{Zp}\p{Cs}]+$/u.test(text);
}

interface Opened {
  readonly resolver: Resolver;
  close(): Promise<void>;
}

async function openResolver({ zone, json }: SpfLine, io: Io): Promise<Ready<Opened> | Exit> {
  if (zone === undefined) {
    if (io.resolver !== undefined) return ready({ resolver: io.resolver, close: async () => {} });
    const resolver = dnsResolver();
    return ready({ resolver, close: () => resolver.close() });
  }
  const bytes = await readFile(resolve(io.cwd, zone)).catch((error: unknown) => error as Error);
  if (bytes instanceof Error) return exit(exitStatus.noInput, printable(`spf: ${zone}: ${bytes.message}`));
  try {
    const read = readZone(bytes, { file: zone });
    for (const warning of read.warnings) await print(io.stderr, `warning: ${printable(renderProblem(warning))}\n`);
    return ready({ resolver: zoneResolver(read.zone), close: async () => {} });
  } catch (error) {
    if (isConfigurationError(error)) return configExit(error.problems, json);
    throw error;
  }
}

/** The field as it would stand in a message, without its last line end. */
function fieldText(check: SpfCheck, { ip, helo, mailFrom, receiver }: SpfLine): string {
  const field = receivedSpfField(
    receivedSpf({ check, clientIp: ip.text, helo, envelopeFrom: mailFrom?.text, receiver }),
  );
  return new TextDecoder().decode(field.bytes).trimEnd();
}

function plainText(check: SpfCheck, line: SpfLine): string {
  const { result, mechanism, mechanismDomain, explanation, problem, unanswered } = check;
  const where = mechanismDomain === undefined || mechanismDomain === check.domain ? '' : ` (of ${mechanismDomain})`;
  const lines = [
    `result: ${result}`,
    mechanism === undefined ? undefined : `mechanism: ${mechanism}${where}`,
    explanation === undefined ? undefined : `explanation: ${explanation}`,
    problem === undefined ? undefined : `problem: ${problem}`,
    ...unanswered.map((question) => `passed over, no answer: ${question}`),
    ...fieldText(check, line).split('\r\n'),
  ];
  return `${lines
    .filter((one) => one !== undefined)
    .map(printable)
    .join('\n')}\n`;
}

/** Every key is always there; null where there is nothing. */
function jsonText(check: SpfCheck, line: SpfLine): string {
  const { result, mechanism, mechanismDomain, explanation, problem, identity, domain, sender, lookups, voidLookups } =
    check;
  const data = {
    result,
    mechanism: mechanism ?? null,
    explanation: explanation ?? null,
    receivedSpf: fieldText(check, line).replaceAll('\r\n', ''),
    problem: problem ?? null,
    identity,
    domain,
    sender,
    mechanismDomain: mechanismDomain ?? null,
    lookups,
    voidLookups,
    unanswered: check.unanswered,
  };
  return `${safeJson(data)}\n`;
}
