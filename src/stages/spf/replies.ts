/** What the client is told (RFC 7208 section 8, RFC 7372). Domain names and explanations are of strangers: they are made printable, and cut. */
import type { SpfCheck } from '../../findings/spf.js';
import type { ReversePath } from '../../values/address.js';
import { type Reply, reply } from '../../values/reply.js';

const LINE_LIMIT = 400;

/** X.7.23 for a fail, softfail or neutral, with the domain's explanation on a line of its own; X.7.1 where there is no record. */
export function failureReply(check: SpfCheck, sender: ReversePath, client: string, code: 450 | 550): Reply {
  const { result, domain, explanation } = check;
  const whose = subject(check, sender);
  if (result === 'none') return made(code, '7.1', [`SPF: ${whose} has no SPF record`]);
  const lines = [`SPF ${result}: ${client} is not permitted to use ${whose}`];
  if (explanation !== undefined) lines.push(`${domain} explains: ${explanation}`);
  return made(code, '7.23', lines);
}

/** X.7.24 for what could not be evaluated. */
export function errorReply(check: SpfCheck, sender: ReversePath, code: 450 | 451 | 550): Reply {
  const { result, problem } = check;
  const why = result === 'permerror' ? 'has an SPF record that cannot be evaluated' : 'could not be checked by SPF';
  const lines = [`SPF ${result}: ${subject(check, sender)} ${why}`];
  // A record is public; what our resolver says of its servers is not.
  if (result === 'permerror' && problem !== undefined) lines.push(problem);
  return made(code, '7.24', lines);
}

/** Of the null path the name of HELO was checked (RFC 7208 section 2.4). */
function subject({ identity, domain }: SpfCheck, sender: ReversePath): string {
  const isHelo = identity === 'helo' || sender.kind === 'null-path';
  return `${isHelo ? 'the HELO name' : 'the sender domain'} ${domain}`;
}

function made(code: number, enhanced: string, lines: readonly string[]): Reply {
  return reply(code, `${Math.floor(code / 100)}.${enhanced}`, lines.map(safe));
}

function safe(text: string): string {
  return text.slice(0, LINE_LIMIT).replace(/[^ -~]/g, '?');
}
