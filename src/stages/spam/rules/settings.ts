/**
 * The lines of rule files that are no rules, by their keyword, for whoever knows what they mean: `trusted_networks`,
 * `freemail_domains`, `uridnsbl_skip_domain`. Old names are read as the new ones (`whitelist_from`: `welcomelist_from`).
 */
import type { SourcePosition } from '../../../values/errors.js';

export interface Setting {
  readonly keyword: string;
  /** Behind the keyword, comments and outer white space removed. */
  readonly value: string;
  readonly source: SourcePosition;
}

export interface Settings {
  /** All lines of these keywords in the order of the files, so that a `clear_...` among them clears what was before. */
  of(...keywords: readonly string[]): readonly Setting[];
  /** The value of the last line. */
  last(keyword: string): Setting | undefined;
}
