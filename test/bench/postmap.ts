/** What Postfix's own `postmap` needs to look the lines of a text up in a `pcre:` table: its start and the loading taken off. */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { median } from './row.js';

const REPEAT = 10;
const ROUNDS = 3;

/** Milliseconds for one time through the text; or why this cannot be measured here. */
export function postmapCost(table: string, text: string): number | string {
  const program = ['/usr/sbin/postmap', '/usr/local/sbin/postmap'].find((path) => existsSync(path));
  if (program === undefined) return 'postmap (Postfix with pcre) is not installed';
  const folder = mkdtempSync(join(tmpdir(), 'postern-bench-'));
  try {
    writeFileSync(join(folder, 'main.cf'), 'compatibility_level = 3.6\n');
    writeFileSync(join(folder, 'table'), table);
    const run = (input: string): number | string => {
      const started = performance.now();
      const { status, stderr } = spawnSync(program, ['-q', '-', `pcre:${join(folder, 'table')}`], {
        input,
        env: { PATH: '/usr/sbin:/usr/bin:/bin', MAIL_CONFIG: folder },
      });
      // Status 1: no line was found, as it should be.
      return status === 1 ? performance.now() - started : `postmap: ${stderr.toString().split('\n')[0]}`;
    };
    const lines = text.replaceAll('\r\n', '\n').replace(/^\n/gm, '-\n');
    const figures: number[] = [];
    for (let round = 0; round < ROUNDS; round++) {
      const empty = run('-\n');
      const whole = run(lines.repeat(REPEAT));
      if (typeof empty === 'string') return empty;
      if (typeof whole === 'string') return whole;
      figures.push((whole - empty) / REPEAT);
    }
    return median(figures);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
