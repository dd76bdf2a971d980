/**
 * The regular expression engine over `re2`, the native RE2 (package `re2`, to be installed beside this one): for the
 * option `engine` of `pcre:` and `regexp:` tables. The answers are those of the engine that is built in. Texts are handed
 * over as UTF-8 octets: strings would be converted at each call, and octets above 127 alone are no characters to RE2.
 */
import type {
  CompiledRegex,
  CompiledRegexSet,
  RegexEngine,
  RegexRefusal,
  RegexText,
} from '../../ports/regex-engine.js';
import { ConfigurationError } from '../../values/errors.js';

/** What is used of the package. */
interface Re2 {
  new (source: string, flags: string): { test(text: Uint8Array): boolean };
  readonly Set: new (sources: readonly string[], flags: string) => { match(text: Uint8Array): readonly number[] };
}

/** Throws ConfigurationError `package` when `re2` is not installed, or cannot be loaded on this machine. */
export async function re2Engine(): Promise<RegexEngine> {
  // Not a literal: neither bundlers nor type checkers are to look for an optional package.
  const name: string = 're2';
  let loaded: unknown;
  try {
    loaded = await import(name);
  } catch (error) {
    throw new ConfigurationError('package', [problemOf(error)]);
  }
  return engineOf((loaded as { readonly default: Re2 }).default);
}

/** The engine, or undefined where `re2` is not installed or cannot be loaded: the default engine then does as well. */
export async function re2IfInstalled(): Promise<RegexEngine | undefined> {
  try {
    return await re2Engine();
  } catch {
    return undefined;
  }
}

function problemOf(error: unknown): { readonly code: string; readonly message: string } {
  const { code, message } = error as { readonly code?: string; readonly message: string };
  // The last is what a bundler puts in the place of an optional peer that is not there.
  const missing =
    code === 'ERR_MODULE_NOT_FOUND' || code === 'MODULE_NOT_FOUND' || message.startsWith('Could not resolve "re2"');
  if (missing) {
    return { code: 'not-installed', message: 'this engine needs the package re2: npm install re2' };
  }
  return { code: 'not-loaded', message: `the package re2 is installed and cannot be loaded: ${message}` };
}

function engineOf(re2: Re2): RegexEngine {
  return Object.freeze({
    name: 're2',
    compile: (source: string) => compile(re2, source),
    compileSet: (sources: readonly string[]) => compileSet(re2, sources),
  });
}

function compile(re2: Re2, source: string): CompiledRegex {
  try {
    const program = new re2(source, 'u');
    return { kind: 'compiled', program: { test: (text) => program.test(text.utf8) } };
  } catch (error) {
    return refused(error);
  }
}

function compileSet(re2: Re2, sources: readonly string[]): CompiledRegexSet {
  try {
    const set = new re2.Set(sources, 'u');
    return { kind: 'compiled', set: { match: (text) => matchSet(set, text) } };
  } catch (error) {
    return refused(error);
  }
}

/** A set throws when its automaton outgrows 8 MiB on a text. */
function matchSet(set: InstanceType<Re2['Set']>, text: RegexText): readonly number[] | undefined {
  try {
    return set.match(text.utf8);
  } catch {
    return undefined;
  }
}

function refused(error: unknown): RegexRefusal {
  return { kind: 'refused', why: error instanceof Error ? error.message : String(error) };
}
