/** Rules as text, a zone, a message with its way: which rules hit, and what was asked. */

import type { CannotTellRule } from '../../../../src/core/decision.js';
import { definePolicy } from '../../../../src/core/policy.js';
import { defineStage } from '../../../../src/core/stage.js';
import { type ArcFinding, arcFinding } from '../../../../src/findings/arc.js';
import { type DkimFinding, dkimFinding } from '../../../../src/findings/dkim.js';
import { type DmarcFinding, dmarcFinding } from '../../../../src/findings/dmarc.js';
import { type SpamFinding, spamFinding } from '../../../../src/findings/spam.js';
import { type SpfFinding, spfFinding } from '../../../../src/findings/spf.js';
import { readSpamRules } from '../../../../src/stages/spam/rules/read-rules.js';
import { spamRules } from '../../../../src/stages/spam/spam-rules.js';
import { type Zone, zoneResolver } from '../../../../src/testing/resolver/index.js';
import { type Facts, runPolicy, said } from '../../facts.js';

export interface Findings {
  readonly spf?: SpfFinding;
  readonly dkim?: DkimFinding;
  readonly dmarc?: DmarcFinding;
  readonly arc?: ArcFinding;
}

export interface Run extends Facts {
  readonly rules: string;
  readonly zone?: Zone;
  readonly findings?: Findings;
  readonly cannotTell?: CannotTellRule;
}

export interface Result {
  readonly hits: readonly string[];
  readonly asked: readonly string[];
  readonly finding: SpamFinding | undefined;
  readonly said: string;
}

const PLUGINS = ['DNSEval', 'URIDNSBL', 'AskDNS', 'SPF', 'DKIM', 'DMARC'].map(
  (name) => `loadplugin Mail::SpamAssassin::Plugin::${name}\n`,
);

export const message = (...received: readonly string[]): string =>
  `${received.map((line) => `Received: ${line}\r\n`).join('')}From: a@sender.example\r\nSubject: x\r\n\r\nbody\r\n`;

/** Rules hit, by name; `cannotTell` by default: `continue`. */
export async function run({
  rules,
  zone = {},
  findings = {},
  cannotTell = 'continue',
  ...facts
}: Run): Promise<Result> {
  const text = `${PLUGINS.join('')}util_rb_tld example com org test\n${rules}`;
  const read = readSpamRules({ files: [{ name: 'rules.cf', text }] });
  const asked: string[] = [];
  const resolver = zoneResolver(zone);
  const noted: typeof resolver = {
    ...resolver,
    addresses: (name, family, ...rest) => {
      asked.push(`${family === 4 ? 'A' : 'AAAA'} ${name}`);
      return resolver.addresses(name, family, ...rest);
    },
    texts: (name, ...rest) => {
      asked.push(`TXT ${name}`);
      return resolver.texts(name, ...rest);
    },
    nameServers: (name, ...rest) => {
      asked.push(`NS ${name}`);
      return resolver.nameServers(name, ...rest);
    },
    mailExchangers: (name, ...rest) => {
      asked.push(`MX ${name}`);
      return resolver.mailExchangers(name, ...rest);
    },
  };
  const before = defineStage({
    name: 'before',
    at: 'message',
    gives: [spfFinding, dkimFinding, dmarcFinding, arcFinding],
    run: () => ({ findings: findings as Required<Findings> }),
  });
  const stage = spamRules({ rules: read, resolver: noted, cannotTell, time: 300 });
  const outcome = await runPolicy(definePolicy({ message: [before, stage] }), facts);
  const finding = spamFinding.in(outcome.findings);
  const hits = finding?.hits.map(({ name }) => name) ?? [];
  return { hits, asked: asked.sort(), finding, said: said(outcome) };
}
