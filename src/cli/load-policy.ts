/**
 * The policy that a command is about: the default export (or `policy`) of an ESM module, or what a Postfix
 * configuration folder comes to. Everything wrong with it is reported at once, as `file:line: message: construct`.
 */
import { resolve } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { dnsResolver } from '../adapters/dns/index.js';
import { policyService } from '../adapters/policy-service/index.js';
import { re2IfInstalled } from '../adapters/re2/index.js';
import type { Policy } from '../core/policy.js';
import type { RegexEngine } from '../ports/regex-engine.js';
import type { Resolver } from '../ports/resolver.js';
import { checkPostfix, type PostfixCheck, type PostfixReading, type PostfixService } from '../postfix/index.js';
import { cannotTell } from '../values/answer.js';
import type { Domain } from '../values/domain.js';
import { isConfigurationError, type Problem } from '../values/errors.js';
import { accountsOf } from './accounts.js';
import type { OptionValues } from './arguments.js';
import { configExit, type Exit, type Io, print, type Ready, ready, usageExit } from './io.js';
import { printable } from './printable.js';
import { trustedFault, trustedTables } from './trusted.js';

export interface LoadedPolicy {
  readonly policy: Policy;
  /** What was read of a Postfix configuration. */
  readonly postfix: PostfixReading | undefined;
  /** Whose accounts `unix:` maps name; undefined where there are none. */
  readonly accounts: string | undefined;
  /** Our own name, where the configuration has one. */
  readonly serverName: Domain | undefined;
  /** The line of master.cf whose policy it is. */
  readonly service: PostfixService | undefined;
}

/** What became of a Postfix folder, right or wrong. */
export interface InspectedFolder {
  readonly inspected: PostfixCheck;
  readonly accounts: string | undefined;
  /** Options that came to nothing. */
  readonly unused: readonly string[];
}

const EXPECTED =
  'expected a policy, or a function that returns one, as default export or as "policy": export default definePolicy({ ... })';

export async function loadPolicy(values: OptionValues, io: Io): Promise<Ready<LoadedPolicy> | Exit> {
  const { config, postfix, json } = values;
  if (postfix !== undefined) return fromPostfix(values, io);
  const fault = faultOf(values);
  if (fault !== undefined) return usageExit(fault);
  try {
    return await fromModule(resolve(io.cwd, config ?? ''), json);
  } catch (error) {
    const problems = isConfigurationError(error) ? error.problems : [loadFault(config ?? '', error)];
    return configExit(problems, json);
  }
}

function faultOf(values: OptionValues): string | undefined {
  const { config, postfix, trusted } = values;
  if ((config === undefined) === (postfix === undefined)) return 'give either --config FILE or --postfix DIR';
  if (config === undefined) return trustedFault(trusted);
  const [wrong] = (['accounts', 'trusted', 'service', 'no-policy-service'] as const).filter(
    (name) => values[name] !== undefined,
  );
  return wrong === undefined ? undefined : `--${wrong} goes with --postfix`;
}

async function fromPostfix(values: OptionValues, io: Io): Promise<Ready<LoadedPolicy> | Exit> {
  const read = await inspectFolder(values, io);
  if (read.kind === 'exit') return read;
  const { accounts, inspected, unused } = read.value;
  const { reading, problems } = inspected;
  if (reading === undefined) return configExit(problems, values.json);
  const service = serviceOf(reading, values.service);
  if (service === undefined) {
    const names = reading.services.map(({ name, listen }) => `${name} (port ${listen.port})`).join(', ');
    return usageExit(`--service ${values.service}: no such smtpd service; there are ${names}`);
  }
  for (const one of unused) await print(io.stderr, `${printable(one)}\n`);
  const { policy, settings } = service;
  return ready({ policy, postfix: reading, accounts, serverName: settings.hostname, service });
}

/** By its name in master.cf, with or without `/inet`, or by its port. */
function serviceOf({ services, policy }: PostfixReading, wanted: string | undefined): PostfixService | undefined {
  if (wanted === undefined) return services.find((one) => one.policy === policy);
  const named = services.find(({ name }) => name === wanted || `${name}/inet` === wanted);
  return named ?? services.find(({ listen }) => String(listen.port) === wanted);
}

/** Nothing is opened, and no thread started, before the first question. */
export async function inspectFolder(values: OptionValues, io: Io): Promise<Ready<InspectedFolder> | Exit> {
  const fault = faultOf(values);
  if (fault !== undefined) return usageExit(fault);
  const folder = resolve(io.cwd, values.postfix ?? '');
  const { trusted = [] } = values;
  try {
    const accounts = accountsOf(values.accounts, io.cwd, folder);
    const inspected = checkPostfix(folder, {
      resolver: values['no-dns'] === true ? noResolver : (io.resolver ?? dnsResolver()),
      ...(values['no-policy-service'] === true ? { without: ['policyService'] } : { policyService }),
      ...(await nativePatterns()),
      ...trustedTables(trusted, folder, io.cwd),
      ...(accounts !== undefined && { unix: accounts.unix }),
      ...(io.ldap !== undefined && { ldap: io.ldap }),
    });
    const isNamed = (name: string): boolean =>
      trustedTables([name], folder, io.cwd).trusted?.tables.some((one) => inspected.tables.includes(one)) === true;
    const unused = trusted
      .filter((name) => !isNamed(name))
      .map((name) => `--trusted ${name}: main.cf names no such table`);
    return ready({ inspected, accounts: accounts?.from, unused });
  } catch (error) {
    if (!isConfigurationError(error)) throw error;
    return configExit(error.problems, values.json);
  }
}

/** `--no-dns`: what asks it is carried out as if no server answered. */
const noResolver: Resolver = {
  addresses: () => cannotTell('--no-dns'),
  mailExchangers: () => cannotTell('--no-dns'),
  texts: () => cannotTell('--no-dns'),
  nameServers: () => cannotTell('--no-dns'),
  names: () => cannotTell('--no-dns'),
};

/** The native engine where it is installed: the same answers, sooner. */
export async function nativePatterns(): Promise<{ readonly patterns?: { readonly engine: RegexEngine } }> {
  const engine = await re2IfInstalled();
  return engine === undefined ? {} : { patterns: { engine } };
}

async function fromModule(file: string, json: boolean | undefined): Promise<Ready<LoadedPolicy> | Exit> {
  const module = (await import(pathToFileURL(file).href)) as { readonly default?: unknown; readonly policy?: unknown };
  const exported = module.default ?? module.policy;
  const made: unknown = typeof exported === 'function' ? await (exported as () => unknown)() : exported;
  if (isPolicy(made)) {
    return ready({ policy: made, postfix: undefined, accounts: undefined, serverName: undefined, service: undefined });
  }
  return configExit([{ code: 'no-policy', message: `${EXPECTED}, not ${nameOf(made)}`, source: { file } }], json);
}

function isPolicy(value: unknown): value is Policy {
  return typeof value === 'object' && value !== null && (value as { kind?: unknown }).kind === 'policy';
}

function nameOf(value: unknown): string {
  if (value === undefined) return 'nothing';
  if (typeof value !== 'object' || value === null) return `a ${typeof value}`;
  const { kind } = value as { kind?: unknown };
  return typeof kind === 'string' ? `a "${kind}"` : 'an object of another kind';
}

/** A module that throws, or that Node cannot read: a SyntaxError's stack begins with `file:///path:line`. */
function loadFault(file: string, error: unknown): Problem {
  const code = 'load';
  if (!(error instanceof Error)) return { code, message: `cannot be loaded: ${String(error)}`, source: { file } };
  const position = /^(file:\/\/\S{1,4000}):([0-9]{1,9})\n/.exec(error.stack ?? '');
  const source = position === null ? { file } : { file: fileURLToPath(position[1] ?? ''), line: Number(position[2]) };
  const name = error.name === 'Error' ? '' : `${error.name}: `;
  return { code, message: `cannot be loaded: ${name}${error.message.split('\n')[0] ?? ''}`, source };
}
