/** The mail that spam scores are compared on, by name. Octets as Latin-1. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { randomFrom, seedFor } from '../../generate/random.js';
import { ordinaryMessage } from './ordinary.js';
import { readRuleLines } from './rule-lines.js';
import { spamLike } from './spam-like.js';

export type Corpus = ReadonlyMap<string, string>;

export function ordinaryCorpus(seed: number, count: number): Corpus {
  const random = randomFrom(seedFor(seed, 'ordinary'));
  return numbered('ordinary', count, () => ordinaryMessage(random));
}

/** `rules`: the folder of SpamAssassin's rule files. */
export function spamCorpus(seed: number, count: number, rules: string): Corpus {
  return numbered('spam', count, spamLike(readRuleLines(rules), randomFrom(seedFor(seed, 'spam'))));
}

function numbered(kind: string, count: number, make: () => string): Corpus {
  return new Map(Array.from({ length: count }, (_, i) => [`${kind}-${String(i).padStart(4, '0')}.eml`, make()]));
}

const conformance = fileURLToPath(new URL('../../../../../shared/conformance/', import.meta.url));

/** Mail that was written to test other software; undefined where it is not at hand. */
export function conformanceCorpus(): Corpus | undefined {
  if (!existsSync(conformance)) return undefined;
  const folders = ['mail-parser-rs', 'dkim-lieser']
    .map((name) => join(conformance, name))
    .filter((path) => existsSync(path));
  const files = folders.flatMap((folder) =>
    readdirSync(folder, { recursive: true, encoding: 'utf8' })
      .filter((name) => /\.(?:eml|txt|crlf)$/.test(name) && !/LICENSE|MIT|Apache/.test(name))
      .map((name) => [`conformance-${name.replace(/\//g, '-')}`, join(folder, name)] as const),
  );
  return new Map(files.sort().map(([name, path]) => [name, readFileSync(path, 'latin1')]));
}
