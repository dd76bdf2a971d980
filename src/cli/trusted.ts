/**
 * `--trusted TYPE:FILE`: tables whose patterns may need backtracking. Such patterns run in a worker thread with a
 * deadline.
 */
import { join, relative, resolve } from 'node:path';
import { regexWorker } from '../adapters/regex-worker/index.js';
import { splitTableName, type TrustedTables } from '../tables/open-table.js';

const USUAL = '/etc/postfix';

/** What is no table of patterns cannot be trusted. */
export function trustedFault(names: readonly string[] = []): string | undefined {
  const other = names.find((name) => !['pcre', 'regexp'].includes(splitTableName(name, '').type));
  return other === undefined ? undefined : `--trusted ${other}: pcre:FILE or regexp:FILE is expected`;
}

/** By every name that main.cf may have for a file of the folder. No thread is started before a pattern needs it. */
export function trustedTables(
  names: readonly string[],
  folder: string,
  cwd: string,
): { readonly trusted?: TrustedTables } {
  if (names.length === 0) return {};
  const tables = names.flatMap((name) => {
    const { type, rest, plain } = splitTableName(name);
    return [plain, ...otherNames(rest, folder, cwd).map((file) => `${type}:${file}`)];
  });
  return { trusted: { tables: [...new Set(tables)], engine: regexWorker() } };
}

function otherNames(file: string, folder: string, cwd: string): readonly string[] {
  return [resolve(folder, file), resolve(cwd, file)].flatMap((path) => {
    const below = [relative(USUAL, path), relative(folder, path)].find((one) => !one.startsWith('..'));
    return below === undefined ? [] : [below, join(USUAL, below), join(folder, below)];
  });
}
