/** Capitals in the body (check_for_uppercase of MIMEEval). */

const atLeast = 200;

/** Capitals among letters and digits in percent; 0 for less than 200 octets of lines that have a space in them. Octets as Latin-1. */
export function capitals(lines: Iterable<string>): number {
  let length = 0;
  let lower = 0;
  let upper = 0;
  for (const line of lines) {
    if (!hasInnerSpace(line) || isBase64(line)) continue;
    const text = withoutJapanese(line);
    length += text.length;
    for (let i = 0; i < text.length; i++) {
      const unit = text.charCodeAt(i);
      if (unit >= 65 && unit <= 90) upper++;
      else if ((unit >= 97 && unit <= 122) || (unit >= 48 && unit <= 57)) lower++;
    }
  }
  return length < atLeast || upper + lower === 0 ? 0 : (upper / (upper + lower)) * 100;
}

function hasInnerSpace(line: string): boolean {
  return /[\t-\r ]/.test(line) && /[\t-\r ]/.test(line.trim());
}

/** What an attachment left in forwarded text. */
function isBase64(line: string): boolean {
  return line.length > 120 && /^(?:[A-Za-z0-9+/=]{60,76} ){2}/.test(line);
}

/** ISO-2022-JP: its double-octet text is in ASCII. */
function withoutJapanese(line: string): string {
  const start = line.indexOf('\x1b$B');
  const end = start < 0 ? -1 : line.lastIndexOf('\x1b(B');
  return end < start + 3 ? line : line.slice(0, start) + line.slice(end + 3);
}
