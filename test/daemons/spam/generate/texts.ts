/** Texts of generated mail: what people write to a school, and what nobody asked for. */
import type { Random } from '../../generate/random.js';
import { utf8 } from './mail-parts.js';
import { KNOWN_HOSTS } from './people.js';

const ENGLISH = (
  'the of and to in a is that for it was on are as with they be at this have from or one had by word but not what all we were ' +
  'when your can said there use an each which she do how their if will up other about out many then them these so some her would ' +
  'make like him into time has look two more write go see number no way could people my than first water been call who oil its now ' +
  'find long down day did get come made may part over new sound take only little work know place year live me back give most very ' +
  'after thing our just name good sentence man think say great where help through much before line right too mean old any same tell ' +
  'school teacher lesson class homework timetable exam grade pupil parent meeting project library sports computer network room ' +
  'schedule report deadline friday monday trip form signature attachment please regards thanks dear invoice agenda minutes ' +
  'committee budget course lecture seminar assignment submission results feedback laptop account password printer server update ' +
  'maintenance weekend canteen menu bus holiday concert choir orchestra theatre rehearsal'
).split(' ');
const GERMAN = (
  'Liebe Eltern bitte beachten Sie dass die Schule am Montag wegen einer Konferenz bereits um zwölf Uhr endet der Unterricht für alle ' +
  'Klassen beginnt wieder am Dienstag mit freundlichen Grüßen das Sekretariat Anmeldung Elternabend Zeugnis Klassenfahrt über ' +
  'Hausaufgaben Prüfung Stundenplan'
).split(' ');
const RUSSIAN =
  'Здравствуйте уважаемые родители школа приглашает вас на собрание в понедельник выгодное предложение скидка'.split(
    ' ',
  );
const CHINESE = ['您好', '我们公司', '可以开发票', '请联系', '优惠', '学校通知', '家长会议'];

export const vocabularies: readonly (readonly string[])[] = [ENGLISH, ENGLISH, ENGLISH, GERMAN];
export const foreign: readonly (readonly string[])[] = [RUSSIAN, CHINESE, GERMAN];

/** Early words more often. */
export function word(random: Random, vocabulary: readonly string[]): string {
  return vocabulary[Math.min(random.below(vocabulary.length), random.below(vocabulary.length))] ?? '';
}

export function sentence(random: Random, vocabulary: readonly string[]): string {
  const words = Array.from({ length: 5 + random.below(14) }, () => word(random, vocabulary)).join(' ');
  return `${words.slice(0, 1).toUpperCase()}${words.slice(1)}${random.pick(['.', '.', '.', '.', '?', '!', '!!!', '...'])}`;
}

/** UTF-8 octets. */
export function paragraph(random: Random, vocabulary: readonly string[], length: number): string {
  let text = '';
  while (text.length < length) text += `${text === '' ? '' : ' '}${sentence(random, vocabulary)}`;
  return utf8(text);
}

export function wrapped(text: string, width = 72): string {
  return text.replace(new RegExp(`(.{1,${width}})(?:\\s|$)`, 'g'), '$1\n');
}

export function url(random: Random): string {
  const words = (): string => word(random, ENGLISH);
  const host = random.chance(0.6) ? `www.${words()}.example` : random.pick(KNOWN_HOSTS);
  return random.pick([
    () => `https://${host}/${words()}/${words()}-${random.below(9999)}.html`,
    () => `http://${host}/?id=${random.below(99999)}&u=${words()}%40school.example`,
    () => `http://${random.below(256)}.${random.below(256)}.2.${random.below(256)}/${words()}`,
    () => `https://${host}:8443/${words()}#${words()}`,
    () => `http://user:pass@${host}/`,
    () => `http://${host}/%77%77/${words()}.php?r=http://${random.pick(KNOWN_HOSTS)}/`,
    () => `https://${host}`,
    () => `www.${host}`,
    () => `http://0x${(random.below(0x7fffffff) + 0x1000000).toString(16)}/`,
    () => `HTTP://${host.toUpperCase()}/A?B=C`,
    () => `mailto:${words()}@${host}`,
    () => `ftp://${host}/${words()}.zip`,
    () => `${host}/${words()}`,
  ])();
}

/** Sentences in the manner of unwanted mail, beside what is made out of the rules. */
export const PITCHES: readonly string[] = [
  'I am the widow of a late banker and wish to transfer the sum of US$ 12,500,000.00 (twelve million five hundred thousand dollars).',
  'Congratulations! Your e-mail address has won the lottery. Contact our claims agent with your full name and telephone number.',
  'Buy V1AGRA, C!ALIS and other meds at our online pharmacy, no prescription required, 80% off!',
  'Your mailbox is almost full. Click here to verify your account within 24 hours or it will be suspended.',
  'I recorded you with your own webcam. Send 0.5 BTC to 1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNa within 48 hours.',
  'We offer SEO services and guarantee the first page of Google. 100% satisfaction, money back guarantee!',
  'Work from home and earn $5000 per week, no experience needed. Act now, limited time offer!',
  'Lose weight fast with this one weird trick that doctors hate.',
  'This is not spam. To be removed from this list reply with REMOVE in the subject.',
  'Dear beneficiary, the United Nations compensation fund has approved an ATM card of $850,000 in your favour.',
  'Hot singles in your area want to meet you tonight. XXX pics, 18+ only, free membership.',
  'Refinance your mortgage now at the lowest rates, bad credit OK, pre-approved.',
  'Replica watches: Rolex, Breitling, Omega. Free shipping worldwide.',
  'Our company in China manufactures LED lights. We would like to be your supplier; reply for a price list.',
  'Hot stock alert! This penny stock will explode on Monday, strong buy, target price $4.50.',
  'University diplomas, no tests, no classes, no books. Call now: 1-206-555-0199.',
  'Please find attached the invoice for your order. Enable macros to view the document.',
  'Dear friend, I have a confidential business proposal for you. God bless you. Barrister Johnson Esq.',
  'UNSUBSCRIBE: http://remove.example/ or write to PO Box 1200, Miami FL 33101',
  'Increase your p e n i s size by 3 inches, herbal pills, 100 % natural!!!',
];
