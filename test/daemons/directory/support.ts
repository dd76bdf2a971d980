/** What the tests of this folder share: skipping aloud, daemons that fail on purpose, people to ask for. */
import { readdirSync, readFileSync } from 'node:fs';
import { it } from 'vitest';
import type { Directory, DirectoryGroup, DirectoryUser } from '../../../src/ports/directory.js';
import type { RegisterTest, TestContext } from '../../../src/testing/directory/index.js';
import type { Answer } from '../../../src/values/answer.js';
import { processTree } from '../../bench/process-tree.js';
import { until } from '../private-host.js';

export type Test = (name: string, run: (context: TestContext) => Promise<void> | void) => void;

/** Tests that are skipped with the reason why there is no daemon, and run where there is none. */
export function testUnless(missing: string | undefined): Test & RegisterTest {
  return (name: string, run: (context: TestContext) => Promise<void> | void) => {
    it(name, async (context) => {
      if (missing !== undefined) return context.skip(missing);
      await run(context);
    });
  };
}

export interface Restartable {
  pid(): number;
  start(): Promise<void>;
  kill(): Promise<void>;
}

/** For the suites: what makes a daemon fail, and what mends it again. */
export interface Faults {
  readonly down: () => Promise<void>;
  readonly silent: () => Promise<void>;
  /** As it was, whichever it was. */
  mend(): Promise<void>;
}

export function faultsOf(daemon: () => Restartable): Faults {
  let fault: 'none' | 'down' | 'silent' = 'none';
  const signal = (name: NodeJS.Signals): void => {
    for (const pid of processTree(daemon().pid())) process.kill(pid, name);
  };
  return {
    down: async () => {
      await daemon().kill();
      fault = 'down';
    },
    silent: async () => {
      signal('SIGSTOP');
      fault = 'silent';
      // Until it has, a thread of it may still answer.
      await until('it has stopped', () => processTree(daemon().pid()).every(hasStopped));
    },
    mend: async () => {
      if (fault === 'silent') signal('SIGCONT');
      if (fault === 'down') await daemon().start();
      fault = 'none';
    },
  };
}

/** proc_pid_stat(5): every thread of it. */
function hasStopped(pid: number): boolean {
  return readdirSync(`/proc/${pid}/task`).every((thread) => {
    const stat = readFileSync(`/proc/${pid}/task/${thread}/stat`, 'utf8');
    return /^[TtZ] /.test(stat.slice(stat.lastIndexOf(')') + 2));
  });
}

export const call = (ms = 20_000): { readonly signal: AbortSignal; readonly deadline: number } => ({
  signal: new AbortController().signal,
  deadline: performance.now() + ms,
});

/** The value that must have been found. */
export function foundIn<T>(answer: Answer<T>): T {
  if (answer.kind === 'found') return answer.value;
  throw new Error(`expected "found", got ${JSON.stringify(answer)}`);
}

export async function userOf(directory: Directory, login: string): Promise<DirectoryUser> {
  return foundIn(await directory.findUser({ kind: 'login', login }, call()));
}

export async function groupOf(directory: Directory, name: string): Promise<DirectoryGroup> {
  return foundIn(await directory.findGroup({ kind: 'name', name }, call()));
}
