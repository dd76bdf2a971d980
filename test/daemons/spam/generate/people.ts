/** Names, hosts, addresses, dates and identifiers for generated mail. */
import type { Random } from '../../generate/random.js';
import { token } from './mail-parts.js';

export const FIRST = 'Anna Ben Clara David Eva Felix Greta Hannes Ida Jan Klara Leo Mia Nils Olga Paul Rosa Tom'.split(
  ' ',
);
export const LAST =
  'Adler Bauer Conrad Dietz Engel Fuchs Graf Huber Jahn Keller Lang Maier Neumann Otto Peters Roth'.split(' ');
export const HOSTS =
  'uni.example city.example mail.example books.example news.example sports.example parents.example school-lists.org'.split(
    ' ',
  );
/** Where mail services for everybody, shops and banks live; and domains that nobody has. */
export const KNOWN_HOSTS = (
  'gmail.com yahoo.com hotmail.com outlook.com aol.com gmx.de web.de mail.ru yandex.ru qq.com 163.com protonmail.com icloud.com ' +
  'paypal.com amazon.com ebay.com google.com microsoft.com linkedin.com facebook.com apple.com dhl.com fedex.com ups.com ' +
  'shopping-offer.top best-deals.xyz winner.icu pharmacy-online.biz cheap-meds.info casino-royal.club crypto-gain.site ' +
  'bit.ly tinyurl.com goo.gl docs.google.com sites.google.com storage.googleapis.com sharepoint.com weebly.com blogspot.com ' +
  'xn--mnchen-3ya.de example.co.uk dyn.example.net bank-secure.tk login-verify.ml update-account.ga invoices.cf'
).split(' ');

export interface Person {
  readonly name: string;
  readonly address: string;
  readonly host: string;
}

export function person(random: Random, host: string = random.pick(HOSTS)): Person {
  const [first, last] = [random.pick(FIRST), random.pick(LAST)];
  return { name: `${first} ${last}`, address: `${first}.${last}@${host}`.toLowerCase(), host };
}

const DAYS = 'Sun Mon Tue Wed Thu Fri Sat'.split(' ');
const MONTHS = 'Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec'.split(' ');
const two = (n: number): string => String(n).padStart(2, '0');

/** RFC 5322 section 3.3; `zone` is only written. */
export function dateText(seconds: number, zone = '+0000'): string {
  const at = new Date(seconds * 1000);
  const time = [at.getUTCHours(), at.getUTCMinutes(), at.getUTCSeconds()].map(two).join(':');
  const day = `${DAYS[at.getUTCDay()]}, ${two(at.getUTCDate())} ${MONTHS[at.getUTCMonth()]} ${at.getUTCFullYear()}`;
  return `${day} ${time} ${zone}`;
}

/** In September 2024 and the half year behind it. */
export const someTime = (random: Random): number => 1_725_256_800 + random.below(15_000_000);

const UPPER = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789';
const HEX = '0123456789abcdef';

/** Message identifiers of many makes, some of them forged badly. */
export const identifiers: readonly ((random: Random, host: string) => string)[] = [
  (r, host) => `<${token(r, 20)}@${host}>`,
  (r, host) => `<${token(r, 8, HEX)}.${r.below(9_000_000) + 1_000_000}@${host}>`,
  (r) => `<${token(r, 12, HEX)}$${token(r, 8, HEX)}$${token(r, 8, HEX)}@${token(r, 8)}>`,
  (r) => `<CA${token(r, 50, `${UPPER}abcdefghij+=_-`)}@mail.gmail.com>`,
  (r) => `<${token(r, 22, UPPER)}@${token(r, 15, UPPER)}.namprd${two(r.below(20))}.prod.outlook.com>`,
  (r, host) => `<${token(r, 8, HEX)}-${token(r, 4, HEX)}-${token(r, 4, HEX)}-${token(r, 12, HEX)}@${host}>`,
  (r, host) => `<${two(r.below(99))}${token(r, 10, '0123456789')}.${token(r, 6, '0123456789')}@${host}>`,
  (r, host) => `<${token(r, 14, UPPER)}.${token(r, 6, UPPER)}@${host}>`,
  (r) => `<${token(r, 11)}.fsf@localhost.localdomain>`,
  (r, host) => `<JavaMail.${token(r, 5)}.${token(r, 13, '0123456789')}@${host}>`,
  (r) => `<${token(r, 12, '0123456789')}.${token(r, 15, UPPER)}@[192.0.2.${r.below(250)}]>`,
  (r) => `<${token(r, 30)}>`,
  (r, host) => `${token(r, 18)}@${host}`,
  (r, host) => `< ${token(r, 10)} @${host}>`,
  () => '<>',
  (r, host) => `<${token(r, 6)}.qmail@${host}>`,
  (r) => `<${token(r, 13, '0123456789')}@${token(r, 8, UPPER)}>`,
  (r, host) => `<000${token(r, 1, HEX)}01c${token(r, 5, HEX)}$${token(r, 8, HEX)}$6401a8c0@${host}>`,
];
