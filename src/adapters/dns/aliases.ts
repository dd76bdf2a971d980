/**
 * Aliases that the name server did not follow to their end (RFC 1034 section 3.6.2). A recursive one does, and answers a circle
 * with SERVFAIL; some give the aliases alone, which must not pass for "no data": a circle is "could not tell".
 */
import { cannotTell } from '../../values/answer.js';
import { unshownDnsName } from '../../values/dns-name.js';
import { answerOfName } from './failures.js';
import { type QuestionType, questionText, type Reply } from './wire.js';

export type AskOnce = (type: QuestionType, name: string) => Promise<Reply> | Reply;

/** As many as BIND follows. */
const MOST_ALIASES = 16;

/** The answer behind all aliases; `first` is what came for `name`. */
export async function followed(type: QuestionType, name: string, first: Reply, ask: AskOnce): Promise<Reply> {
  const seen = new Set([name]);
  let [at, reply] = [name, first];
  while (reply.alias !== 'no') {
    const alias = await ask('CNAME', at);
    if (alias.answer.kind !== 'found') return reply.alias === 'maybe' ? { ...reply, alias: 'no' } : lost(alias, at);
    const what = questionText(type, name);
    const target = unshownDnsName(String(alias.answer.value[0]));
    if (target === undefined) return failed(`${what}: an alias leads to a name that is not asked for`);
    at = target.toLowerCase();
    if (seen.has(at)) return failed(`${what}: aliases lead in a circle`);
    if (seen.size > MOST_ALIASES) return failed(`${what}: more than ${MOST_ALIASES} aliases`);
    seen.add(at);
    const impossible = answerOfName(at);
    reply = impossible === undefined ? await ask(type, at) : { ...alias, answer: impossible, alias: 'no' };
  }
  return reply;
}

/** The name server gave aliases before, and none now. */
function lost(alias: Reply, name: string): Reply {
  return alias.answer.kind === 'cannot-tell' ? alias : failed(`${questionText('CNAME', name)}: the alias is gone`);
}

function failed(why: string): Reply {
  return { answer: cannotTell(why), seconds: undefined, alias: 'no', kept: true };
}
