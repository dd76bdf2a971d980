/** Functions of the plugin Mail::SpamAssassin::Plugin::URIEval: links that pretend to lead elsewhere, and those that do. */
import { type DomainRules, hostOfUri, readDomainRules } from '../mail/domains.js';
import type { EvalFunction, EvalModule, Evaluator } from './eval.js';
import { htmlParts } from './html.js';

const ipHost = '/*(?:[^/@]+@)?\\d+(?:\\.\\d+){3}';
const ipUri = new RegExp(`^https?:${ipHost}`, 'i');
const secureIp = new RegExp(`^https:${ipHost}`, 'i');

/** `<a href="http://192.0.2.1/">https://bank.example/</a>`. */
const ipMismatch: EvalFunction = (subject) =>
  htmlParts(subject).some(({ uris }) =>
    [...uris].some(
      ([uri, { anchorTexts }]) =>
        ipUri.test(uri) && anchorTexts.some((text) => /https:/i.test(text) && !secureIp.test(text)),
    ),
  );

/** In text, or in HTML. */
const truncated: EvalFunction = (subject) =>
  subject.mail.defects.truncatedUri || htmlParts(subject).some(({ numbers }) => numbers.uri_truncated === 1);

/** Hosts of the URIs in a URI, the outer one first. */
function hostsIn(uri: string): readonly string[] {
  if (!/^https?:\/\/[^/:?]/i.test(uri)) return [];
  return [...uri.slice(0, 8192).matchAll(/https?:\/{0,2}([^/:?]+)/gi)].map((match) => match[1] as string);
}

/** A link that leads to another domain by way of the first. */
const redirector =
  (rules: DomainRules): EvalFunction =>
  ({ mail }) => {
    const domain = (host: string): string => hostOfUri(host, rules)?.domain ?? host;
    return mail.uris
      .flatMap(({ uri, cleaned }) => [uri, ...cleaned])
      .some((uri) => {
        const domains = hostsIn(uri).map(domain);
        return domains.some((each, i) => i > 0 && each !== domains[i - 1]);
      });
  };

export const uriEval: EvalModule = {
  prepare: (settings) =>
    new Map<string, Evaluator>([
      ['check_for_http_redirector', { run: redirector(readDomainRules(settings)) }],
      ['check_https_ip_mismatch', { run: ipMismatch }],
      ['check_uri_truncated', { run: truncated }],
    ]),
};
