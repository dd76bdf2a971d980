/** Where accounts come from: the files or getent(1). Names are those of the system: `SCHOOL\alice`. */
import type { PortCall } from '../../core/stage.js';
import type { Answer } from '../../values/answer.js';
import type { GroupEntry, PasswdEntry } from './lines.js';

export interface AccountSource {
  /** For the log. */
  readonly name: string;
  user(name: string, call: PortCall | undefined): Promise<Answer<PasswdEntry>>;
  group(name: string, call: PortCall | undefined): Promise<Answer<GroupEntry>>;
  /** The primary group among them. */
  groupsOf(user: string, call: PortCall | undefined): Promise<Answer<readonly GroupEntry[]>>;
  membersOf(group: string, call: PortCall | undefined): Promise<Answer<readonly PasswdEntry[]>>;
  close(): Promise<void>;
}
