/**
 * The package `ldapts` (^8.2.0 or ^9.0.0, to be installed beside this one): its messages and its encoder write what is
 * sent. Not used are its client, which after a loss connects again by itself and then searches without rights, takes an
 * empty page for the last one and an answer cut by a size limit for a whole one; and its decoder, which does not end
 * for lengths that exceed what they stand in.
 */
import { createRequire } from 'node:module';
import { ConfigurationError } from '../../values/errors.js';

/** What is used of it. */
export interface Ldapts {
  readonly BerWriter: new () => Writer;
  readonly BindRequest: MessageClass<{ readonly dn: string; readonly password: string }>;
  readonly SearchRequest: MessageClass<SearchFields>;
  readonly ExtendedRequest: MessageClass<{ readonly oid: string }>;
  readonly AbandonRequest: MessageClass<{ readonly abandonId: number }>;
  readonly UnbindRequest: MessageClass<object>;
  readonly PagedResultsControl: new (options: {
    readonly value: { readonly size: number; readonly cookie?: Buffer };
  }) => unknown;
}

export interface Writer {
  readonly buffer: Buffer;
  startSequence(tag?: number): void;
  endSequence(): void;
  writeBuffer(value: Buffer, tag: number): void;
  writeBoolean(value: boolean, tag?: number): void;
}

type MessageClass<T> = new (
  options: { readonly messageId: number; readonly controls?: readonly unknown[] } & T,
) => { write(): Buffer };

export interface SearchFields {
  readonly baseDN: string;
  readonly scope: 'base' | 'one' | 'sub';
  readonly sizeLimit: number;
  readonly timeLimit: number;
  readonly filter: { write(writer: Writer): void };
  readonly attributes: readonly string[];
}

const USED: readonly (keyof Ldapts)[] = [
  'BerWriter',
  'BindRequest',
  'SearchRequest',
  'ExtendedRequest',
  'AbandonRequest',
  'UnbindRequest',
  'PagedResultsControl',
];

/** Throws ConfigurationError `package` (problems `not-installed`, `not-loaded`, `wrong-version`). */
export function loadLdapts(): Ldapts {
  // Not a literal: bundlers are not to look for an optional package. ESM has a URL, CommonJS a file name.
  const name: string = 'ldapts';
  const here = (import.meta.url as string | undefined) ?? __filename;
  let loaded: { readonly [P in keyof Ldapts]?: unknown };
  try {
    loaded = createRequire(here)(name);
  } catch (error) {
    const { code, message } = error as { readonly code?: string; readonly message: string };
    if (code === 'MODULE_NOT_FOUND')
      throw failed('not-installed', 'this adapter needs the package ldapts: npm install ldapts');
    throw failed('not-loaded', `the package ldapts is installed and cannot be loaded: ${message}`);
  }
  const missing = USED.filter((name) => typeof loaded[name] !== 'function');
  if (missing.length === 0) return loaded as Ldapts;
  throw failed('wrong-version', `the package ldapts has no ${missing.join(', ')}; ^8.2.0 or ^9.0.0 is expected`);
}

function failed(code: string, message: string): ConfigurationError {
  return new ConfigurationError('package', [{ code, message }]);
}
