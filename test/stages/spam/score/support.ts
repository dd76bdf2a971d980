/** Messages scored by small rule texts. */
import type { DnsModule } from '../../../../src/stages/spam/dns/dns-module.js';
import type { EvalModule, Evaluator } from '../../../../src/stages/spam/evals/eval.js';
import { readSpamRules } from '../../../../src/stages/spam/rules/read-rules.js';
import {
  type CompiledRules,
  type CompileOptions,
  compileSpamRules,
} from '../../../../src/stages/spam/score/compile.js';
import { type SpamScore, scoreMessage } from '../../../../src/stages/spam/score/score.js';
import type { SpamSubject } from '../../../../src/stages/spam/subject.js';
import { encodeLatin1 } from '../../../../src/values/bytes.js';
import { parseMessage } from '../../../../src/values/message.js';

export const PLUGINS = ['MIMEHeader', 'URIDetail', 'ReplaceTags', 'Shortcircuit']
  .map((name) => `loadplugin Mail::SpamAssassin::Plugin::${name}\n`)
  .join('');

/** Functions and lists made up for the test. */
export const modules: NonNullable<CompileOptions['modules']> = {
  evals: [
    {
      prepare: () =>
        new Map<string, Evaluator>([
          ['yes', { run: () => true }],
          ['no', { run: () => false }],
          [
            'many',
            { run: (_, args) => Number(args[0]), check: (args) => (args.length === 1 ? undefined : 'a number') },
          ],
          ['on', { run: (_, args, on) => on === args[0] }],
        ]),
    } satisfies EvalModule,
  ],
  dns: [
    {
      prepare: (_, rules) => {
        const mine = rules
          .filter(({ test }) => test.kind === 'eval' && test.call === 'check_rbl')
          .map(({ name }) => name);
        const question = (name: string) => ({ type: 'A' as const, name: `${name.toLowerCase()}.example` });
        return {
          rules: new Set(mine),
          questions: () => mine.map(question),
          hits: (_subject, answer) => mine.filter((name) => answer(question(name)).kind === 'found'),
        };
      },
    } satisfies DnsModule,
  ],
};

export function compile(text: string, options: CompileOptions = {}): CompiledRules {
  const files = [{ name: 'a.cf', text: `${PLUGINS}${text}\nutil_rb_tld example\n` }];
  const rules = readSpamRules({ files, isOwn: () => false });
  return compileSpamRules(rules, { modules, ...options });
}

export function subjectOf(rules: CompiledRules, message: string): SpamSubject {
  const parsed = parseMessage(encodeLatin1(message));
  if (parsed.kind !== 'parsed') throw new Error('over the limits');
  const body = parsed.value.body.bytes ?? new Uint8Array(0);
  const envelope = { sender: undefined, recipients: [] };
  return rules.preparation.subject({ message: parsed.value, body, envelope, now: new Date(1_700_000_000_000) });
}

export function scored(text: string, message: string, options: CompileOptions = {}): SpamScore {
  const rules = compile(text, options);
  return scoreMessage(rules, subjectOf(rules, message));
}

/** Names of rules and sub-rules that hit, in order. */
export function hits(text: string, message: string, options: CompileOptions = {}): string {
  const { hits: found, subRules } = scored(text, message, options);
  return [...found.map(({ name }) => name), ...subRules].join(' ');
}
