/**
 * Child processes for benches that measure speed: bundled beforehand, as users run the package. What runs TypeScript
 * directly adds code to every function.
 */
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { build } from 'tsup';

/** Inside the package, so that its dependencies are found. */
const outDir = fileURLToPath(new URL('../../node_modules/.cache/postern-bench', import.meta.url));

/** `names` without `.ts`, files of this folder. */
export async function buildChildren(names: readonly string[]): Promise<void> {
  await mkdir(outDir, { recursive: true });
  const entry = names.map((name) => fileURLToPath(new URL(`${name}.ts`, import.meta.url)));
  await build({
    entry,
    outDir,
    format: ['esm'],
    target: 'node20',
    config: false,
    silent: true,
    clean: false,
    dts: false,
  });
}

export interface Child<T> {
  readonly process: ChildProcess;
  /** The first message. */
  readonly ready: T;
}

/** After `buildChildren`. */
export async function startChild<T>(
  name: string,
  args: readonly string[] = [],
  execArgv: readonly string[] = [],
): Promise<Child<T>> {
  const file = [`${outDir}/${name}.js`, `${outDir}/${name}.mjs`].find((path) => existsSync(path));
  if (file === undefined) throw new Error(`${name} was not built`);
  const process = fork(file, [...args], { execArgv: [...execArgv] });
  const ended = once(process, 'exit').then(([code]) => {
    throw new Error(`${name} has ended with ${code}`);
  });
  const [ready] = (await Promise.race([once(process, 'message'), ended])) as [T];
  ended.catch(() => undefined);
  return { process, ready };
}
