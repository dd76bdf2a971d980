// biome-ignore-all lint/suspicious/noTemplateCurlyInString: the syntax of templates
/** Templates against Postfix's own cases of mac_expand, our own cases of errors, and the replies of lists. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  DEFAULT_RBL_REPLY,
  parseBlockList,
  parseRblReply,
  parseTemplate,
  type RblFacts,
  rblReply,
  rblReplyTemplate,
  renderTemplate,
} from '../../../../src/stages/restrictions/dns/index.js';
import { isConfigurationError } from '../../../../src/values/errors.js';
import { anyText, expectLinear, expectSound, postfixData, value } from '../../../values/support.js';

const render = (text: string, values: Readonly<Record<string, string>> = {}): string =>
  renderTemplate(value(parseTemplate(text)), new Map(Object.entries(values)));

describe('Postfix mac_expand', () => {
  // Its own test program alone knows functions and the comparison by length.
  const foreign = /test_named_fn|[=<>]length/;

  it('its own cases', (ctx) => {
    let values: Record<string, string> = {};
    let input = '';
    let cases = 0;
    for (const line of postfixData(ctx, 'util/mac_expand.ref').split('\n')) {
      if (line.startsWith('<< ')) input = line.slice(3);
      const setting = /^(\w+) = (.*)$/.exec(input);
      if (line === '<< ') values = {};
      if (setting !== null) values[setting[1] ?? ''] = setting[2] ?? '';
      const [, status, result] = /^stat=(\d) result=(.*)$/.exec(line) ?? [];
      if (status === undefined || foreign.test(input)) continue;
      cases++;
      const template = parseTemplate(input);
      // 1: an error of syntax; 2: an undefined name, which is nothing.
      if (Number(status) & 1) expect([input, template.kind]).toEqual([input, 'malformed']);
      else expect([input, render(input, { name1: 'name1-value', ...values })]).toEqual([input, result]);
    }
    expect(cases).toBeGreaterThan(60);
  });
});

describe('templates', () => {
  it.each([
    ['a$$b', 'a$b'],
    ['$n-$n', 'N-N'],
    ['${ n }$(n)', 'NN'],
    ['${n?{ a }:{b}}|', ' a |'],
    ['${n ? { a } : {b} }|', ' a |'],
    ['${e:{ q }}|', ' q |'],
    ['${n?}|', '|'],
    ['$(n?a{)b|', 'a{b|'],
    ['${{10} > {9}?{num}:{str}}', 'num'],
    ['${{10} > {9x}?{num}:{str}}', 'str'],
    ['${{a} == {b}:no}', 'no'],
    ['${n?{${e:$n}}}', 'N'],
  ])('%s', (text, expected) => {
    expect(render(text, { n: 'N', e: '' })).toBe(expected);
  });

  it.each([
    ['a$', 1],
    ['a$-b', 1],
    ['${', 1],
    ['${}', 2],
    ['$(n', 1],
    ['${n!x}', 3],
    ['${n?{a}x}', 7],
    ['${n:{a}:{b}}', 7],
    ['${{a} = {b}}', 6],
    ['${{a} == b}', 9],
  ])('malformed: %s', (text, at) => {
    expect(parseTemplate(text)).toMatchObject({ kind: 'malformed', at });
  });

  it('does not expand what a value holds', () => {
    expect(render('$a', { a: '$b ${c}', b: 'x' })).toBe('$b ${c}');
  });

  it('never throws, in linear time, whatever the text', () => {
    fc.assert(fc.property(anyText('${}()?:=<> na'), (text) => expectSound(parseTemplate(text), text)));
    expect(parseTemplate('${a?'.repeat(2000))).toMatchObject({ kind: 'malformed' });
    expectLinear(2000, (size) => '${a?{$b}}'.repeat(size / 10), parseTemplate);
  });
});

const facts: RblFacts = {
  list: value(parseBlockList('zen.example=127.0.0.[2..11]')),
  reason: 'Spam $rbl_code caf\u00e9',
  what: '192.0.2.1',
  class: 'Client host',
  clientAddress: '192.0.2.1',
  clientName: 'unknown',
  reverseClientName: 'a.example',
  helo: 'helo.example',
  sender: '',
  recipient: 'b@c@d.example',
};

describe('the reply of a list', () => {
  const reply = (template: string, more: Partial<RblFacts> = {}): unknown => {
    const result = rblReply(value(parseRblReply(template)), { ...facts, ...more });
    return result.kind === 'parsed' ? result.value : result.kind;
  };

  it('is the default one', () => {
    expect(reply(DEFAULT_RBL_REPLY)).toEqual({
      code: 554,
      enhanced: '5.7.1',
      text: 'Service unavailable; Client host [192.0.2.1] blocked using zen.example; Spam $rbl_code caf__',
    });
    expect(reply(DEFAULT_RBL_REPLY, { reason: '', code: 450 })).toEqual({
      code: 450,
      enhanced: '4.7.1',
      text: 'Service unavailable; Client host [192.0.2.1] blocked using zen.example',
    });
  });

  it('knows all names', () => {
    const text = '554 $client $client_port/$reverse_client_name/$helo_name $sender_name,$sender_domain $rbl_txt';
    expect(reply(text, { reason: 'r' })).toMatchObject({
      text: 'unknown[192.0.2.1] /a.example/helo.example <>, r',
    });
    expect(reply('554 $sender $recipient_name at $recipient_domain')).toMatchObject({ text: '<> b@c at d.example' });
    expect(reply('554 <$sender><$sender_name>', { sender: undefined })).toMatchObject({ text: '<><>' });
    expect(reply('554 $sender_name|$sender_domain', { sender: 'root' })).toMatchObject({ text: 'root|' });
  });

  it('takes the enhanced code of the text, in the class of the code', () => {
    expect(reply('450 5.7.9 x')).toEqual({ code: 450, enhanced: '4.7.9', text: 'x' });
    // As smtpd of Postfix 3.7.11 answers.
    expect(reply('450    5.7.9   two words')).toEqual({ code: 450, enhanced: '4.7.9', text: 'two words' });
    expect(reply('554 5.7.9')).toEqual({ code: 554, enhanced: '5.7.9', text: '' });
    expect(reply('450 5.7.9x 192.0.2.1')).toEqual({ code: 450, enhanced: '4.7.1', text: '5.7.9x 192.0.2.1' });
    expect(reply('554 5.7.9x')).toEqual({ code: 554, enhanced: '5.7.1', text: '5.7.9x' });
    expect(reply('554 ')).toEqual({ code: 554, enhanced: '5.7.1', text: '' });
  });

  it('is malformed without a code', () => {
    for (const text of ['250 ok', 'x', '554', '$helo_name', '5545 x']) expect(reply(text)).toBe('malformed');
  });

  it('cannot hold line ends', () => {
    expect(reply('554 $helo_name', { helo: 'a\r\nb' })).toMatchObject({ text: 'a__b' });
  });

  it('is refused with names that do not exist', () => {
    expect(parseRblReply('554 ${rbl_what?$myhostname}')).toMatchObject({ kind: 'malformed', at: 16 });
    try {
      rblReplyTemplate('554 $(', { file: 'main.cf', line: 3 });
      expect.fail('it was taken');
    } catch (error) {
      if (!isConfigurationError(error)) throw error;
      expect(error.message).toBe('main.cf:3: default_rbl_reply: "(" has no partner (at character 6): 554 $(');
    }
  });
});
