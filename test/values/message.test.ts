import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { memoryBody } from '../../src/values/body.js';
import type { HeaderField } from '../../src/values/header.js';
import { makeField } from '../../src/values/make-field.js';
import {
  appendField,
  fieldsNamed,
  firstField,
  insertBefore,
  type Message,
  messageFromParts,
  parseMessage,
  prependField,
  removeField,
  replaceBody,
  replaceField,
} from '../../src/values/message.js';
import { bytes, mailBytes, message, rendered, text } from './mail.js';

const added = makeField('X-New', 'yes');

/** The field named `name`, which must be there. */
function field(of: Message, name: string): HeaderField {
  const found = firstField(of, name);
  if (found === undefined) throw new Error(`no ${name}`);
  return found;
}

describe('parseMessage', () => {
  it('takes a message apart', () => {
    const parsed = message('Subject: a\nTo: b\n\nbody\r\n');
    expect(parsed).toMatchObject({ kind: 'message', size: 24, lineEnding: 'lf', defects: [] });
    expect(text(parsed.body.bytes ?? bytes('none'))).toBe('body\r\n');
    expect(parsed.body.size).toBe(6);
  });

  it.each([
    ['A: 1\r\nB: 2\n\n', 'crlf'],
    ['A: 1\n\r\n', 'lf'],
    ['\n', 'lf'],
    ['no header\nbody', 'lf'],
    ['A: 1', 'crlf'],
    ['A: 1\r', 'crlf'],
    ['', 'crlf'],
  ])('takes the line ending of %j from its first line: %s', (source, ending) => {
    expect(message(source).lineEnding).toBe(ending);
  });

  it('refuses a header over the limits, and only that', () => {
    expect(parseMessage(bytes('A: 1\nA: 1\n'), { headerFields: 1 })).toEqual({
      kind: 'over-limit',
      limit: 'header-fields',
      at: 5,
    });
    expect(parseMessage(bytes(`A: 1\n\n${'x'.repeat(1000)}`), { headerBytes: 10 }).kind).toBe('parsed');
  });

  it('put together again is the input, and its size is true', () => {
    fc.assert(
      fc.property(mailBytes(), (source) => {
        const parsed = message(source);
        expect(rendered(parsed)).toBe(text(source));
        expect(parsed.size).toBe(source.length);
      }),
      { numRuns: 2000 },
    );
  });
});

describe('finding fields', () => {
  const parsed = message('Received: 1\nsubject: a\nRECEIVED: 2\n\n');

  it('goes by name without case, in order', () => {
    expect(fieldsNamed(parsed, 'received').map((f) => f.value)).toEqual(['1', '2']);
    expect(firstField(parsed, 'Subject')?.value).toBe('a');
    expect(firstField(parsed, 'constructor')).toBeUndefined();
    expect(fieldsNamed(parsed, '')).toEqual([]);
  });

  it('sees each edit', () => {
    const more = prependField(parsed, makeField('Received', '0')).message;
    expect(fieldsNamed(more, 'received').map((f) => f.value)).toEqual(['0', '1', '2']);
    expect(fieldsNamed(parsed, 'received')).toHaveLength(2);
  });
});

describe('edits', () => {
  const source = 'A: 1\r\nB:  2\n c\r\n\r\nbody\n';
  const parsed = message(source);

  it.each([
    ['prepend', prependField(parsed, added), 'X-New: yes\r\nA: 1\r\nB:  2\n c\r\n\r\nbody\n'],
    ['append', appendField(parsed, added), 'A: 1\r\nB:  2\n c\r\nX-New: yes\r\n\r\nbody\n'],
    ['insert', insertBefore(parsed, field(parsed, 'B'), added), 'A: 1\r\nX-New: yes\r\nB:  2\n c\r\n\r\nbody\n'],
    ['replace', replaceField(parsed, field(parsed, 'A'), added), 'X-New: yes\r\nB:  2\n c\r\n\r\nbody\n'],
    ['remove', removeField(parsed, field(parsed, 'B')), 'A: 1\r\n\r\nbody\n'],
    ['replace the body', replaceBody(parsed, memoryBody(bytes('new'))), 'A: 1\r\nB:  2\n c\r\n\r\nnew'],
  ])('%s', (_, change, expected) => {
    expect(change.done).toBe(true);
    expect(rendered(change.message)).toBe(expected);
    expect(change.message.size).toBe(expected.length);
    expect(rendered(parsed)).toBe(source);
  });

  it('name a field by identity: an equal one is not it, and one that is gone changes nothing', () => {
    const twin = field(message(source), 'A');
    for (const change of [
      removeField(parsed, twin),
      replaceField(parsed, twin, added),
      insertBefore(parsed, twin, added),
    ]) {
      expect(change).toEqual({ message: parsed, done: false });
      expect(change.message).toBe(parsed);
    }
    const double = message('A: 1\nA: 1\n\n');
    const second = double.header[1] as HeaderField;
    expect(removeField(double, second).message.header).toEqual([double.header[0]]);
    expect(removeField(double, second).message.header[0]).toBe(double.header[0]);
  });

  it('reach a field that an earlier edit added', () => {
    const once = prependField(parsed, added).message;
    expect(rendered(removeField(once, added).message)).toBe(source);
  });

  it('write added fields with the line ending of the message', () => {
    const lf = message('A: 1\nB: 2\r\n\nbody\r\n');
    const folded = makeField('X-New', `${'word '.repeat(30)}end`);
    const { message: edited } = prependField(lf, folded);
    expect(rendered(edited)).toBe(`${text(folded.bytes).replaceAll('\r', '')}A: 1\nB: 2\r\n\nbody\r\n`);
    expect(edited.size).toBe(rendered(edited).length);
  });

  it.each([
    ['no empty line: one is added', 'A: 1\nno field\n', 'X-New: yes\nA: 1\n\nno field\n'],
    ['a continuation first does not continue the added field', ' a: 1\n\nb', 'X-New: yes\n\n a: 1\n\nb'],
    ['no header', 'hello', 'X-New: yes\r\n\r\nhello'],
    ['nothing', '', 'X-New: yes\r\n'],
    ['no final line end', 'A: 1\nB: 2', 'X-New: yes\nA: 1\nB: 2'],
    ['empty line first', '\nbody', 'X-New: yes\n\nbody'],
    ['an mbox line stays first', 'From a\nA: 1\n\n', 'From a\nX-New: yes\nA: 1\n\n'],
    [
      'a field named as mbox lines are does not',
      'X-Mailbox-Line: From a\n\n',
      'X-New: yes\nX-Mailbox-Line: From a\n\n',
    ],
    ['an mbox line alone', 'From a\n', 'From a\nX-New: yes\n'],
  ])('prepend, %s', (_, from, expected) => expect(rendered(prependField(message(from), added).message)).toBe(expected));

  it.each([
    ['behind a field without a line end', 'A: 1\nB: 2', 'A: 1\nB: 2\nX-New: yes\n'],
    ['to nothing', '', 'X-New: yes\r\n'],
    ['where the header broke off', 'A: 1\nno field\n', 'A: 1\nX-New: yes\n\nno field\n'],
  ])('append %s', (_, from, expected) => {
    const { message: edited } = appendField(message(from), added);
    expect(rendered(edited)).toBe(expected);
    expect(edited.size).toBe(expected.length);
  });

  it('give a body to a message that ended in its header', () => {
    const { message: edited } = replaceBody(message('A: 1\nB: 2'), memoryBody(bytes('new')));
    expect(rendered(edited)).toBe('A: 1\nB: 2\n\nnew');
    expect(edited.size).toBe(14);
  });

  it('leave every other octet, and can be undone, for any message with an empty line', () => {
    fc.assert(
      fc.property(mailBytes(), fc.nat(), (given, pick) => {
        const whole = message(given);
        fc.pre(whole.separator.length > 0);
        const at = pick % (whole.header.length + 1);
        const existing = whole.header[at];
        const change = existing === undefined ? appendField(whole, added) : insertBefore(whole, existing, added);
        const before = whole.header.slice(0, at).reduce((size, f) => size + f.bytes.length, 0);
        const own = whole.lineEnding === 'lf' ? 'X-New: yes\n' : 'X-New: yes\r\n';
        const all = rendered(change.message);
        expect(all).toBe(text(given.subarray(0, before)) + own + text(given.subarray(before)));
        expect(change.message.size).toBe(all.length);
        expect(change.message.header.filter((f) => f !== added)).toEqual(whole.header);
        expect(rendered(removeField(change.message, added).message)).toBe(text(given));
      }),
      { numRuns: 1000 },
    );
  });

  it('stay readable: what any edit wrote has the same fields when parsed again', () => {
    fc.assert(
      fc.property(mailBytes(), fc.constantFrom(prependField, appendField), (given, edit) => {
        const edited = edit(message(given), added).message;
        const again = message(rendered(edited));
        // The line end that a field without one got may have made a CRLF of the last of its lone CRs.
        const seen = (of: Message) => of.header.map((f) => [f.name, f.value.replace(/[ \t\r]*$/, '')]);
        expect(seen(again)).toEqual(seen(edited));
        expect(text(again.body.bytes ?? bytes('none'))).toBe(text(edited.body.bytes ?? bytes('none')));
      }),
      { numRuns: 2000 },
    );
  });
});

describe('messageFromParts', () => {
  it('makes a message of added fields', () => {
    const made = messageFromParts({ fields: [added], separator: bytes('\r\n') }, memoryBody(bytes('hi')));
    expect(rendered(made)).toBe('X-New: yes\r\n\r\nhi');
    expect(made).not.toHaveProperty('defects');
  });
});
