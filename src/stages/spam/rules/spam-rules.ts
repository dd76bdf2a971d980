/**
 * What a set of rule files says, read and not yet compiled. Plain data.
 */
import type { SourcePosition } from '../../../values/errors.js';
import type { SpamRule } from './rule.js';
import type { Settings } from './settings.js';

export interface SpamRules {
  readonly kind: 'spam-rules';
  /** In the order of their first lines. */
  readonly rules: readonly SpamRule[];
  readonly settings: Settings;
  /** Names of the plugins that `loadplugin` lines load. */
  readonly plugins: ReadonlySet<string>;
  /** `required_score`, from how many points on a message is called spam. Default 5. */
  readonly required: number;
  /** What could be read and is for nobody here. */
  readonly passedOver: readonly PassedOver[];
  /** Rules for which a plugin would have to be loaded, by the plugin. */
  readonly notLoaded: readonly { readonly plugin: string; readonly rules: readonly string[] }[];
}

export interface PassedOver {
  readonly kind: 'line' | 'plugin';
  /** Of the plugin, or the keyword of the line. */
  readonly name: string;
  readonly why: string;
  readonly source: SourcePosition;
}
