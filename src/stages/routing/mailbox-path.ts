/**
 * The right-hand sides of virtual_mailbox_maps, and home_mailbox, as names of mailboxes in a store. Which names a store may have
 * is in values/mailbox-name.ts.
 */
import { parseMailboxName } from '../../values/mailbox-name.js';

/** virtual_mailbox_maps and home_mailbox end in a slash for Maildir, which is all that our stores know. */
export function withoutSlashes(path: string): string {
  let start = 0;
  let end = path.length;
  while (path.charAt(start) === '/') start++;
  while (end > start && path.charAt(end - 1) === '/') end--;
  return path.slice(start, end);
}

/** Why no store may have it. */
export function mailboxFault(path: string): string | undefined {
  const name = parseMailboxName(withoutSlashes(path));
  return name.kind === 'malformed' ? name.why : undefined;
}
