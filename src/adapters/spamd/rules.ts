/**
 * Which rules hit, from what spamd says: the names of SYMBOLS, or the table at the end of REPORT. A part of the message stands above that
 * table (the preview), so that only the last one counts; rules' own descriptions cannot begin a line that looks like a row.
 */
import type { SpamHit } from '../../findings/spam.js';
import { decodeLatin1 } from '../../values/bytes.js';

const NAME = /^[A-Za-z0-9_]{1,200}$/;

/** Undefined for what is no list of names. */
export function hitsOfSymbols(body: Uint8Array): readonly SpamHit[] | undefined {
  const text = decodeLatin1(body).trim();
  const names = text === '' ? [] : text.split(/[,\s]+/);
  if (!names.every((name) => NAME.test(name))) return undefined;
  return names.map((name) => ({ name, score: undefined, description: undefined }));
}

const RULER = /^-{4} -{10,40} -{10,80}\s*$/;
/** ` 1.2 RULE_NAME   description`, `1000 GTUBE ...`. */
const ROW = /^ {0,4}(-?\d{1,9}(?:\.\d{1,9})?) ([A-Za-z0-9_]{1,200})(?: {1,60}(\S.*)?)?$/;
/** The rest of a long description. */
const MORE = /^ {20,60}(\S.*)$/;

/** Of the last table; none where there is no table. */
export function hitsOfReport(body: Uint8Array): readonly SpamHit[] {
  const lines = decodeLatin1(body).split(/\r?\n/);
  const ruler = lines.findLastIndex((line) => RULER.test(line));
  const hits: SpamHit[] = [];
  if (ruler < 0) return hits;
  for (const line of lines.slice(ruler + 1)) {
    const row = ROW.exec(line);
    const last = hits.at(-1);
    if (row !== null) {
      const [, points, name = '', description] = row;
      // `-0.0` becomes 0.
      hits.push({ name, score: Number(points) + 0, description: description && printable(description) });
    } else if (last !== undefined) {
      const more = MORE.exec(line)?.[1];
      if (more !== undefined)
        hits[hits.length - 1] = { ...last, description: `${last.description ?? ''} ${printable(more)}`.trim() };
    }
  }
  return hits;
}

/** Descriptions come to logs and reports. */
function printable(text: string): string {
  return text.replace(/\p{Cc}/gu, ' ');
}
