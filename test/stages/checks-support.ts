import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { Final } from '../../src/core/decision.js';
import type { Edit } from '../../src/core/edit.js';
import type { Note } from '../../src/core/note.js';
import type { Recipient } from '../../src/core/transaction.js';
import { decodeLatin1, encodeLatin1 } from '../../src/values/bytes.js';
import { parseMailbox } from '../../src/values/mailbox.js';
import {
  insertBefore,
  type Message,
  parseMessage,
  removeField,
  replaceBody,
  replaceField,
} from '../../src/values/message.js';
import { renderMessage } from '../../src/values/render.js';
import { replyText } from '../../src/values/reply.js';

export function message(text: string): Message {
  const parsed = parseMessage(encodeLatin1(text));
  if (parsed.kind !== 'parsed') throw new Error('over limit');
  return parsed.value;
}

export function recipient(id: number, text: string): Recipient {
  const address = parseMailbox(text);
  if (address.kind !== 'parsed') throw new Error(text);
  const { value } = address;
  const origin = { kind: 'original' } as const;
  return {
    kind: 'recipient',
    id,
    address: value,
    original: value,
    origin,
    parameters: {},
    nextHop: undefined,
    findings: {},
  };
}

export interface Ran {
  readonly findings: Readonly<Record<string, unknown>>;
  readonly decision: Final | undefined;
  readonly edits: readonly Edit[];
  readonly notes: readonly Note[];
}

interface Runnable {
  readonly run: (tx: never, ctx: never) => unknown;
}

interface Result {
  readonly findings: Readonly<Record<string, unknown>>;
  readonly decision?: Final;
  readonly edits?: readonly Edit[];
}

/** Runs a stage as the pipeline would, without the pipeline. */
export async function run(
  stage: Runnable,
  on: Message,
  options: { detail?: boolean; findings?: object } = {},
): Promise<Ran> {
  const notes: Note[] = [];
  const tx = {
    message: on,
    recipients: [recipient(1, 'a@example.com'), recipient(2, 'b@example.com')],
    findings: options.findings ?? {},
  };
  const ctx = { detail: options.detail ?? false, note: (note: Note) => notes.push(note) };
  const { findings, decision, edits = [] } = (await stage.run(tx as never, ctx as never)) as Result;
  return { findings, decision, edits, notes };
}

/** What the message is after the edits that concern it. */
export async function edited(on: Message, edits: readonly Edit[]): Promise<string> {
  let now = on;
  for (const edit of edits) {
    if (edit.kind === 'insert-header') now = insertBefore(now, edit.before, edit.field).message;
    else if (edit.kind === 'replace-header') now = replaceField(now, edit.target, edit.field).message;
    else if (edit.kind === 'remove-header') now = removeField(now, edit.target).message;
    else if (edit.kind === 'replace-body') now = replaceBody(now, edit.body).message;
  }
  let text = '';
  for await (const chunk of renderMessage(now)) text += decodeLatin1(chunk);
  return text;
}

/** Edits of the envelope and the decision, in words. */
export function envelope({ decision, edits }: Ran): readonly string[] {
  const words = edits.flatMap((edit) => {
    if (edit.kind === 'add-recipient')
      return [
        `add ${edit.address.text}${edit.nextHop ? ` via ${edit.nextHop.transport}:${edit.nextHop.destination}` : ''}`,
      ];
    if (edit.kind === 'remove-recipient') return [`remove ${edit.recipient.address.text}`];
    if (edit.kind === 'set-next-hop')
      return [`${edit.recipient.address.text} via ${edit.nextHop.transport}:${edit.nextHop.destination}`];
    return [];
  });
  if (decision === undefined) return words;
  const to = decision.kind === 'redirect' ? ` to ${decision.to.text}` : '';
  return [...words, `${decision.kind}${to} ${replyText(decision.reply)} (${decision.detail})`];
}

function noteText(note: Note): string {
  if (note.kind === 'remark') return `remark ${note.text}`;
  const where = `${note.source.file}:${note.source.line}`;
  return note.matched ? `matched ${where} ${note.text} | on ${note.on} | ${note.result}` : `not ${where} ${note.text}`;
}

/** The golden form of a run: trace, envelope, message. */
export async function golden(stage: Runnable, text: string): Promise<string> {
  const on = message(text);
  const ran = await run(stage, on, { detail: true });
  const trace = ran.notes.map((note) => noteText(note).replaceAll('\n', '\\n').replaceAll('\r', '\\r'));
  const after = (await edited(on, ran.edits)).replaceAll('\r\n', '\n');
  return [...trace, ...envelope(ran), '--', after].join('\n');
}

export interface Case {
  readonly stem: string;
  readonly eml: string;
  readonly rules: string;
}

/** The cases of a stage, those of the private folder too. */
export function cases(stage: string): readonly Case[] {
  const root = fileURLToPath(new URL('../cases', import.meta.url));
  const folders = [`${root}/${stage}`, `${root}/private/${stage}`].filter((folder) => existsSync(folder));
  return folders.flatMap((folder) =>
    readdirSync(folder)
      .filter((name) => name.endsWith('.eml'))
      .sort()
      .map((name) => {
        const stem = `${folder}/${name.slice(0, -4)}`;
        // Written with LF; on the wire it is CRLF.
        const eml = readFileSync(`${stem}.eml`, 'latin1').replaceAll(/\r?\n/g, '\r\n');
        return { stem, eml, rules: readFileSync(`${stem}.rules`, 'utf8') };
      }),
  );
}

/** Compares with NN-name.expect; what came out instead is put beside it as NN-name.actual. */
export function agrees({ stem }: Case, actual: string): boolean {
  const file = `${stem}.expect`;
  const same = existsSync(file) && readFileSync(file, 'latin1') === actual;
  if (!same) writeFileSync(`${stem}.actual`, actual, 'latin1');
  return same;
}
