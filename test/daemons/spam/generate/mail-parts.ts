/** Builds MIME messages out of parts. Octets as Latin-1, LF line ends. */
import type { Random } from '../../generate/random.js';

export interface Part {
  /** Fields with their line ends. */
  readonly header: string;
  readonly body: string;
}

export type Encoding = '7bit' | '8bit' | 'quoted-printable' | 'base64';

export const utf8 = (text: string): string => Buffer.from(text, 'utf8').toString('latin1');
export const base64 = (octets: string): string =>
  Buffer.from(octets, 'latin1')
    .toString('base64')
    .replace(/(.{76})(?=.)/g, '$1\n');

export function quotedPrintable(octets: string): string {
  const lines = octets.split('\n').map((line) => {
    let [out, length] = ['', 0];
    for (const one of line) {
      const code = one.charCodeAt(0);
      const text =
        code > 126 || code === 61 || code < 32 ? `=${code.toString(16).toUpperCase().padStart(2, '0')}` : one;
      if (length + text.length > 75) [out, length] = [`${out}=\n`, 0];
      out += text;
      length += text.length;
    }
    return out.replace(/ $/, '=20');
  });
  return lines.join('\n');
}

/** `8bit` text is as it is, too. */
export function encoded(octets: string, encoding: Encoding): string {
  if (encoding === 'quoted-printable') return quotedPrintable(octets);
  return encoding === 'base64' ? `${base64(octets)}\n` : octets;
}

export function textPart(octets: string, subtype: 'plain' | 'html', charset: string, encoding: Encoding): Part {
  const header = `Content-Type: text/${subtype}; charset=${charset}\nContent-Transfer-Encoding: ${encoding}\n`;
  return { header, body: encoded(octets, encoding) };
}

export function filePart(type: string, name: string, octets: string): Part {
  return {
    header: `Content-Type: ${type}; name="${name}"\nContent-Disposition: attachment; filename="${name}"\nContent-Transfer-Encoding: base64\n`,
    body: `${base64(octets)}\n`,
  };
}

export function multipart(subtype: string, boundary: string, parts: readonly Part[], preamble = ''): Part {
  const inner = parts.map(({ header, body }) => `--${boundary}\n${header}\n${body}${body.endsWith('\n') ? '' : '\n'}`);
  return {
    header: `Content-Type: multipart/${subtype}; boundary="${boundary}"\n`,
    body: `${preamble}${inner.join('')}--${boundary}--\n`,
  };
}

/** Octets that are no text. */
export function noise(random: Random, length: number): string {
  return Array.from({ length }, () => String.fromCharCode(random.below(256))).join('');
}

export function token(random: Random, length: number, letters = 'abcdefghijklmnopqrstuvwxyz0123456789'): string {
  return Array.from({ length }, () => letters[random.below(letters.length)]).join('');
}
