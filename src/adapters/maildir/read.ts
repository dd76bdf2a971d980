/**
 * Reads what a Maildir holds, as any mail reader may while deliveries go on: no locks. Lists files, opens none. Does
 * not move messages from new/ to cur/, and does not look into Maildir++ sub-folders.
 */
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { codeOf } from './failure.js';

export interface MaildirEntry {
  /** The path of the file: `path` as given, the folder, the name. */
  readonly file: string;
  readonly folder: 'new' | 'cur';
  /** The letters after `:2,` (`S` seen, `R` replied, `F` flagged, `T` trashed, `D` draft, `P` passed); empty in new/. */
  readonly flags: string;
}

/**
 * The messages of the Maildir at `path`, in the order of their names, thus of delivery. Rejects with the system's error
 * when `path` is not a Maildir (has neither new/ nor cur/) or cannot be read. A file may be moved or removed by
 * another reader before the caller opens it.
 */
export async function* readMaildir(path: string): AsyncIterable<MaildirEntry> {
  // new/ first: a message that moves to cur/ between the two is then seen twice, not missed. The second sight counts.
  const fresh = await names(join(path, 'new'));
  const read = await names(join(path, 'cur'));
  if (fresh === undefined && read === undefined) {
    throw Object.assign(new Error(`ENOENT: ${path} is not a Maildir, it has neither new/ nor cur/`), {
      code: 'ENOENT',
    });
  }
  const entries = new Map<string, MaildirEntry>();
  for (const name of fresh ?? [])
    entries.set(stemOf(name), { file: join(path, 'new', name), folder: 'new', flags: '' });
  for (const name of read ?? []) {
    entries.set(stemOf(name), { file: join(path, 'cur', name), folder: 'cur', flags: flagsOf(name) });
  }
  const order = [...entries.keys()].sort((a, b) => (a < b ? -1 : 1));
  for (const stem of order) {
    const entry = entries.get(stem);
    if (entry !== undefined) yield entry;
  }
}

/** The name without flags: the same in new/ and cur/. */
function stemOf(name: string): string {
  const colon = name.indexOf(':');
  return colon < 0 ? name : name.slice(0, colon);
}

function flagsOf(name: string): string {
  const at = name.indexOf(':2,');
  return at < 0 ? '' : name.slice(at + 3);
}

/** The message files of one folder (links to files too); undefined when there is no such folder. */
async function names(folder: string): Promise<readonly string[] | undefined> {
  try {
    const found = await readdir(folder, { withFileTypes: true });
    return found.filter((item) => !item.isDirectory() && !item.name.startsWith('.')).map((item) => item.name);
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return undefined;
    throw error;
  }
}
