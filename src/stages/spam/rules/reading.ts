/**
 * What a reading of rule files gathers, and the lines that are no conditions: rules and what is said of them, plugins, settings.
 */
import type { Problem, SourcePosition } from '../../../values/errors.js';
import { type DefinitionKeyword, readDefinition } from './definition.js';
import { isKnownPlugin, pluginName } from './features.js';
import { isRuleKeyword, isSetting, type RuleKeyword, settingName } from './keywords.js';
import { type RuleBook, ruleBook } from './rule-book.js';
import { settingValue } from './setting-value.js';
import { type SettingsList, settingsList } from './settings-list.js';
import type { SourceLine } from './source-line.js';
import type { PassedOver } from './spam-rules.js';

/** What is wrong with a line. */
export interface Wrong {
  readonly code: string;
  readonly message: string;
  readonly construct?: string;
}

export interface Reading {
  readonly book: RuleBook;
  readonly settings: SettingsList;
  readonly plugins: Set<string>;
  /** By `enable_compat`. */
  readonly compatible: Set<string>;
  /** What was found of `if` lines, until a plugin more is loaded. */
  readonly conditions: Map<string, boolean | string>;
  /** Rules that `replace_rules` names. */
  readonly tagged: Map<string, SourcePosition>;
  readonly passedOver: PassedOver[];
  /** By the plugin: rules in lines that only count where it is loaded. */
  readonly notLoaded: Map<string, Set<string>>;
  readonly problems: Problem[];
  /** A plugin that nobody knows may bring keywords. */
  foreign: boolean;
  /** Characters so far. */
  size: number;
  /** Files, by `include` lines. */
  included: number;
}

/** Of one reading; a file that is no rule file at all has a wrong line on every line. */
const PROBLEM_LIMIT = 500;

export function newReading(): Reading {
  return {
    book: ruleBook(),
    settings: settingsList(),
    plugins: new Set(),
    compatible: new Set(),
    conditions: new Map(),
    tagged: new Map(),
    passedOver: [],
    notLoaded: new Map(),
    problems: [],
    foreign: false,
    size: 0,
    included: 0,
  };
}

export function report({ problems }: Reading, wrong: Wrong | undefined, source: SourcePosition): void {
  if (wrong === undefined || problems.length > PROBLEM_LIMIT) return;
  if (problems.length === PROBLEM_LIMIT) problems.push({ code: 'too-many', message: 'more lines are wrong' });
  else problems.push({ ...wrong, source });
}

/** `include` and conditions are not for here. */
export function readLine({ keyword, value }: SourceLine, source: SourcePosition, reading: Reading): Wrong | undefined {
  if (isRuleKeyword(keyword)) return readRuleLine(keyword, value, source, reading);
  if (keyword === 'loadplugin' || keyword === 'tryplugin') return readLoad(value, source, reading);
  if (keyword === 'enable_compat') {
    reading.compatible.add(value);
    reading.conditions.clear();
    return undefined;
  }
  return readSetting(keyword, value, source, reading);
}

function readSetting(keyword: string, value: string, source: SourcePosition, reading: Reading): Wrong | undefined {
  const name = settingName(keyword);
  if (isSetting(name)) {
    const read = settingValue(name, value);
    if (read.kind === 'wrong') {
      return { code: 'bad-line', message: `${keyword}: ${read.expected} is expected`, construct: value };
    }
    reading.settings.add({ keyword: name, value: read.value, source });
    return undefined;
  }
  if (!reading.foreign) {
    return { code: 'unknown-keyword', message: 'a keyword of SpamAssassin is expected', construct: keyword };
  }
  reading.passedOver.push({
    kind: 'line',
    name: keyword,
    why: 'nobody here knows the keyword; it may be that of a plugin',
    source,
  });
  return undefined;
}

function readRuleLine(
  keyword: RuleKeyword,
  value: string,
  source: SourcePosition,
  reading: Reading,
): Wrong | undefined {
  const { book } = reading;
  const bad = (why: string | undefined): Wrong | undefined =>
    why === undefined ? undefined : { code: 'bad-line', message: `${keyword}: ${why}`, construct: value };
  switch (keyword) {
    case 'score':
      return bad(book.score(value));
    case 'describe':
      return bad(book.describe(value));
    case 'tflags':
      return bad(book.tflags(value));
    case 'priority':
      return bad(book.priority(value));
    case 'shortcircuit':
      return bad(book.shortCircuit(value));
    case 'replace_rules':
      for (const name of value.split(/\s+/)) reading.tagged.set(name, source);
      return undefined;
    default:
      return defineRule(keyword, value, source, reading);
  }
}

function defineRule(
  keyword: DefinitionKeyword,
  value: string,
  source: SourcePosition,
  { book }: Reading,
): Wrong | undefined {
  const read = readDefinition(keyword, value);
  if (read.kind === 'malformed') return { code: 'bad-rule', message: read.why, construct: value };
  book.define(read.name, read.test, source);
  return undefined;
}

function readLoad(value: string, source: SourcePosition, reading: Reading): Wrong | undefined {
  const [, written] = /^(\w+(?:::\w+){0,10})(?:\s+\S+)?$/.exec(value) ?? [];
  if (written === undefined) {
    return { code: 'bad-line', message: 'loadplugin: the name of a plugin is expected', construct: value };
  }
  const name = pluginName(written);
  reading.conditions.clear();
  if (isKnownPlugin(name)) {
    reading.plugins.add(name);
    return undefined;
  }
  reading.foreign = true;
  reading.passedOver.push({ kind: 'plugin', name, why: 'nobody here knows the plugin', source });
  return undefined;
}
