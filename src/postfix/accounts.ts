/**
 * The accounts of the system, as `unix:passwd.byname` and `unix:group.byname` of DATABASE_README: /etc/passwd and
 * /etc/group as they are when a configuration is read. Accounts that a directory adds are not seen: give a table of
 * your own for those.
 */
import { readFileSync } from 'node:fs';
import type { Table } from '../core/table.js';
import { keyedTable } from '../tables/hash-table.js';
import { ConfigurationError } from '../values/errors.js';

export interface AccountFiles {
  /** Default `/etc/passwd`. */
  readonly passwd?: string;
  /** Default `/etc/group`. */
  readonly group?: string;
}

/**
 * For the option `unix`: `readPostfix(folder, { unix: systemAccounts() })`. A file is read when its map is opened; one
 * that cannot be throws ConfigurationError `table`.
 */
export function systemAccounts({
  passwd = '/etc/passwd',
  group = '/etc/group',
}: AccountFiles = {}): (map: string) => Table | undefined {
  const files: ReadonlyMap<string, string> = new Map([
    ['passwd.byname', passwd],
    ['group.byname', group],
  ]);
  return (map) => {
    const file = files.get(map);
    return file === undefined ? undefined : accountTable(map, file);
  };
}

function linesOf(file: string): readonly string[] {
  try {
    return readFileSync(file, 'utf8').split('\n');
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new ConfigurationError('table', [
      { code: 'missing-map', message: `cannot be read: ${why}`, source: { file } },
    ]);
  }
}

/** The name before the first colon is the key, in the letter case of the file; the whole line is the value. */
function accountTable(map: string, file: string): Table {
  const lines = linesOf(file);
  const entries = lines.flatMap((text, at): [string, { value: string; source: { file: string; line: number } }][] => {
    const name = text.slice(0, Math.max(0, text.indexOf(':')));
    return /^[^\s#+-]/.test(name) ? [[name, { value: text, source: { file, line: at + 1 } }]] : [];
  });
  return keyedTable(`unix:${map}`, new Map(entries), (key) => key, []);
}
