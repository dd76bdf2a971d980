/**
 * `virus`: shows the message to a scanner and does what the operator says about mail that is infected, that cannot be scanned, and
 * that nobody could tell about. Writes X-Virus-Scanned into what is clean and removes such fields from outside. What is clean is the
 * scanner's word alone; nothing is taken apart here. Put it before the stages that cost more, and before marks for the reader.
 */
import { defer, discard, type FinalOf, quarantine, reject } from '../../core/decision.js';
import type { PrependHeader, RemoveHeader } from '../../core/edit.js';
import { defineStage, type Stage } from '../../core/stage.js';
import { type VirusFinding, virusFinding } from '../../findings/virus.js';
import type { ScanVerdict } from '../../ports/scanner.js';
import type { Answer } from '../../values/answer.js';
import { reply } from '../../values/reply.js';
import { markFor, removalsIn, words } from './fields.js';
import { checkOptions, type VirusOptions } from './options.js';

type Special = 'hold' | 'quarantine';

export interface VirusStage<D extends Special = Special>
  extends Stage<{
    readonly name: 'virus';
    readonly at: 'message';
    readonly needs: Record<never, never>;
    readonly uses: Record<never, never>;
    readonly gives: { readonly virus: VirusFinding };
    readonly edits: 'prepend-header' | 'remove-header';
    readonly accepts: false;
    readonly decides: D;
  }> {}

/** Throws ConfigurationError `options` with all that is wrong. */
export function virus<const O extends VirusOptions>(
  options: O & VirusOptions,
): VirusStage<Extract<O['onInfected'] | O['onUnscannable'] | O['cannotTell'], Special>> {
  checkOptions(options);
  const given: VirusOptions = options;
  const { scanner, fields = true, host, onInfected, onUnscannable, cannotTell = 'defer' } = given;
  return defineStage({
    name: 'virus',
    at: 'message',
    gives: [virusFinding],
    edits: ['prepend-header', 'remove-header'],
    decides: onInfected === 'quarantine' || onUnscannable === 'quarantine' ? ['quarantine'] : [],
    asks: { scanner: { port: scanner, cannotTell } },
    run: async ({ message, session }, ctx) => {
      const answer = await ctx.ask('scanner', 'scan', message);
      const finding = findingOf(answer, scanner.name);
      if (answer.kind === 'found' && answer.value.instead !== undefined) {
        const text = `${words(finding.scanner)} was asked instead: ${words(answer.value.instead)}`;
        ctx.note({ kind: 'remark', text, log: 'warn' });
      }
      const decision = decide(finding, given);
      const passes = finding.result === 'unscannable' ? decision === undefined : cannotTell === 'continue';
      if (passes && finding.why !== undefined) {
        ctx.note({ kind: 'remark', text: `not scanned for viruses: ${words(finding.why)}`, log: 'warn' });
      }
      const edits: (PrependHeader | RemoveHeader)[] = [...removalsIn(message.header)];
      if (fields) edits.push(markFor(finding, host ?? session.server.name.ascii));
      const findings = virusFinding.of(finding);
      return decision === undefined ? { findings, edits } : { findings, edits, decision };
    },
  }) as never;
}

function findingOf(answer: Answer<ScanVerdict>, name: string): VirusFinding {
  if (answer.kind === 'cannot-tell') return { result: 'cannot-tell', names: [], why: answer.why, scanner: name };
  // No scanner may say so: as good as a crash.
  if (answer.kind === 'not-found') throw new Error(`scanner ${name}: "not found" is no verdict`);
  const { value } = answer;
  const scanner = value.by ?? name;
  switch (value.kind) {
    case 'clean':
      return { result: 'clean', names: [], why: undefined, scanner };
    case 'infected':
      return { result: 'infected', names: value.names, why: undefined, scanner };
    case 'unscannable':
      return { result: 'unscannable', names: [], why: `${value.cause}: ${value.why}`, scanner };
  }
}

type VirusDecision = FinalOf<'reject'> | FinalOf<'defer'> | FinalOf<'quarantine'> | FinalOf<'discard'>;

function decide(finding: VirusFinding, options: VirusOptions): VirusDecision | undefined {
  const detail = detailOf(finding);
  switch (finding.result) {
    case 'clean':
      return undefined;
    case 'infected':
      return decideInfected(finding, detail, options);
    case 'unscannable':
      return decideUnscannable(detail, options);
    case 'cannot-tell':
      // The pipeline does what `cannotTell` says.
      return undefined;
  }
}

function detailOf({ result, names, why, scanner }: VirusFinding): string {
  return `${result}: ${words(result === 'infected' ? names.slice(0, 20).join(', ') : (why ?? ''))} (${words(scanner)})`;
}

function decideInfected({ names }: VirusFinding, detail: string, options: VirusOptions): VirusDecision {
  const { onInfected = 'reject', nameInReply = false } = options;
  if (onInfected === 'discard') return discard('virus', detail);
  if (onInfected === 'quarantine') return quarantine('virus', detail);
  const what = nameInReply ? `infected: ${words(names.slice(0, 3).join(', '))}` : 'it contains a virus';
  return reject('virus', reply(554, '5.7.1', `Message refused, ${what}`), detail);
}

function decideUnscannable(detail: string, { onUnscannable = 'defer' }: VirusOptions): VirusDecision | undefined {
  switch (onUnscannable) {
    case 'defer':
      return defer('virus', reply(451, '4.7.1', 'Message cannot be scanned for viruses now'), detail);
    case 'reject':
      return reject('virus', reply(554, '5.7.1', 'Message refused, it cannot be scanned for viruses'), detail);
    case 'quarantine':
      return quarantine('virus', detail);
    case 'discard':
      return discard('virus', detail);
    case 'continue':
      return undefined;
  }
}
