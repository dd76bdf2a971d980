/** Adds up what the files of one run compared, and prints it at the end; vitest's global set-up. */
import { appendFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Counts } from './compare.js';

const VARIABLE = 'POSTERN_TOTALS';

/** Called by tests: `what` of all files are added up. */
export function addTotal(what: string, count: number): void {
  const file = process.env[VARIABLE];
  if (file !== undefined && count > 0) appendFileSync(file, `${JSON.stringify([what, count])}\n`);
}

/** The counts of one file. */
export function addTotals({ known, ...totals }: Counts): void {
  for (const [what, count] of Object.entries(totals)) addTotal(what, count);
  for (const [name, count] of Object.entries(known)) addTotal(`times the known difference ${name}`, count);
}

/** Differences behind everything else. */
const order = (what: string): number => (what.startsWith('times the') ? 1 : 0);

export default function setup(): () => void {
  const started = performance.now();
  const folder = mkdtempSync(join(tmpdir(), 'postern-totals-'));
  const file = join(folder, 'totals');
  writeFileSync(file, '');
  process.env[VARIABLE] = file;
  return () => {
    const totals = new Map<string, number>();
    for (const line of readFileSync(file, 'utf8').split('\n').filter(Boolean)) {
      const [what, count] = JSON.parse(line) as [string, number];
      totals.set(what, (totals.get(what) ?? 0) + count);
    }
    for (const [what, count] of [...totals].sort(([a], [b]) => order(a) - order(b)))
      process.stdout.write(`compared: ${count} ${what}\n`);
    process.stdout.write(`compared: in ${Math.round((performance.now() - started) / 1000)} seconds\n`);
    rmSync(folder, { recursive: true, force: true });
  };
}
