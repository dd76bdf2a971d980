/**
 * Mail::SpamAssassin::Plugin::DKIM(3), from the findings of the stages `dkim` and `arc`: nothing is verified here. Without the finding no
 * function holds. Signing practices (ADSP, RFC 5617, historic) are those of `adsp_override` alone: the DNS is not asked for any.
 */

import type { DkimFinding } from '../../../findings/dkim.js';
import { lowerAscii } from '../../../values/characters.js';
import type { SpamSubject } from '../subject.js';
import { signedAuthors } from './dkim-authors.js';
import { adspOverrides } from './dkim-practices.js';
import { authorDomains, domainOf, passing, signerOf } from './dkim-signers.js';
import type { EvalFunction, EvalModule } from './eval.js';
import { addressOf } from './fields.js';
import { settingsModule, withOldNames } from './module.js';

export const dkimEval: EvalModule = settingsModule((settings) => {
  const practice = adspOverrides(settings);
  const adsp: EvalFunction = (subject, [kinds = '', ...domains]) => {
    const wanted = kinds === '*' ? 'NAD123' : kinds;
    return authorDomains(subject).some(
      (author) =>
        (domains.length === 0 || isOneOf(author, domains)) &&
        !maySign(subject.findings.dkim, author) &&
        wanted.includes(practice(author) ?? '-'),
    );
  };
  return {
    check_dkim_signed: (subject, domains) => isSigned(subject, domains, false),
    check_dkim_valid: (subject, domains) => isSigned(subject, domains, true),
    check_dkim_verified: (subject, domains) => isSigned(subject, domains, true),
    check_dkim_valid_author_sig: (subject, domains) => {
      const authors = authorDomains(subject);
      return passing(subject).some((domain) => authors.includes(domain) && isOneOf(domain, domains));
    },
    check_dkim_valid_envelopefrom: (subject) => {
      const domain = domainOf(addressOf(subject, 'EnvelopeFrom'));
      return domain !== '' && passing(subject).includes(domain);
    },
    check_dkim_dependable: ({ findings: { dkim } }) => dkim !== undefined && dkim.limit === undefined,
    check_dkim_testing: ({ findings }) => findings.dkim?.signatures.some(({ testing }) => testing) ?? false,
    check_dkim_adsp: adsp,
    check_dkim_signall: (subject) => adsp(subject, ['A']),
    // By RFC 5617 it says nothing; SpamAssassin keeps it silent.
    check_dkim_signsome: () => false,
    check_arc_signed: ({ findings: { arc } }, domains) => domains.length === 0 && (arc?.sets.length ?? 0) > 0,
    check_arc_valid: ({ findings: { arc } }, domains) => domains.length === 0 && arc?.result === 'pass',
    ...withOldNames<EvalFunction>({
      check_for_dkim_welcomelist_from: signedAuthors(settings, ''),
      check_for_def_dkim_welcomelist_from: signedAuthors(settings, 'def_'),
    }),
  };
});

function isSigned({ findings: { dkim } }: SpamSubject, domains: readonly string[], valid: boolean): boolean {
  const signatures = dkim?.signatures ?? [];
  return signatures
    .filter(({ result }) => !valid || result === 'pass')
    .some((signature) => domains.length === 0 || isOneOf(signerOf(signature) ?? '', domains));
}

/** Whether a signature of the domain passes, or might: its key could not be fetched. Nobody looked: it might. */
function maySign(dkim: DkimFinding | undefined, domain: string): boolean {
  if (dkim === undefined || dkim.limit !== undefined) return true;
  return dkim.signatures.some(
    (signature) => (signature.result === 'pass' || signature.result === 'temperror') && signerOf(signature) === domain,
  );
}

/** `example.com`, or `.example.com` and `*.example.com`, which are the domain and all below it. No names: any. */
function isOneOf(domain: string, names: readonly string[]): boolean {
  if (names.length === 0) return true;
  return names.some((name) => {
    const lower = lowerAscii(name);
    const below = /^\*?\.(.*)$/.exec(lower)?.[1];
    return below === undefined ? domain === lower : domain === below || domain.endsWith(`.${below}`);
  });
}
