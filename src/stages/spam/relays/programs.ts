/**
 * Received fields of programs that say who they are: tried first, and only those of the first program that is found. A field that
 * none of them fits goes on to the shapes of all (shapes.ts). The order is that of SpamAssassin 4.0.1.
 */
import { addressPattern } from './address-pattern.js';
import { type Draft, ignored, type Reader, shape } from './shape.js';

export interface Program {
  readonly wrote: (text: string) => boolean;
  readonly shapes: readonly Reader[];
}

const exchange = / with (?:mapi id|Microsoft SMTP Server) (?:\([^)]+\) )?\d+(?:\.\d+){3}(?: |$)/;

export function programs(): readonly Program[] {
  return [
    {
      wrote: contains(' SMTPSVC'),
      shapes: [
        shape('{helo?} ([{ip}]{:[^)]{0,40}:}) by {by} with Microsoft SMTPSVC'),
        ignored('mail pickup service by {_} with Microsoft SMTPSVC{end}'),
      ],
    },
    {
      wrote: (text) => exchange.test(text),
      shapes: [shape('{helo} ([?{ip}{:(?:%[A-Z0-9._~-]*)?:}]?) by {by} ', { after: withoutId })],
    },
    {
      wrote: contains('[XMail '),
      shapes: [
        shape(`{helo} ({ip:\\[?${addressPattern}\\]?:}{::\\d+:}) by {by}{:(?: \\([^ ]+\\))?:} with [XMail`, {
          after: xmail,
        }),
      ],
    },
    {
      wrote: (text) => /\(ecelerity\b/.test(text),
      shapes: [shape('([{ip}{::\\d+:}] helo={helo}) by {by} '), shape('{_} ([{ip}{::\\d+:}]) by {by} ')],
    },
    {
      wrote: contains('Exim'),
      shapes: [
        (text) => (/\bwith local(?:-[^ ]+)? /.test(text) ? 'ignored' : undefined),
        shape('[{ip}] ({facts:.*?:}) by {by} ', { after: readFacts }),
        shape('{rdns} ([{ip}]{facts:.*?:}) by {by} ', { after: nameAsHelo }),
        shape('{rdns} [{ip}]{:(?::\\d+)?:} by {by} ', { after: nameAsHelo }),
        oddExim,
      ],
    },
    {
      wrote: contains(' (Postfix) with'),
      shapes: [
        shape('{helo} ({rdns} [{ip}]) by {by} ', { looksUp: true, after: unknownIsNone }),
        shape('{helo} ({rdns}[{ip}]) by {by} ', { looksUp: true, after: unknownIsNone }),
      ],
    },
    { wrote: contains('(Scalix SMTP Relay'), shapes: [shape('{helo} ( ?{ip}) by {by}')] },
    { wrote: contains(' (Lotus Domino '), shapes: [shape('{helo} ([{ip}]) by {by} (Lotus')] },
  ];
}

/** `helo=x` and `ident=y` anywhere between the parentheses. */
export function readFacts(draft: Draft): void {
  const helo = /helo=([^ ]+)/.exec(draft.facts);
  if (helo !== null) draft.helo = helo[1] ?? '';
  const ident = /ident=([^ ]*)/.exec(draft.facts.replace(helo?.[0] ?? '', ''));
  if (ident !== null) draft.ident = ident[1] ?? '';
}

/** Exim leaves the HELO name out when it is the host's name. */
function nameAsHelo(draft: Draft): void {
  draft.helo = draft.rdns;
  readFacts(draft);
}

function unknownIsNone(draft: Draft): void {
  if (draft.rdns === 'unknown') draft.rdns = '';
}

function withoutId(draft: Draft): void {
  draft.id = '';
}

function xmail(draft: Draft, text: string): void {
  draft.id = / id <([^ ]+)>/.exec(text)?.[1] ?? draft.id;
  draft.envFrom = / from <([^ ]+)>/.exec(text)?.[1] ?? draft.envFrom;
}

const bracketed = new RegExp(` \\[(${addressPattern})(?:\\.\\d+)?\\] `);

/** Exim's other ways: bits of them. What is found stays even if it is not enough. */
function oddExim(text: string, draft: Draft): 'relay' | undefined {
  draft.rdns = /^([^ ]+) /.exec(text)?.[1] ?? draft.rdns;
  draft.helo = / \(([^ ]+)\) /.exec(text)?.[1] ?? draft.helo;
  draft.ip = bracketed.exec(text)?.[1] ?? draft.ip;
  const by = /by ([^ ]+) /.exec(text)?.[1];
  draft.by = by ?? draft.by;
  return by !== undefined && draft.ip !== '' ? 'relay' : undefined;
}

function contains(mark: string): (text: string) => boolean {
  return (text) => text.includes(mark);
}
