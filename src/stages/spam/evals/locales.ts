/**
 * `ok_locales` (Mail::SpamAssassin::Conf(3)): languages whose character sets are welcome. Sets for western scripts and Unicode always are.
 */
import type { Settings } from '../rules/settings.js';

export type Locales = 'all' | readonly string[];

/** JIS X standards, with and without the years of their editions. */
const jisX = ['0201', '0201 1976 0', '0208', '0208 1983 0', '0208 1990 0', '0208 1997 0', '0212', '0212 1990 0'];
const japanese = [
  ...['eucjp', 'iso2022jp', 'jis7', 'shiftjis', 'sjis'],
  ...[...jisX, '0213 2000 1', '0213 2000 2'].map((standard) => `jisx${standard.replaceAll(' ', '')}`),
].join(' ');
const cyrillic = 'cp866 cp1251 isoir111 koi8r koi8t koi8u georgianps pt154';
const simplified = 'gbk gb1988 gb18030 gb2312 gb231219800 iso2022cn';
const traditional = 'big5 big5hkscs euctw';

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

/** Parts of names of character sets in which letters of other scripts look like capitals of ASCII. */
const capitals = [
  'big5',
  'gb',
  'euc',
  'jis',
  'jp',
  'cp1251',
  'isoir',
  'koi',
  'windows-1251',
  'georgianps',
  'pt154',
  'tis',
];

export function hasManyCapitals(charset: string): boolean {
  const name = charset.toLowerCase();
  return capitals.some((part) => name.includes(part));
}
