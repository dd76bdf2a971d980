/** Keeps what SpamAssassin said in a file, by the octets of the message: for those who compare again and again. */
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import type { Corpus } from './generate/corpus.js';
import { askSpamAssassin, type Opinion } from './spam-assassin.js';

const keyOf = (text: string): string => createHash('sha256').update(text, 'latin1').digest('hex').slice(0, 32);

export async function cachedOpinions(
  corpus: Corpus,
  site: string,
  file: string,
): Promise<ReadonlyMap<string, Opinion | string>> {
  const known = new Map<string, Opinion | string>(existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : []);
  const missing = new Map([...corpus].filter(([, text]) => !known.has(keyOf(text))));
  if (missing.size > 0) {
    for (const [name, opinion] of await askSpamAssassin(missing, site))
      known.set(keyOf(missing.get(name) ?? ''), opinion);
    writeFileSync(file, JSON.stringify([...known]));
  }
  return new Map(
    [...corpus].flatMap(([name, text]) => {
      const opinion = known.get(keyOf(text));
      return opinion === undefined ? [] : [[name, opinion] as const];
    }),
  );
}
