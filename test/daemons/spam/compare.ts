/**
 * By hand: `npx tsx test/daemons/spam/compare.ts [--spam N] [--ordinary N] [--seed N] [--cache FILE] [--keep FOLDER] [--json FILE] [--message NAME]
 * [--folder FOLDER]`
 * compares spam scores with SpamAssassin over generated mail and prints the rules that differ, the most frequent first. `--cache` keeps what
 * SpamAssassin said, `--keep` writes the messages, `--message` shows one of them in full, `--folder` takes the
 * files of a folder in place of generated mail.
 */
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { type Corpus, conformanceCorpus, ordinaryCorpus, spamCorpus } from './generate/corpus.js';
import { hostileMessages } from './generate/hostile.js';
import { cachedOpinions } from './opinions-cache.js';
import { scoreWithPostern } from './ours.js';
import { compareOpinions, noParity, type Parity, percent, reportOf } from './parity.js';
import { RULES, writeSite } from './spam-assassin.js';

const { values } = parseArgs({
  options: {
    seed: { type: 'string', default: '1' },
    spam: { type: 'string', default: '400' },
    ordinary: { type: 'string', default: '100' },
    cache: { type: 'string', default: join(tmpdir(), 'postern-spam-opinions.json') },
    keep: { type: 'string' },
    json: { type: 'string' },
    message: { type: 'string' },
    folder: { type: 'string' },
  },
});

const seed = Number(values.seed);
const generated: Readonly<Record<string, Corpus>> = {
  spam: spamCorpus(seed, Number(values.spam), RULES),
  ordinary: ordinaryCorpus(seed, Number(values.ordinary)),
  conformance: conformanceCorpus() ?? new Map(),
  hostile: new Map(Object.entries(hostileMessages(0.002))),
};
const all = values.folder === undefined ? generated : { [values.folder]: ownCorpus(values.folder) };
const site = mkdtempSync(join(tmpdir(), 'postern-site-'));
const parities: Record<string, Parity> = {};

try {
  writeSite(site);
  const postern = scoreWithPostern(RULES, site);
  for (const [name, whole] of Object.entries(all)) {
    const corpus = values.message === undefined ? whole : new Map([...whole].filter(([one]) => one === values.message));
    if (values.keep !== undefined) keep(corpus, values.keep);
    const parity = noParity();
    parities[name] = parity;
    for (const [message, theirs] of await cachedOpinions(corpus, site, values.cache)) {
      if (typeof theirs === 'string') {
        process.stdout.write(`SpamAssassin about ${message}: ${theirs}\n`);
        continue;
      }
      const ours = postern.score(corpus.get(message) ?? '');
      compareOpinions(parity, message, theirs, ours, postern.claims);
      if (values.message !== undefined) process.stdout.write(`${JSON.stringify({ theirs, ours }, undefined, 1)}\n`);
    }
    process.stdout.write(`${reportOf(parity, name, postern.claims)}\n`);
  }
} finally {
  rmSync(site, { recursive: true, force: true });
}
if (values.json !== undefined) writeFileSync(values.json, `${JSON.stringify(summary(), undefined, 1)}\n`);

function ownCorpus(folder: string): Corpus {
  const names = readdirSync(folder).filter((name) => statSync(join(folder, name)).isFile());
  return new Map(names.sort().map((name) => [name, readFileSync(join(folder, name), 'latin1')]));
}

function keep(corpus: Corpus, folder: string): void {
  mkdirSync(folder, { recursive: true });
  for (const [name, text] of corpus) writeFileSync(join(folder, name), text, 'latin1');
}

function summary(): unknown {
  return Object.entries(parities).map(([name, one]) => ({
    name,
    messages: one.messages,
    hits: percent(one.hits),
    subRules: percent(one.subRules),
    scores: percent(one.scores),
    verdicts: percent(one.verdicts),
    otherPoints: Object.fromEntries(one.otherPoints),
    disagreements: [...one.disagreements.values()]
      .sort((a, b) => b.messages.length - a.messages.length)
      .map(({ rule, side, messages }) => ({ rule, side, count: messages.length, messages: messages.slice(0, 5) })),
  }));
}
