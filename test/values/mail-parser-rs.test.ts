/** The sample messages of the mail-parser-rs suite, malformed ones included: every octet must come back. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { equalBytes } from '../../src/values/bytes.js';
import { makeField } from '../../src/values/make-field.js';
import { prependField, removeField } from '../../src/values/message.js';
import { renderMessageSync } from '../../src/values/render.js';
import { message, text } from './mail.js';

const root = join(dirname(fileURLToPath(import.meta.url)), '../../../shared/conformance/mail-parser-rs');
const present = existsSync(root);
if (!present) process.stderr.write(`SKIPPED: the mail-parser-rs messages are not at ${root}\n`);
const files = present
  ? readdirSync(root, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.eml'))
  : [];

describe.skipIf(!present)('mail-parser-rs messages', () => {
  it('are there', () => expect(files.length).toBeGreaterThan(30));

  it.each(files)('%s comes back byte for byte', (name) => {
    const source = new Uint8Array(readFileSync(join(root, name)));
    const parsed = message(source);
    expect(parsed.size).toBe(source.length);
    expect(equalBytes(renderMessageSync(parsed) ?? new Uint8Array(0), source)).toBe(true);
    const added = makeField('X-New', 'yes');
    const undone = removeField(prependField(parsed, added).message, added).message;
    if (parsed.separator.length > 0) expect(text(renderMessageSync(undone) ?? source.subarray(1))).toBe(text(source));
  });
});
