/**
 * Values of settings that somebody here counts with (Mail::SpamAssassin::Conf(3)): a number that is none is told when the line is read.
 */
import type { Settings } from './settings.js';

type Kind = 'number' | 'count' | 'yes-or-no';

const kinds: Readonly<Record<string, Kind>> = {
  required_score: 'number',
  shortcircuit_ham_score: 'number',
  shortcircuit_spam_score: 'number',
  shortcircuit_min_ham_score: 'number',
  shortcircuit_max_spam_score: 'number',
  body_part_scan_size: 'count',
  rawbody_part_scan_size: 'count',
  uridnsbl_max_domains: 'count',
  freemail_max_body_emails: 'count',
  freemail_max_body_freemails: 'count',
  fns_extrachars: 'count',
  freemail_skip_when_over_max: 'yes-or-no',
  freemail_skip_bulk_envfrom: 'yes-or-no',
  parse_dkim_uris: 'yes-or-no',
  skip_rbl_checks: 'yes-or-no',
  skip_uribl_checks: 'yes-or-no',
  uridnsbl_skip_mailto: 'yes-or-no',
};

const forms: Readonly<Record<Kind, { readonly expected: string; readonly form: RegExp }>> = {
  number: { expected: 'a number', form: /^[+-]?\d{1,9}(?:\.\d{0,9})?$/ },
  count: { expected: 'a whole number, not below 0,', form: /^\d{1,9}$/ },
  'yes-or-no': { expected: '0, 1, yes or no', form: /^(?:0|1|yes|no)$/i },
};

/** The value as it is kept: `1` for `yes`. */
export function settingValue(
  keyword: string,
  value: string,
): { readonly kind: 'right'; readonly value: string } | { readonly kind: 'wrong'; readonly expected: string } {
  const kind = Object.hasOwn(kinds, keyword) ? kinds[keyword] : undefined;
  if (kind === undefined) return { kind: 'right', value };
  const { expected, form } = forms[kind];
  if (!form.test(value)) return { kind: 'wrong', expected };
  return { kind: 'right', value: kind === 'yes-or-no' ? value.replace(/^yes$/i, '1').replace(/^no$/i, '0') : value };
}

/** Of a keyword whose values are numbers. */
export function numberSetting(settings: Settings, keyword: string): number | undefined {
  const value = settings.last(keyword)?.value;
  return value === undefined ? undefined : Number(value);
}
