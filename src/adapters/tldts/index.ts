/**
 * The port PublicSuffix over `tldts` (package `tldts`, to be installed beside this one), which brings the Public Suffix List with it:
 * for DMARC after RFC 7489. The list is as old as the package that is installed.
 */
import type { PublicSuffix } from '../../ports/public-suffix.js';
import { found, notFound } from '../../values/answer.js';
import { ConfigurationError } from '../../values/errors.js';

export interface PublicSuffixOptions {
  /** Take the list's private section too (`github.io`): names below which strangers register. Default true. */
  readonly privateDomains?: boolean;
}

/** What is used of the package. */
interface Tldts {
  getDomain(name: string, options: Readonly<Record<string, boolean>>): string | null;
}

/** Throws ConfigurationError `package` when `tldts` is not installed. */
export async function tldtsPublicSuffix({ privateDomains = true }: PublicSuffixOptions = {}): Promise<PublicSuffix> {
  const { getDomain } = await load();
  // Names are names here, not URLs; `_dmarc` and the like are labels too.
  const settings = {
    allowPrivateDomains: privateDomains,
    extractHostname: false,
    validateHostname: false,
    detectIp: false,
  };
  return Object.freeze({
    organizationalDomain: (domain: string) => {
      const organizational = getDomain(domain, settings);
      return organizational === null ? notFound('a public suffix') : found(organizational);
    },
  });
}

async function load(): Promise<Tldts> {
  // Not a literal: neither bundlers nor type checkers are to look for an optional package.
  const name: string = 'tldts';
  try {
    return (await import(name)) as Tldts;
  } catch (error) {
    throw new ConfigurationError('package', [problemOf(error)]);
  }
}

function problemOf(error: unknown): { readonly code: string; readonly message: string } {
  const { code, message } = error as { readonly code?: string; readonly message: string };
  // The last is what a bundler puts in the place of an optional peer that is not there.
  const missing =
    code === 'ERR_MODULE_NOT_FOUND' || code === 'MODULE_NOT_FOUND' || message.startsWith('Could not resolve "tldts"');
  if (missing) {
    return { code: 'not-installed', message: 'this adapter needs the package tldts: npm install tldts' };
  }
  return { code: 'not-loaded', message: `the package tldts is installed and cannot be loaded: ${message}` };
}
