/** Lists as they are asked, from options; all problems at once. */
import type { ListSubject } from '../../findings/dns-lists.js';
import { canBeListing } from '../../values/dns-list.js';
import { parseDomain } from '../../values/domain.js';
import { ConfigurationError, type Problem } from '../../values/errors.js';
import { parseNetwork } from '../../values/network.js';
import { type NetworkMap, networkMap } from '../../values/network-map.js';
import type { Parsed } from '../../values/parsed.js';
import { parseReplyFilter, type ReplyFilter } from '../../values/reply-filter.js';
import type { DnsList, DnsListsOptions, DomainListsOptions, ListAnswer } from './options.js';

export interface AnswerRule {
  readonly filter: ReplyFilter | undefined;
  readonly mask: number | undefined;
  readonly weight: number;
  readonly name: string | undefined;
}

export interface CompiledList {
  readonly zone: string;
  readonly of: ListSubject;
  /** Never empty. */
  readonly rules: readonly AnswerRule[];
  readonly errors: readonly ReplyFilter[];
  /** The least and the most that it can count. */
  readonly range: readonly [least: number, most: number];
  readonly optional: boolean;
}

export interface CompiledLists {
  readonly lists: readonly CompiledList[];
  readonly rejectAt: number;
  readonly deferAt: number;
  readonly except: NetworkMap<true>;
}

const MOST_LISTS = 100;

/** RFC 6890: no list knows these. */
const PRIVATE: readonly string[] = [
  ...['10.0.0.0/8', '100.64.0.0/10', '127.0.0.0/8', '169.254.0.0/16', '172.16.0.0/12', '192.168.0.0/16'],
  ...['::1/128', 'fc00::/7', 'fe80::/10'],
];

/** Throws ConfigurationError `options`. */
export function compileLists(
  options: DnsListsOptions | DomainListsOptions,
  subjects: readonly [ListSubject, ...ListSubject[]],
): CompiledLists {
  const problems: Problem[] = [];
  const { rejectAt = Number.POSITIVE_INFINITY, deferAt = Number.POSITIVE_INFINITY } = options;
  if (!(rejectAt > 0)) problems.push(problem('bad-threshold', 'rejectAt is a number above 0', String(rejectAt)));
  if (!(deferAt > 0)) problems.push(problem('bad-threshold', 'deferAt is a number above 0', String(deferAt)));
  if (options.deferAt !== undefined && deferAt >= rejectAt) {
    problems.push(problem('bad-threshold', 'deferAt is below rejectAt', `${deferAt}, ${rejectAt}`));
  }
  const count = options.lists.length;
  if (count < 1 || count > MOST_LISTS) {
    problems.push(problem('bad-lists', `lists: 1 to ${MOST_LISTS} are expected`, String(count)));
  }
  const lists = options.lists.slice(0, MOST_LISTS).flatMap((one) => compileList(one, subjects, problems));
  const except = networks('except' in options ? options.except : undefined, problems);
  if (problems.length > 0) throw new ConfigurationError('options', problems);
  return { lists, rejectAt, deferAt, except };
}

function compileList(
  given: string | DnsList,
  subjects: readonly [ListSubject, ...ListSubject[]],
  problems: Problem[],
): readonly CompiledList[] {
  const list = typeof given === 'string' ? fromText(given, problems) : given;
  const { of = subjects[0], weight = 1, answers = [{}], errors = [], cannotTell } = list;
  const zone = parseDomain(list.zone, { underscores: true });
  if (zone.kind === 'malformed') problems.push(problem('bad-list', `the zone of a list: ${zone.why}`, list.zone));
  if (!subjects.includes(of)) {
    problems.push(problem('bad-list', `"of" of ${list.zone} is one of ${subjects.join(', ')}`, of));
  }
  if (answers.length === 0) problems.push(problem('bad-list', `answers of ${list.zone}: at least one`, '[]'));
  const rules = answers.map((one) => compileRule(one, weight, list.zone, problems));
  const own = errors.flatMap((text) => orProblem(parseReplyFilter(text), `errors of ${list.zone}`, text, problems));
  if (zone.kind === 'malformed') return [];
  const least = rules.reduce((sum, rule) => sum + Math.min(0, rule.weight), 0);
  const most = rules.reduce((sum, rule) => sum + Math.max(0, rule.weight), 0);
  const optional = cannotTell === 'continue';
  return [{ zone: zone.value.ascii, of, rules, errors: own, range: [least, most], optional }];
}

function compileRule(answer: ListAnswer, inherited: number, zone: string, problems: Problem[]): AnswerRule {
  const { match, mask, weight = inherited, name } = answer;
  if (!Number.isFinite(weight))
    problems.push(problem('bad-weight', `the weight of ${zone} is a number`, String(weight)));
  if (mask !== undefined && !(Number.isInteger(mask) && mask > 0 && mask <= 0xffffff)) {
    problems.push(problem('bad-mask', `a mask of ${zone} is a whole number from 1 to 0xffffff`, String(mask)));
  }
  const [filter] = match === undefined ? [] : orProblem(parseReplyFilter(match), `answers of ${zone}`, match, problems);
  if (filter !== undefined && !canBeListing(filter)) {
    const why = 'no list answers so: a listing is in 127.0.0.0/8, and not in 127.255.255.0/24';
    problems.push(problem('bad-answer', `answers of ${zone}: ${why}`, match ?? ''));
  }
  return { filter, mask, weight, name };
}

/** `zone=filter*weight`, filter and weight optional (postscreen_dnsbl_sites of postconf(5)). */
function fromText(text: string, problems: Problem[]): DnsList {
  const star = text.lastIndexOf('*');
  const weightText = star < 0 ? '1' : text.slice(star + 1);
  if (!/^[-+]?[0-9]{1,6}(?:\.[0-9]{1,3})?$/.test(weightText)) {
    problems.push(problem('bad-weight', 'a weight is expected behind "*": 2, -1', text));
  }
  const site = star < 0 ? text : text.slice(0, star);
  const equals = site.indexOf('=');
  const list = { zone: equals < 0 ? site : site.slice(0, equals), weight: Number(weightText) || 0 };
  return equals < 0 ? list : { ...list, answers: [{ match: site.slice(equals + 1) }] };
}

function networks(texts: readonly string[] | undefined, problems: Problem[]): NetworkMap<true> {
  const all = (texts ?? PRIVATE).flatMap((text) => orProblem(parseNetwork(text), 'except', text, problems));
  return networkMap(all.map((network) => ({ network, value: true })));
}

function orProblem<T>(value: Parsed<T>, what: string, construct: string, problems: Problem[]): readonly T[] {
  if (value.kind === 'parsed') return [value.value];
  problems.push(problem('bad-list', `${what}: ${value.why}`, construct));
  return [];
}

function problem(code: string, message: string, construct: string): Problem {
  return { code, message, construct };
}
