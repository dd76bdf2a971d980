/** Functions of the plugin Mail::SpamAssassin::Plugin::URIEval: links that pretend to lead elsewhere. */
import type { EvalFunction, EvalModule, Evaluator } from './eval.js';
import { htmlParts } from './html.js';

const ipUri = /^https?:\/*(?:[^@/]+@)?\d+\.\d+\.\d+\.\d+/i;
const secureIp = /^https:\/*(?:[^@/]+@)?\d+\.\d+\.\d+\.\d+/i;

/** `<a href="http://192.0.2.1/">https://bank.example/</a>`. */
const ipMismatch: EvalFunction = (subject) =>
  htmlParts(subject).some(({ uris }) =>
    [...uris].some(
      ([uri, { anchorTexts }]) =>
        ipUri.test(uri) && anchorTexts.some((text) => /https:/i.test(text) && !secureIp.test(text)),
    ),
  );

export const uriEval: EvalModule = {
  plugin: 'Mail::SpamAssassin::Plugin::URIEval',
  settings: [],
  prepare: () =>
    new Map<string, Evaluator>([
      ['check_https_ip_mismatch', { run: ipMismatch }],
      ['check_uri_truncated', { run: ({ mail }) => mail.defects.truncatedUri }],
    ]),
};
