/** Files for Postfix: it sleeps up to two seconds over one that changed just now, lest it read half of it. */
import { mkdirSync, utimesSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';

/** Latin-1 octets or text, in a file that looks as if it were from long ago. */
export function writeOld(path: string, text: string, encoding: 'latin1' | 'utf8' = 'utf8'): void {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, text, encoding);
  utimesSync(path, 1_700_000_000, 1_700_000_000);
}
