/**
 * `npm run bench -- [NAME] [--json FILE]`: runs the benches whose name contains NAME, prints a row each, and writes
 * the rows as JSON. A bench never fails a build: machines are noisy. Read the ratios.
 */
import { writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { benchChain } from './chain.js';
import { benchContentChecks } from './content-checks.js';
import { benchCore } from './core.js';
import { benchDirectory } from './directory.js';
import { benchDkim } from './dkim.js';
import { benchDmarc } from './dmarc.js';
import { benchImport } from './import.js';
import { benchLargeMessage } from './large-message.js';
import { benchLogin } from './login.js';
import { benchMaildir } from './maildir.js';
import type { BenchRow } from './row.js';
import { benchSmtpAccept } from './smtp-accept.js';
import { benchSpam } from './spam.js';
import { benchSpf } from './spf.js';
import { benchStall } from './stall.js';
import { benchTables } from './tables.js';

const benches: Readonly<Record<string, () => Promise<readonly BenchRow[]>>> = {
  core: benchCore,
  import: benchImport,
  stall: benchStall,
  maildir: benchMaildir,
  'large-message': benchLargeMessage,
  'smtp-accept': benchSmtpAccept,
  'content-checks': benchContentChecks,
  tables: benchTables,
  dkim: benchDkim,
  spf: benchSpf,
  dmarc: benchDmarc,
  spam: benchSpam,
  chain: benchChain,
  login: benchLogin,
  directory: benchDirectory,
};

const { values, positionals } = parseArgs({ options: { json: { type: 'string' } }, allowPositionals: true });
const chosen = Object.entries(benches).filter(([name]) => positionals.every((part) => name.includes(part)));
if (chosen.length === 0) {
  process.stderr.write(`no bench is named so; there are: ${Object.keys(benches).join(', ')}\n`);
  process.exit(64);
}

const rows: BenchRow[] = [];
for (const [name, run] of chosen) {
  process.stdout.write(`\n${name}\n`);
  for (const one of await run()) {
    rows.push(one);
    process.stdout.write(`${render(one)}\n`);
  }
}
if (values.json !== undefined) writeFileSync(values.json, `${JSON.stringify(rows, undefined, 2)}\n`);

function render({ name, unit, ours, against, rival, ratio, goal }: BenchRow): string {
  const figures = `${figure(ours).padStart(10)} ${unit.padEnd(13)} ${against}: ${figure(rival)}`;
  return `  ${name.padEnd(52)} ${figures.padEnd(62)} ratio ${figure(ratio)}${goal === '' ? '' : `  (goal ${goal})`}`;
}

function figure(value: number): string {
  return value >= 1000 ? Math.round(value).toLocaleString('en') : value.toPrecision(3);
}
