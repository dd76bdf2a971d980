/**
 * `ok_locales` (Mail::SpamAssassin::Conf(3)): languages whose character sets are welcome. Sets for western scripts and Unicode always are.
 */
import type { Settings } from '../rules/settings.js';

export type Locales = 'all' | readonly string[];

const japanese =
  'eucjp jisx020119760 jisx020819830 jisx020819900 jisx020819970 jisx021219900 jisx021320001 jisx021320002 shiftjis iso2022jp sjis jis7 ' +
  'jisx0201 jisx0208 jisx0212';
const cyrillic = 'koi8r koi8u koi8t isoir111 cp1251 georgianps pt154 cp866';
const simplified = 'gb1988 gb2312 gb231219800 gb18030 gbk iso2022cn';
const traditional = 'big5hkscs big5 euctw';

const charsets: Readonly<Record<string, string>> = {
  ja: japanese,
  ko: 'euckr ksc56011987',
  ...Object.fromEntries(['ru', 'ka', 'tg', 'be', 'uk', 'bg'].map((locale) => [locale, cyrillic])),
  th: 'tis620',
  zh: `${simplified} ${traditional}`,
  'zh.big5': traditional,
  'zh.gb2312': simplified,
};

/** The last line counts; without one, all are welcome. */
export function localesOf(settings: Settings): Locales {
  const words = (settings.last('ok_locales')?.value ?? 'all').split(/\s+/);
  return words.includes('all') ? 'all' : words;
}

const always = /^(?:usascii|ascii|iso|xunknown|ibm852)$|^(?:iso8859|iso10646|utf|ucs|cp125|windows|unicode11utf[78])/;

export function isCharsetOfLocales(charset: string, locales: Locales): boolean {
  const name = charset
    .toLowerCase()
    .replace(/[^a-z0-9]/g, '')
    .replace(/^3d/, '');
  if (locales === 'all' || always.test(name)) return true;
  return locales.some((locale) =>
    (charsets[locale.replace(/^([a-z]{2})[^.].*$/, '$1')] ?? '').split(' ').includes(name),
  );
}
