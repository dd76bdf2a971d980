/** Patterns whose work is more than a text allows: told by the name of their rule, whatever they look at. */
import { describe, expect, it } from 'vitest';
import { readSpamRules } from '../../../../src/stages/spam/rules/read-rules.js';
import { compileSpamRules } from '../../../../src/stages/spam/score/compile.js';
import { scoreMessage } from '../../../../src/stages/spam/score/score.js';
import { encodeLatin1 } from '../../../../src/values/bytes.js';
import { parseMessage } from '../../../../src/values/message.js';

const PLUGINS = ['MIMEHeader', 'URIDetail', 'HTMLEval', 'FreeMail', 'ImageInfo'];
const HARD = '(x+)y\\1z';

function incompleteOf(lines: string, message: string): readonly string[] {
  const text = `${PLUGINS.map((name) => `loadplugin Mail::SpamAssassin::Plugin::${name}\n`).join('')}util_rb_tld example\n${lines}`;
  const rules = compileSpamRules(readSpamRules({ files: [{ name: 'rules.cf', text }] }));
  expect(rules.skipped).toEqual([]);
  const parsed = parseMessage(encodeLatin1(message));
  if (parsed.kind !== 'parsed') throw new Error('over the limit of the header');
  const body = parsed.value.body.bytes ?? new Uint8Array(0);
  const envelope = { sender: 'a@b.example', recipients: [] };
  const subject = rules.preparation.subject({
    message: parsed.value,
    body,
    bodySize: body.length,
    client: undefined,
    envelope,
    findings: {},
    now: new Date(0),
  });
  return scoreMessage(rules, subject, { detail: false }).incomplete;
}

const xs = `${'x'.repeat(900)}y${'x'.repeat(1000)}z`;
const html = `<html><head><title>${xs}</title></head><body>z</body></html>`;

describe('a pattern that gives up', () => {
  it.each([
    ['header', `header A Subject =~ /${HARD}/`, `Subject: ${xs}\r\n\r\n`],
    ['header !~', `header A Subject !~ /${HARD}/`, `Subject: ${xs}\r\n\r\n`],
    ['body', `body A /${HARD}/`, `Subject: z\r\n\r\n${xs}\r\n`],
    ['rawbody', `rawbody A /${HARD}/`, `Subject: z\r\n\r\n${xs}\r\n`],
    ['full', `full A /${HARD}/`, `Subject: z\r\n\r\n${xs}\r\n`],
    ['uri', `uri A /${HARD}/`, `Subject: z\r\n\r\nhttp://a.example/${xs}\r\n`],
    ['uri_detail', `uri_detail A raw =~ /${HARD}/`, `Subject: z\r\n\r\nhttp://a.example/${xs}\r\n`],
    ['mimeheader', `mimeheader A Content-Type =~ /${HARD}/`, `Content-Type: text/plain; name=${xs}\r\n\r\nz\r\n`],
    ['full, when a meta rule asks', `full __A /${HARD}/\nmeta M __A`, `Subject: z\r\n\r\n${xs}\r\n`],
    [
      'html_text_match',
      `body A eval:html_text_match('title', '${HARD}')`,
      `Content-Type: text/html\r\n\r\n${html}\r\n`,
    ],
  ])('of %s', (_, rule, message) => {
    const name = rule.includes('__A') ? '__A' : 'A';
    expect(incompleteOf(rule, message)).toEqual([`all of the text for ${name}`]);
  });
});
