/**
 * Mail::SpamAssassin::Plugin::HTTPSMismatch: an anchor whose text names a secure address of one domain and whose link leads to another.
 */
import { parseIp } from '../../../values/ip.js';
import { type DomainRules, hasKnownTopLevel, readDomainRules, registeredDomain } from '../mail/domains.js';
import { hostToAscii } from '../mail/hosts.js';
import type { HtmlUri } from '../mail/html/facts.js';
import type { EvalFunction, EvalModule, Evaluator } from './eval.js';
import { htmlParts } from './html.js';

function isAddress(host: string): boolean {
  return parseIp(host).kind === 'parsed';
}

/** Undefined: no top-level domain that exists. */
function domainOf(host: string, rules: DomainRules): string | undefined {
  const domain = registeredDomain(hostToAscii(host), rules);
  return hasKnownTopLevel(domain, rules) ? domain : undefined;
}

/** The domain that an anchor leads to; undefined for addresses, which another function looks at. */
function linkedDomain(uri: string, rules: DomainRules): string | undefined {
  const host = /^https?:\/\/([^/:?#]+)/i.exec(uri)?.[1];
  return host === undefined || isAddress(host) ? undefined : domainOf(host, rules);
}

function namesAnother(text: string, domain: string, rules: DomainRules): boolean {
  const host = /https:\/\/([^\t-\r /:?#]+)/i.exec(text)?.[1];
  if (host === undefined) return false;
  const named = isAddress(host) ? host : domainOf(host, rules);
  return named !== undefined && named !== domain;
}

function mismatch(uris: ReadonlyMap<string, HtmlUri>, min: number, max: number, rules: DomainRules): boolean {
  let anchors = 0;
  let hit = false;
  for (const [uri, { anchorTexts }] of uris) {
    if (anchorTexts.length === 0) continue;
    const domain = linkedDomain(uri, rules);
    if (domain === undefined) continue;
    anchors++;
    hit ||= anchorTexts.some((text) => namesAnother(text, domain, rules));
  }
  return hit && anchors >= min && anchors < max;
}

/** Arguments: at least so many anchors (default 1), fewer than so many (default: any number). */
const checker =
  (rules: DomainRules): EvalFunction =>
  (subject, [min, max]) => {
    const least = Number(min ?? 1) || 1;
    const limit = max === undefined ? Number.POSITIVE_INFINITY : Number(max);
    return htmlParts(subject).some(({ uris }) => mismatch(uris, least, limit, rules));
  };

export const httpsMismatch: EvalModule = {
  prepare: (settings) =>
    new Map<string, Evaluator>([['check_https_http_mismatch', { run: checker(readDomainRules(settings)) }]]),
};
