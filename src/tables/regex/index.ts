/**
 * Regular expression tables in Postfix's syntax, `pcre:` and `regexp:`, and the linear-time engine that they run on.
 */
export { Answers, type AskEngine } from './answers.js';
export type { Rule } from './program.js';
export { re2jsEngine } from './re2js-engine.js';
export {
  pcreTable,
  type ReadTable,
  type RuleMatch,
  type RuleSource,
  type RuleTable,
  type RuleTableOptions,
  readSource,
  regexpTable,
  type TextScan,
} from './rule-table.js';
