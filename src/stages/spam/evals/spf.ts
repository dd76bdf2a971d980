/**
 * Mail::SpamAssassin::Plugin::SPF(3), from the finding of the stage `spf`: nothing is asked here, and Received-SPF fields of the message
 * are not believed. Without the finding no function holds.
 */

import type { SpfResult } from '../../../findings/spf.js';
import { lowerAscii } from '../../../values/characters.js';
import type { Settings } from '../rules/settings.js';
import type { SpamSubject } from '../subject.js';
import { type AddressGlobs, addressGlobs } from './address-globs.js';
import type { EvalFunction, EvalModule } from './eval.js';
import { addressOf } from './fields.js';
import { settingsModule, withOldNames } from './module.js';

export const spfEval: EvalModule = settingsModule((settings) => ({
  ...Object.fromEntries(results.flatMap((result) => functionsFor(result))),
  check_spf_skipped_noenvfrom: ({ envelope }) => envelope.sender === undefined,
  ...withOldNames<EvalFunction>({
    check_for_spf_welcomelist_from: isWelcome(settings, ''),
    check_for_def_spf_welcomelist_from: isWelcome(settings, 'def_'),
  }),
}));

const results: readonly SpfResult[] = ['pass', 'neutral', 'none', 'fail', 'softfail', 'permerror', 'temperror'];

function functionsFor(result: SpfResult): readonly (readonly [string, EvalFunction])[] {
  return [
    [`check_for_spf_${result}`, ({ findings }) => findings.spf?.mailFrom?.result === result],
    [`check_for_spf_helo_${result}`, ({ findings }) => findings.spf?.helo?.result === result],
  ];
}

/** The sender is on the list, and SPF says that it is the sender. */
function isWelcome(settings: Settings, prefix: string): EvalFunction {
  const all = ['welcomelist_from_spf', 'welcomelist_auth'].map((name) =>
    addressList(settings, `${prefix}${name}`, `un${name}`),
  );
  return (subject) => {
    if (subject.findings.spf?.mailFrom?.result !== 'pass') return false;
    const sender = senderOf(subject);
    return sender !== '' && all.some((list) => list.has(sender));
  };
}

function senderOf(subject: SpamSubject): string {
  return subject.envelope.sender ?? addressOf(subject, 'EnvelopeFrom');
}

/** Lines of addresses with `*` and `?`; those of `without` take some away again. */
export function addressList(settings: Settings, name: string, without: string): AddressGlobs {
  const addresses = new Set<string>();
  for (const { keyword, value } of settings.of(name, without)) {
    for (const address of lowerAscii(value).split(/\s+/)) {
      if (keyword === without) addresses.delete(address);
      else if (address !== '') addresses.add(address);
    }
  }
  return addressGlobs(addresses);
}
