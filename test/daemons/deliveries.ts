/** What was delivered where, in a form that is the same for both servers: `place` and the message without the trace fields. */
import { readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';

export interface Delivered {
  /** Of the message, as its field X-Case says; '' without one. */
  readonly id: string;
  /** `alice`, `virtual/bob`, `smtp 20025 carol@far.example`, `hold`. */
  readonly place: string;
  /** Latin-1, LF. */
  readonly message: string;
}

/** Every message in `new` of every Maildir below `base`; `name` makes the place of a folder. */
export function readMaildirs(base: string, name: (folder: string) => string): Delivered[] {
  let paths: string[];
  try {
    paths = readdirSync(base, { recursive: true, encoding: 'latin1' });
  } catch {
    return [];
  }
  return paths
    .filter((path) => /(?:^|\/)new\/[^/]+$/.test(path))
    .flatMap((path) => {
      const file = join(base, path);
      return delivered(name(relative(base, join(file, '../..'))), readFileSync(file, 'latin1'));
    });
}

/** None for notices of the mail system's own. */
export function delivered(place: string, message: string): Delivered[] {
  if (isNotice(message)) return [];
  return [{ id: /^X-Case: *(\S+)/m.exec(message)?.[1] ?? '', place, message: withoutTraces(message) }];
}

/** A bounce: from nobody, in three parts. */
function isNotice(message: string): boolean {
  return /^From: .*MAILER-DAEMON@/m.test(message) && /^Content-Type: multipart\/report/m.test(message);
}

const TRACES = /^(?:return-path|delivered-to|x-original-to|x-envelope-from|x-envelope-to|x-hold-reason):/i;

/** Without the fields that each server adds, which are about itself; what the sender wrote of that kind starts with `X-`. */
function withoutTraces(message: string): string {
  const end = message.indexOf('\n\n');
  const header = end < 0 ? message : message.slice(0, end + 1);
  const fields = header.match(/[^\n]*\n(?:[ \t][^\n]*\n)*/g) ?? [];
  const kept = fields.filter(
    (field) => !TRACES.test(field) && !/^received:[\s\S]*\sby\s+mx\.school\.example\s/i.test(field),
  );
  return kept.join('') + (end < 0 ? '' : message.slice(end + 1));
}
