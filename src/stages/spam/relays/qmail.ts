/**
 * Received fields of qmail and its many descendants: `from NAME (HELO x) (ident@ADDRESS) by HOST with SMTP`. The name is what
 * tcpserver found; HELO is left out when it is the same; other programs have an id behind the protocol, qmail has not.
 */
import { addressPattern } from './address-pattern.js';
import type { Draft } from './shape.js';

const envelope = '(?: \\(envelope-sender <[^ ]+>\\))?';
const client = `\\[?(${addressPattern})\\]?\\)${envelope} by ([^ ]+)`;
const whole = new RegExp(`^[^ ]+(?: \\((?:HELO|EHLO) [^ ]*\\))? \\((?:[^ ]+@)?${client}`);
const withHelo = new RegExp(`^([^ ]+) \\((?:HELO|EHLO) ([^ ()]*)\\) \\((?:([^ ]*)@)?${client}`);
const withoutHelo = new RegExp(`^([^ ]+) \\((?:([^ ]*)@)?${client}`);

export function qmail(text: string, draft: Draft): 'relay' | undefined {
  const fits = whole.exec(text);
  if (fits === null || !endsLikeQmail(text.slice(fits[0].length))) return undefined;
  if (!readClient(text, draft)) return 'relay';
  if (draft.rdns === 'unknown') draft.rdns = '';
  else draft.looksUp = true;
  return 'relay';
}

function readClient(text: string, draft: Draft): boolean {
  const long = withHelo.exec(text);
  if (long !== null) {
    [, draft.rdns = '', draft.helo = '', draft.ident = '', draft.ip = '', draft.by = ''] = long;
    return true;
  }
  const short = withoutHelo.exec(text);
  if (short === null) return false;
  [, draft.rdns = '', draft.ident = '', draft.ip = '', draft.by = ''] = short;
  draft.helo = draft.rdns;
  return true;
}

/** Comments or nothing, ` with `, anything, then SMTP or QMQP that no id follows. */
function endsLikeQmail(rest: string): boolean {
  const start = rest.startsWith(' with ') ? 0 : rest.startsWith(' (') ? rest.indexOf(') with ', 3) + 1 : -1;
  if (start < 0 || (start === 0 && !rest.startsWith(' with '))) return false;
  return / (?:SMTP|QMQP)(?! id )/.test(rest.slice(start + 5));
}
