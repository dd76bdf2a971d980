/** passwd and group files of people, and a getent in their place. */
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { DirectoryData } from '../../../src/directory/data.js';

export interface Host {
  readonly folder: string;
  readonly passwd: string;
  readonly group: string;
  /** Path of a program that answers as getent(1) of glibc does, with the case-insensitive names of winbind, from the
   * two files. */
  readonly getent: string;
  /** `down`: every source but the files is unavailable, and there are none. `silent`: it does not end. */
  behave(how: 'well' | 'down' | 'silent' | 'broken'): void;
  remove(): void;
}

export function hostOf(passwd: string, group: string): Host {
  const folder = mkdtempSync(join(tmpdir(), 'posix-'));
  const host: Host = {
    folder,
    passwd: join(folder, 'passwd'),
    group: join(folder, 'group'),
    getent: join(folder, 'getent'),
    behave: (how) => writeFileSync(join(folder, 'how'), how),
    remove: () => rmSync(folder, { recursive: true, force: true }),
  };
  writeFileSync(host.passwd, passwd);
  writeFileSync(host.group, group);
  writeFileSync(host.getent, GETENT.replace('FOLDER', folder));
  chmodSync(host.getent, 0o755);
  host.behave('well');
  return host;
}

const GETENT = `#!/bin/sh
cd 'FOLDER'
read -r how < how
case $how in
  down) [ "$1" = initgroups ] && shift && for key in "$@"; do echo "$key      "; done; [ $# = 1 ] && exit 0; exit 2;;
  silent) sleep 60;;
  broken) exit 1;;
esac
database=$1; shift
if [ "$database" = initgroups ]; then
  exec awk -F: 'BEGIN { for (i = 1; i < ARGC; i++) { names[i] = ARGV[i]; ARGV[i] = "" } ARGV[1] = "group"; ARGC = 2; count = i - 1 }
    { n = split($4, m, ","); for (i = 1; i <= n; i++) of[tolower(m[i])] = of[tolower(m[i])] " " $3 }
    END { for (i = 1; i <= count; i++) print names[i] "      " of[tolower(names[i])] }' "$@"
fi
[ $# = 0 ] && exec cat "$database"
missing=0
for key in "$@"; do
  K="$key" awk -F: 'BEGIN { k = tolower(ENVIRON["K"]); id = k ~ /^[0-9]+$/ } (id ? $3 == k : tolower($1) == k) { print; found = 1; exit }
    END { exit !found }' "$database" || missing=2
done
exit $missing
`;

export function passwdOf(
  { users }: Required<DirectoryData>,
  nameOf: (login: string) => string = (login) => login,
): string {
  const lines = users.map(({ login, displayName = '', posix }) => {
    const { uid, gid, home, shell } = posix ?? { uid: 1, gid: 1, home: '/', shell: '' };
    return `${nameOf(login)}:*:${uid}:${gid}:${displayName}:${home}:${shell}\n`;
  });
  return `root:x:0:0:root:/root:/bin/sh\n${lines.join('')}`;
}

export function groupOf(
  { groups }: Required<DirectoryData>,
  nameOf: (name: string) => string = (name) => name,
): string {
  const lines = groups.map(({ name, gid, users = [] }) => `${nameOf(name)}:x:${gid}:${users.map(nameOf).join(',')}\n`);
  return `root:x:0:\n${lines.join('')}`;
}
