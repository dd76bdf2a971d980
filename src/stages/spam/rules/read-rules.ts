/**
 * Reads rule files of SpamAssassin, `.pre` and `.cf` (Mail::SpamAssassin::Conf(3)), in the order given: rules with all that is said of
 * them, settings, conditions, inclusions. A line that is wrong is told with file and line, all at once; a rule that is right and
 * cannot be run here is not wrong. Files are texts here; what reads folders is postern/spamassassin.
 */
import { ConfigurationError, type Problem, type SourcePosition } from '../../../values/errors.js';
import { Blocks, holds, pluginIn } from './condition.js';
import { isRuleName } from './definition.js';
import { version } from './features.js';
import { isDefinition } from './keywords.js';
import { metaCycles } from './meta-cycles.js';
import { newReading, type Reading, readLine, report, type Wrong } from './reading.js';
import { replaceTags, withTags } from './replace-tags.js';
import type { SpamRule } from './rule.js';
import { numberSetting } from './setting-value.js';
import { type SourceLine, sourceLines } from './source-line.js';
import type { SpamRules } from './spam-rules.js';
import { unfitness } from './unfit-rules.js';

export interface RuleFile {
  /** For messages, and for `include` lines of other files. */
  readonly name: string;
  /** Octets as Latin-1. */
  readonly text: string;
}

export interface SpamRuleFiles {
  /** In the order in which they count: `.pre` files first. */
  readonly files: readonly RuleFile[];
  /** The file that an `include` line names; a text says why it cannot be read. Default: there is none. */
  readonly include?: (path: string, from: string) => RuleFile | string | undefined;
  /** Which `lang xx` lines count. Default `en`. */
  readonly language?: string;
  /** What `if (local_tests_only)` says. Default false. */
  readonly localTestsOnly?: boolean;
  /** Whether a file is the site's own: there a pattern that is none and a function that nobody knows are wrong, elsewhere such a rule is
   * left out. Default: all are. */
  readonly isOwn?: (file: string) => boolean;
}

export interface SpamRulesCheck {
  /** Without the lines that are wrong. */
  readonly rules: SpamRules;
  readonly problems: readonly Problem[];
}

/** Characters of all files together. */
const SIZE_LIMIT = 33_554_432;
const DEPTH_LIMIT = 20;
/** `include` lines that are followed. */
const INCLUDE_LIMIT = 1000;

/** Throws ConfigurationError `spam-rules` with all that is wrong. */
export function readSpamRules(files: SpamRuleFiles): SpamRules {
  const { rules, problems } = checkSpamRules(files);
  if (problems.length > 0) throw new ConfigurationError('spam-rules', problems);
  return rules;
}

/** The same, with what is wrong as a value. */
export function checkSpamRules(input: SpamRuleFiles): SpamRulesCheck {
  const reading = newReading();
  for (const file of input.files) readFile(file, [], input, reading);
  putTags(reading);
  const { book, settings, plugins, passedOver, problems } = reading;
  const rules = withoutUnfit(book.rules(), input, reading);
  for (const { why, source } of metaCycles(rules)) report(reading, { code: 'meta-cycle', message: why }, source);
  const required = numberSetting(settings, 'required_score') ?? 5;
  const notLoaded = [...reading.notLoaded].flatMap(([plugin, names]) => {
    const missing = [...names].filter((name) => !isRuleName(name) || book.defined(name) === undefined);
    return missing.length === 0 ? [] : [{ plugin, rules: missing }];
  });
  return { rules: { kind: 'spam-rules', rules, settings, plugins, required, passedOver, notLoaded }, problems };
}

function withoutUnfit(rules: readonly SpamRule[], { isOwn = () => true }: SpamRuleFiles, reading: Reading) {
  return rules.filter((rule) => {
    const { name, source } = rule;
    const why = isOwn(source.file) ? unfitness(rule, reading.foreign) : undefined;
    if (why !== undefined) report(reading, { code: 'bad-rule', message: `${name}: ${why}` }, source);
    return why === undefined;
  });
}

function readFile(file: RuleFile, within: readonly string[], input: SpamRuleFiles, reading: Reading): void {
  const unfit = unfitFile(file, reading);
  if (unfit !== undefined) {
    report(reading, unfit.wrong, unfit.source);
    return;
  }
  const blocks = new Blocks();
  const inside = [...within, file.name];
  for (const line of sourceLines(file.text, input.language ?? 'en')) {
    const source = { file: file.name, line: line.line };
    const about = blockLine(line, blocks, input, reading);
    if (about !== 'no') report(reading, about, source);
    else if (!blocks.counts) passedOver(line, blocks, reading);
    else if (line.keyword === 'include') report(reading, readInclude(line.value, inside, input, reading), source);
    else if (line.keyword === 'require_version') report(reading, wrongVersion(line.value), source);
    else report(reading, readLine(line, source, reading), source);
  }
  for (const { keyword, line } of blocks.unclosed) {
    report(reading, { code: 'unclosed', message: `${keyword} without an endif` }, { file: file.name, line });
  }
}

/** A rule of a plugin that no line has loaded. */
function passedOver({ keyword, value }: SourceLine, { lacking }: Blocks, { notLoaded }: Reading): void {
  if (lacking === undefined || !isDefinition(keyword)) return;
  const names = notLoaded.get(lacking) ?? new Set<string>();
  notLoaded.set(lacking, names.add(/^\S*/.exec(value)?.[0] ?? ''));
}

function unfitFile(
  { name, text }: RuleFile,
  reading: Reading,
): { readonly wrong: Wrong; readonly source: SourcePosition } | undefined {
  reading.size += text.length;
  if (reading.size > SIZE_LIMIT) {
    const message = `rule files of more than ${SIZE_LIMIT} octets together`;
    return { wrong: { code: 'too-large', message }, source: { file: name } };
  }
  const nul = text.indexOf('\0');
  if (nul === -1) return undefined;
  const line = text.slice(0, nul).split('\n').length;
  return {
    wrong: { code: 'not-text', message: 'here is an octet 0: a text is expected' },
    source: { file: name, line },
  };
}

const versionText = version.toFixed(6);

function wrongVersion(value: string): Wrong | undefined {
  if (value === '@@VERSION@@' || value === versionText) return undefined;
  return { code: 'version', message: `the file is for another version than ${versionText}`, construct: value };
}

/** For a line that is about other lines: what is wrong with it. */
function blockLine(
  { keyword, value, line }: SourceLine,
  blocks: Blocks,
  input: SpamRuleFiles,
  reading: Reading,
): Wrong | undefined | 'no' {
  if (keyword === 'if' || keyword === 'ifplugin') {
    const condition = keyword === 'if' ? value : `plugin (${value})`;
    const answer = value === '' ? `${keyword} without a condition` : conditionOf(condition, input, reading);
    blocks.open(keyword, line, answer === true, pluginIn(condition));
    return typeof answer === 'string' ? badCondition(answer, value) : undefined;
  }
  if (keyword !== 'else' && keyword !== 'endif') return 'no';
  if (value !== '') return badCondition(`${keyword} stands alone on its line`, value);
  const why = keyword === 'else' ? blocks.otherwise() : blocks.close();
  return why === undefined ? undefined : badCondition(why, keyword);
}

function badCondition(message: string, construct: string): Wrong {
  return { code: 'bad-condition', message, construct };
}

function conditionOf(condition: string, input: SpamRuleFiles, reading: Reading): boolean | string {
  const { conditions, plugins, compatible } = reading;
  const known = conditions.get(condition);
  if (known !== undefined) return known;
  const answer = holds(condition, { plugins, compatible, localTestsOnly: input.localTestsOnly ?? false });
  conditions.set(condition, answer);
  return answer;
}

function readInclude(
  path: string,
  within: readonly string[],
  input: SpamRuleFiles,
  reading: Reading,
): Wrong | undefined {
  const bad = (message: string): Wrong => ({ code: 'include', message, construct: path });
  if (path === '') return bad('include: a file is expected');
  // Told already.
  if (reading.size > SIZE_LIMIT) return undefined;
  if (reading.included++ >= INCLUDE_LIMIT) return bad(`files include more than ${INCLUDE_LIMIT} others in all`);
  if (within.length >= DEPTH_LIMIT) return bad(`files include others more than ${DEPTH_LIMIT} deep`);
  const file = input.include?.(path, within.at(-1) ?? '');
  if (typeof file !== 'object') return bad(`cannot be included: ${file ?? 'there is no such file'}`);
  if (within.includes(file.name)) return bad('the file includes itself');
  readFile(file, within, input, reading);
  return undefined;
}

function putTags(reading: Reading): void {
  const { book, tagged, settings } = reading;
  const tags = replaceTags(settings);
  for (const [name, source] of tagged) {
    const rule = isRuleName(name) ? book.defined(name) : undefined;
    if (rule === undefined) continue;
    const test = withTags(rule.test, tags);
    if (typeof test === 'string') report(reading, { code: 'bad-rule', message: `${name}: ${test}` }, source);
    else book.define(name, test, rule.source);
  }
}
