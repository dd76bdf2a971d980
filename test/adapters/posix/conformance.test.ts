/**
 * The suite of the port Directory over passwd and group files, and over a getent with and without names of a Windows
 * domain.
 */
import { unlinkSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { type PosixDirectory, type PosixOptions, posixDirectory } from '../../../src/adapters/posix/index.js';
import { directoryConformance } from '../../../src/testing/directory/index.js';
import { groupOf, type Host, hostOf, passwdOf } from './support.js';

const abilities = {
  nestedGroups: false,
  contacts: false,
  groupAddresses: false,
  otherAddresses: false,
  states: false,
} as const;
const domains = ['school.example'];
const hosts = new Map<PosixDirectory, Host>();

function made(host: Host, options: PosixOptions): PosixDirectory {
  const directory = posixDirectory(options);
  hosts.set(directory, host);
  return directory;
}

async function dispose(directory: PosixDirectory): Promise<void> {
  await directory.close();
  hosts.get(directory)?.remove();
  hosts.delete(directory);
}

describe('over files', () => {
  const count = directoryConformance<PosixDirectory>({
    test: it,
    makeDirectory(tree) {
      const host = hostOf(passwdOf(tree), groupOf(tree));
      const { passwd, group } = host;
      return made(host, { passwd, group, domains, interval: 1 });
    },
    dispose,
    abilities,
    faults: {
      down: async (directory) => {
        unlinkSync(hosts.get(directory)?.passwd ?? '');
        await new Promise((resolve) => setTimeout(resolve, 5));
      },
    },
  });
  it('has cases', () => expect(count).toBeGreaterThan(15));
});

describe.each([
  ['over getent', undefined],
  ['over getent, with the names of a Windows domain', { domain: 'SCHOOL' }],
])('%s', (_, winbind) => {
  const count = directoryConformance<PosixDirectory>({
    test: (name, run) => it(name, run, 60_000),
    makeDirectory(tree) {
      const nameOf = (name: string): string => (winbind === undefined ? name : `SCHOOL\\${name}`);
      const host = hostOf(passwdOf(tree, nameOf), groupOf(tree, nameOf));
      const own = winbind === undefined ? {} : { winbind };
      return made(host, { getent: host.getent, witness: 'mallory', domains, timeout: 30_000, processes: 3, ...own });
    },
    dispose,
    abilities,
    faults: {
      // As getent(1) is while winbindd is down: it says that there is nobody.
      down: (directory) => hosts.get(directory)?.behave('down'),
      silent: (directory) => hosts.get(directory)?.behave('silent'),
    },
  });
  it('has cases', () => expect(count).toBeGreaterThan(15));
});
