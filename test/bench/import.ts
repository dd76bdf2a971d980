/** What importing the built package costs, in fresh processes. */
import { execFileSync } from 'node:child_process';
import { type BenchRow, median, row } from './row.js';

const LIMIT_MS = 50;

export async function benchImport(): Promise<readonly BenchRow[]> {
  const script = `const s = performance.now(); await import('postern'); process.stdout.write(String(performance.now() - s));`;
  const once = (): number =>
    Number(execFileSync(process.execPath, ['--input-type=module', '-e', script], { encoding: 'utf8' }));
  once();
  const ours = median(Array.from({ length: 9 }, once));
  return [row({ name: 'import postern', unit: 'ms', ours, against: 'limit', rival: LIMIT_MS, goal: '<= 1' })];
}
