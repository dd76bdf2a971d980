/**
 * Reads whitelister.conf, the one configuration file of the policy daemon "whitelister": `name: value` lines, comments behind
 * `#`. Directives of block lists are errors: the altered program does not ask them, and a policy that left them out in silence
 * would be weaker than its file says.
 */
import { ConfigurationError, type Problem } from '../../values/errors.js';
import { fieldSafe } from '../../values/field-words.js';
import type { SpfPolicyOptions } from './spf-policy.js';

export interface WhitelisterSettings extends Required<Omit<SpfPolicyOptions, 'original'>> {
  /** Where the daemon listened: what Postfix's check_policy_service named. */
  readonly sock: WhitelisterSocket;
}

export type WhitelisterSocket =
  | { readonly kind: 'inet'; readonly host: string; readonly port: number }
  | { readonly kind: 'unix'; readonly path: string };

interface Directive {
  readonly value: string;
  readonly line: number;
}

const known: readonly string[] = ['sock', 'spf', 'spfrej', 'verb'];
const defaultSocket: WhitelisterSocket = Object.freeze({ kind: 'inet', host: '127.0.0.1', port: 10_000 });

/**
 * The settings in `text`; they are options of `spfPolicy` too. `file` names it in errors. `spf` must be there; the defaults of
 * the others: 127.0.0.1:10000, 0, 0. Throws ConfigurationError `whitelister` with all problems: `syntax`, `unknown-directive`,
 * `block-list`, `twice`, `bad-value`, `missing`.
 */
export function readWhitelisterConf(text: string, file: string): WhitelisterSettings {
  const problems: Problem[] = [];
  const found = directives(text, file, problems);
  const read = <T>(name: string, fallback: T, expected: string, parse: (value: string) => T | undefined): T => {
    const directive = found.get(name);
    if (directive === undefined) return fallback;
    const value = parse(directive.value);
    if (value === undefined)
      problems.push(problem('bad-value', `${name} is ${expected}`, file, directive.line, directive.value));
    return value ?? fallback;
  };
  const settings: WhitelisterSettings = {
    sock: read('sock', defaultSocket, 'an address and a port, or the path of a socket', parseSocket),
    mode: read('spf', 0, '0, 1, 2 or 3', parseMode),
    reject: read('spfrej', false, '0 or 1', (value) => (value === '1' ? true : value === '0' ? false : undefined)),
    verbose: read('verb', false, 'a whole number', (value) =>
      /^[0-9]{1,9}$/.test(value) ? Number(value) > 0 : undefined,
    ),
  };
  if (!found.has('spf'))
    problems.push({ code: 'missing', message: '"spf: 0" to "spf: 3" is expected', source: { file } });
  if (problems.length > 0) throw new ConfigurationError('whitelister', problems);
  return settings;
}

function directives(text: string, file: string, problems: Problem[]): ReadonlyMap<string, Directive> {
  const found = new Map<string, Directive>();
  text.split('\n').forEach((written, index) => {
    const line = index + 1;
    const content = written.split('#', 1).join('').trim();
    if (content === '') return;
    const colon = content.indexOf(':');
    const name = content.slice(0, Math.max(colon, 0)).trim().toLowerCase();
    if (!/^[a-z][a-z_-]{0,30}$/.test(name)) {
      problems.push(problem('syntax', 'a line is "name: value", or a comment behind "#"', file, line, content));
    } else if (/^rh?bl/.test(name)) {
      problems.push(problem('block-list', blockList, file, line, content));
    } else if (!known.includes(name)) {
      problems.push(problem('unknown-directive', `a directive is one of ${known.join(', ')}`, file, line, content));
    } else if (found.has(name)) {
      problems.push(problem('twice', `${name} stands in line ${found.get(name)?.line} already`, file, line, content));
    } else found.set(name, { value: content.slice(colon + 1).trim(), line });
  });
  return found;
}

const blockList = 'block lists are not asked here: comment the line out, and ask the list in a stage of its own';

function parseMode(value: string): 0 | 1 | 2 | 3 | undefined {
  const modes = [0, 1, 2, 3] as const;
  return modes.find((mode) => String(mode) === value);
}

function parseSocket(value: string): WhitelisterSocket | undefined {
  if (value.startsWith('/')) return { kind: 'unix', path: value };
  const colon = value.lastIndexOf(':');
  const host = value.slice(0, Math.max(colon, 0));
  const port = value.slice(colon + 1);
  if (!/^[0-9]{1,5}$/.test(port) || Number(port) < 1 || Number(port) > 65_535) return undefined;
  return /^[A-Za-z0-9.:[\]-]{1,255}$/.test(host) ? { kind: 'inet', host, port: Number(port) } : undefined;
}

function problem(code: string, message: string, file: string, line: number, construct: string): Problem {
  return { code, message, source: { file, line }, construct: fieldSafe(construct.slice(0, 120)) };
}
