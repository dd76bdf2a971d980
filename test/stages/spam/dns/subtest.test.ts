import { describe, expect, it } from 'vitest';
import { listSubtest, uriSubtest } from '../../../../src/stages/spam/dns/subtest.js';

const fits = (text: string, value: string): boolean => {
  const subtest = listSubtest(text);
  return subtest.kind === 'subtest' && subtest.fits(value);
};

describe('what an answer of a list must be', () => {
  it.each([
    ['127.0.0.2', '127.0.0.2', true],
    ['127.0.0.2', '127.0.0.20', false],
    ['2', '127.0.0.2', true],
    ['2', '127.0.0.3', true],
    ['2', '127.0.0.4', false],
    ['256', '127.0.1.0', true],
    ['2', '10.0.0.2', false],
    ['^127\\.0\\.0\\.[4567]$', '127.0.0.5', true],
    ['^127\\.0\\.0\\.[4567]$', '127.0.0.55', false],
    ['^127\\.0\\.\\d+\\.2$', '127.0.10.2', true],
    ['(?i:spamcop)', 'see SPAMCOP.example', true],
    ['(?i:spamcop)', 'nothing', false],
  ])('%s, %s: %s', (text, value, expected) => {
    expect(fits(text, value)).toBe(expected);
  });

  it('names a pattern that cannot be run', () => {
    expect(listSubtest('(').kind).toBe('refused');
  });
});

describe('what an answer of a list of domains must be', () => {
  it.each([
    ['127.0.1.2', '127.0.1.2', true],
    ['127.0.1.2', '127.0.1.3', false],
    ['127.0.1.20-127.0.1.39', '127.0.1.30', true],
    ['127.0.1.20-127.0.1.39', '127.0.1.40', false],
    ['127.0.1.0/255.255.255.0', '127.0.1.77', true],
    ['127.0.1.0/255.255.255.0', '127.0.2.77', false],
    ['0.0.0.16/0.0.0.16', '127.0.0.24', true],
    ['0x10/0x10', '127.0.0.16', true],
    ['16', '127.0.0.24', true],
    ['0x10', '127.0.0.8', false],
    ['16', '192.0.2.16', false],
    ['128', '127.0.0.128', true],
    ['255.255.255.255/255.255.255.255', '255.255.255.255', true],
  ])('%s, %s: %s', (text, value, expected) => {
    expect(uriSubtest(text)?.fits(value)).toBe(expected);
  });

  it.each(['', 'x', '1-', '1-x', '99999999999', '0xfffffffff', '127.0.0', '1/2/3', '300.0.0.1'])('not %j', (text) => {
    expect(uriSubtest(text)).toBeUndefined();
  });
});
