/**
 * What is made once for all files of a run and costs seconds: a folder that is gone after it; vitest's global set-up. Who sets the
 * variable keeps the folder, and has the next run use it again.
 */
import { existsSync, mkdirSync, mkdtempSync, renameSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const VARIABLE = 'POSTERN_ONCE';

/** The folder `name`, made by `build` unless it is there. It must not be changed. */
export async function madeOnce(name: string, build: (path: string) => Promise<void>): Promise<string> {
  const path = join(process.env[VARIABLE] ?? ownFolder(), name);
  if (existsSync(path)) return path;
  // Half of one must not be taken for one.
  const making = `${path}.making`;
  rmSync(making, { recursive: true, force: true });
  mkdirSync(making, { recursive: true });
  await build(making);
  renameSync(making, path);
  return path;
}

/** Outside of a test run: until this process ends. */
function ownFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'postern-once-'));
  process.env[VARIABLE] = folder;
  process.once('exit', () => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

export default function setup(): (() => void) | undefined {
  if (process.env[VARIABLE] !== undefined) return undefined;
  const folder = mkdtempSync(join(tmpdir(), 'postern-once-'));
  process.env[VARIABLE] = folder;
  return () => rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
}
