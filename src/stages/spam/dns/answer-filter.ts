/**
 * What an answer must be for a rule of AskDNS(3): any, a text, a pattern, a number, or that there is such a name or not.
 */
import { encodeLatin1 } from '../../../values/bytes.js';
import { compileRulePattern } from '../patterns/index.js';
import type { AskDnsFilter, PatternSource } from '../rules/rule.js';
import type { DnsAnswer, DnsQuestion } from './dns-module.js';
import { uriSubtest } from './subtest.js';

/** Not for questions that failed. */
export type AnswerFilter = (answer: DnsAnswer) => boolean;

export type FilterRead =
  | { readonly kind: 'filter'; readonly fits: AnswerFilter }
  | { readonly kind: 'unsupported'; readonly why: string }
  | { readonly kind: 'malformed'; readonly why: string };

/** Octets of one record that patterns see; TXT records may have as many (RFC 1035 section 3.2.1). */
const LIMIT = 65_535;

export function answerFilter(filter: AskDnsFilter | undefined, type: DnsQuestion['type']): FilterRead {
  if (filter === undefined) return ofValues(() => true, type);
  switch (filter.kind) {
    case 'text':
      return ofValues((value) => value === filter.text, type);
    case 'pattern':
      return ofPattern(filter.pattern, type);
    case 'number': {
      const subtest = uriSubtest(filter.text);
      if (subtest === undefined) return { kind: 'malformed', why: `no answer can be ${filter.text}` };
      return ofValues((value) => value === filter.text || (type === 'A' && subtest.fits(value)), type);
    }
    case 'codes':
      return ofCodes(filter.codes);
  }
}

function ofPattern(source: PatternSource, type: DnsQuestion['type']): FilterRead {
  const pattern = compileRulePattern(source);
  if (pattern.kind === 'refused') return { kind: 'unsupported', why: `${pattern.construct}: ${pattern.why}` };
  if (pattern.limited === true)
    return { kind: 'unsupported', why: 'a pattern with back-references is not held against answers' };
  return ofValues((value) => {
    const octets = encodeLatin1(value.slice(0, LIMIT));
    return pattern.count({ octets, ends: [octets.length] }, 0, 1) > 0;
  }, type);
}

function ofValues(fits: (value: string) => boolean, type: DnsQuestion['type']): FilterRead {
  // Names in records are seen as a zone file has them (RFC 1035 section 5.1).
  const end = type === 'MX' || type === 'NS' ? '.' : '';
  return {
    kind: 'filter',
    fits: (answer) =>
      answer.kind === 'found' && (answer.supposed === true || answer.values.some((value) => fits(`${value}${end}`))),
  };
}

function ofCodes(codes: readonly string[]): FilterRead {
  const isNone = codes.some((code) => code === 'NXDOMAIN' || Number(code) === 3);
  const isThere = codes.some((code) => code === 'NOERROR' || Number(code) === 0);
  const known = codes.every((code) => /^(?:NXDOMAIN|NOERROR|0*[03])$/.test(code));
  if (!known) return { kind: 'unsupported', why: `failures are no answers here: ${codes.join(', ')}` };
  return {
    kind: 'filter',
    fits: (answer) => {
      if (answer.kind === 'found') return isThere;
      return (
        answer.kind === 'not-found' && (answer.why === 'no-such-name' ? isNone : answer.why === 'no-data' && isThere)
      );
    },
  };
}
