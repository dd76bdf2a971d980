/**
 * The suite of the port Authenticator through the protocol of saslauthd: our client asks our server, which asks a
 * directory in memory.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { type Saslauthd, saslauthd } from '../../../src/adapters/saslauthd/index.js';
import { type RunningUnixServer, saslauthdServer } from '../../../src/servers/saslauthd/index.js';
import {
  authenticatorConformance,
  type MemoryDirectory,
  memoryDirectory,
} from '../../../src/testing/directory/index.js';
import { cannotTell, found, notFound } from '../../../src/values/answer.js';

interface Made {
  readonly server: RunningUnixServer;
  readonly directory: MemoryDirectory;
}

const all = new Map<Saslauthd, Made>();

describe('through the socket', () => {
  const count = authenticatorConformance<Saslauthd>({
    test: it,
    async makeAuthenticator(tree) {
      const directory = memoryDirectory({ ...tree, sharedAddresses: true });
      const path = join(mkdtempSync(join(tmpdir(), 'saslauthd-')), 'mux');
      const server = await saslauthdServer({
        path,
        closeTime: 50,
        credentials: {
          async verify(login, password, call) {
            const answer = await directory.authenticate(login, password, call);
            if (answer.kind !== 'found') return answer.kind === 'cannot-tell' ? answer : cannotTell('never');
            return answer.value.kind === 'authenticated'
              ? found({ name: answer.value.account })
              : notFound(answer.value.cause);
          },
        },
      });
      const client = saslauthd({ path });
      all.set(client, { server, directory });
      return client;
    },
    async dispose(client) {
      const made = all.get(client);
      all.delete(client);
      await client.close();
      await made?.server.close();
      if (made !== undefined) rmSync(dirname(made.server.path), { recursive: true });
    },
    abilities: { causes: false },
    faults: {
      down: (client) => all.get(client)?.directory.fail('it is down'),
      silent: (client) => all.get(client)?.directory.hold(new Promise(() => undefined)),
    },
  });
  it('has cases', () => expect(count).toBeGreaterThan(10));
});
