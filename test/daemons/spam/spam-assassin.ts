/** SpamAssassin's opinion of many messages: `oracle.pl` in several processes, each with Debian's rules and no network. */
import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import type { Corpus } from './generate/corpus.js';

/** Where Debian's package has the rules, and the plugins that are loaded. */
export const RULES = '/usr/share/spamassassin';
const PLUGINS = '/etc/spamassassin';
const oracle = fileURLToPath(new URL('oracle.pl', import.meta.url));

export interface Opinion {
  readonly score: number;
  readonly required: number;
  /** Points by rule. */
  readonly hits: Readonly<Record<string, number>>;
  /** How often by sub-rule. */
  readonly sub: Readonly<Record<string, number>>;
}

export const hasSpamAssassin = (): boolean =>
  existsSync(join(RULES, '72_active.cf')) && existsSync('/usr/bin/spamassassin');

/** A folder of site rules as both sides read it: Debian's plugins, and nothing learned, nothing asked. */
export function writeSite(folder: string, more = ''): void {
  mkdirSync(folder, { recursive: true });
  for (const name of readdirSync(PLUGINS).filter((one) => one.endsWith('.pre')))
    writeFileSync(join(folder, name), readFileSync(join(PLUGINS, name)));
  const lines = [
    'required_score 5.0',
    'report_safe 0',
    'use_bayes 0',
    'use_auto_welcomelist 0',
    'use_txrep 0',
    'dns_available no',
  ];
  writeFileSync(join(folder, 'local.cf'), `${lines.join('\n')}\n${more}`);
}

/** By name; what it died of where it did. `site`: see `writeSite`. */
export async function askSpamAssassin(
  corpus: Corpus,
  site: string,
  processes = 2,
): Promise<ReadonlyMap<string, Opinion | string>> {
  const folder = mkdtempSync(join(tmpdir(), 'postern-spam-'));
  try {
    const names = [...corpus.keys()];
    for (const [name, text] of corpus) writeFileSync(join(folder, name), text, 'latin1');
    const shares = Array.from({ length: processes }, (_, i) => names.filter((_name, at) => at % processes === i));
    const opinions = await Promise.all(shares.map((share) => ask(share, folder, site)));
    return new Map(opinions.flat());
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function ask(names: readonly string[], folder: string, site: string): Promise<[string, Opinion | string][]> {
  const child = spawn('perl', [oracle, RULES, site], {
    env: { PATH: '/usr/bin:/bin', LANG: 'C' },
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  let complaints = '';
  child.stderr.on('data', (chunk: Buffer) => {
    complaints = `${complaints}${chunk.toString('latin1')}`.slice(-4000);
  });
  child.stdin.on('error', () => undefined);
  child.stdin.end(names.map((name) => `${join(folder, name)}\n`).join(''));
  const found: [string, Opinion | string][] = [];
  for await (const line of createInterface({ input: child.stdout })) {
    const one = JSON.parse(line) as Opinion & { readonly path?: string; readonly error?: string };
    if (one.path !== undefined) found.push([one.path.slice(folder.length + 1), one.error ?? one]);
  }
  if (found.length !== names.length)
    throw new Error(`SpamAssassin looked at ${found.length} of ${names.length}: ${complaints}`);
  return found;
}
