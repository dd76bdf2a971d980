/** A school of a few accounts, in memory. */
import { type MemoryDirectory, memoryDirectory } from '../../src/directory/memory-directory.js';
import type { CredentialsCall } from '../../src/ports/credentials.js';
import { parseIp } from '../../src/values/ip.js';
import { value } from '../values/support.js';

const sid = (rid: number): string => `S-1-5-21-1-2-3-${rid}`;

export function school(): MemoryDirectory {
  return memoryDirectory({
    name: 'school',
    users: [
      {
        login: 'Alice',
        password: 'rabbit',
        addresses: ['alice@school.example', 'alice.miller@school.example', 'head@partner.example'],
        sid: sid(1104),
      },
      { login: 'bob', password: 'builder', addresses: ['bob@school.example'], sid: sid(1105) },
      { login: 'carol', password: 'christmas', addresses: ['carol@school.example'], state: 'disabled' },
      { login: 'root', password: 'toor', addresses: ['operator@school.example'] },
      { login: 'toor', password: 'toor', posix: { uid: 0, gid: 0, home: '/root', shell: '/bin/sh' } },
      { login: 'renamed', password: 'admin', sid: sid(500) },
      { login: 'jane doe', password: 'doe', addresses: ['jane@school.example'] },
      { login: 'intern', password: 'coffee', addresses: ['intern@school.example'] },
    ],
    groups: [
      { name: 'Staff', users: ['Alice'], groups: ['Teachers'], addresses: ['staff@school.example'] },
      { name: 'Teachers', users: ['bob'], groups: ['Staff'] },
      { name: 'Interns', users: ['intern'] },
      { name: 'Odd', users: ['jane doe', 'bob'], addresses: ['odd@school.example'] },
    ],
  });
}

export function callFrom(ip: string | undefined = '192.0.2.1', signal?: AbortSignal): CredentialsCall {
  return {
    client: ip === undefined ? undefined : value(parseIp(ip)),
    signal: signal ?? new AbortController().signal,
    deadline: Number.POSITIVE_INFINITY,
  };
}
