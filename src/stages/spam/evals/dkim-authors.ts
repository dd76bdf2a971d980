/**
 * Authors who are welcome where a signature shows that it is they: of their own domain, or of the domain that the line names
 * (Mail::SpamAssassin::Plugin::DKIM(3), "welcomelist_from_dkim").
 */
import { lowerAscii } from '../../../values/characters.js';
import type { Settings } from '../rules/settings.js';
import { type Glob, glob } from './address-globs.js';
import { authorDomains, domainOf, passing } from './dkim-signers.js';
import type { EvalFunction } from './eval.js';
import { addressList } from './spf.js';

interface Line {
  readonly fits: Glob;
  /** The domain that must sign; empty: the author's own. `.example.org`: one below it. */
  readonly signer: string;
}

/** `prefix`: `def_` for the lists that come with the rules. */
export function signedAuthors(settings: Settings, prefix: string): EvalFunction {
  const own = addressList(settings, `${prefix}welcomelist_auth`, 'unwelcomelist_auth');
  const lines = linesOf(settings, `${prefix}welcomelist_from_dkim`);
  return (subject) => {
    const signers = passing(subject);
    if (signers.length === 0 || authorDomains(subject).length === 0) return false;
    return subject.mail.header.addresses('From').some((address) => {
      const author = lowerAscii(address.slice(0, 1000));
      const domain = domainOf(author);
      if (signers.includes(domain) && own.has(author)) return true;
      return lines.some(({ fits, signer }) => signers.some((one) => isMeant(one, signer, domain)) && fits(author));
    });
  };
}

function isMeant(signer: string, wanted: string, author: string): boolean {
  if (wanted === '') return signer === author;
  return wanted.startsWith('.') ? signer.endsWith(wanted) : signer === wanted;
}

function linesOf(settings: Settings, name: string): readonly Line[] {
  const lines = new Map<string, Line>();
  for (const { keyword, value } of settings.of(name, 'unwelcomelist_from_dkim')) {
    const [author = '', named = ''] = lowerAscii(value).split(/\s+/);
    // An address stands for its domain.
    const signer = domainOf(named).replace(/^\*?\./, '.');
    if (keyword === name) lines.set(`${author} ${signer}`, { fits: glob(author), signer });
    else lines.delete(`${author} ${signer}`);
  }
  return [...lines.values()];
}
