/** What a directory says when what is behind it has failed: only for suites that can make it fail. */
import type { PortCall } from '../../core/stage.js';
import type { Directory } from '../../ports/directory.js';
import type { Answer } from '../../values/answer.js';
import { mailboxOf } from '../builders.js';
import { equal, foundIn, kindOf, patient } from './checks.js';
import type { DirectoryAbilities } from './expected.js';

/** Asks all that can be asked, once what is needed for it is there. */
async function questions(
  directory: Directory,
  has: DirectoryAbilities,
): Promise<readonly ((call: PortCall) => Promise<Answer<unknown>>)[]> {
  const address = mailboxOf('alice@school.example');
  const user = foundIn(await directory.findUser({ kind: 'login', login: 'alice' }, patient()), 'alice');
  const group = foundIn(await directory.findGroup({ kind: 'name', name: 'Class5a' }, patient()), 'Class5a');
  return [
    async (call) => directory.findUser({ kind: 'login', login: 'alice' }, call),
    async (call) => directory.findUser({ kind: 'login', login: 'nobody.here' }, call),
    async (call) => directory.findUser({ kind: 'address', address }, call),
    async (call) => directory.findGroup({ kind: 'name', name: 'Class5a' }, call),
    async (call) => directory.groupsOf(user, call),
    async (call) => directory.membersOf(group, call),
    // Where groups have none, that nobody has this one needs no asking.
    ...(has.groupAddresses ? [async (call: PortCall) => directory.findGroup({ kind: 'address', address }, call)] : []),
  ];
}

/** `fail`: from then on the directory cannot be reached. */
export async function saysNothingWhileDown(
  directory: Directory,
  has: DirectoryAbilities,
  fail: () => unknown,
): Promise<void> {
  const all = await questions(directory, has);
  await fail();
  for (const ask of all) {
    const answer = await ask(patient());
    equal([kindOf(answer), answer.kind === 'cannot-tell' && answer.temporary], ['cannot-tell', true]);
  }
}

/** `silence`: from then on there is no answer. An aborted question ends, and soon. */
export async function endsWithTheEvaluation(
  directory: Directory,
  has: DirectoryAbilities,
  silence: () => unknown,
): Promise<void> {
  const all = await questions(directory, has);
  await silence();
  const over = new AbortController();
  const answers = all.map((ask) => ask({ ...patient(), signal: over.signal }));
  await new Promise((resolve) => setTimeout(resolve, 20));
  const aborted = performance.now();
  over.abort();
  for (const answer of await Promise.all(answers)) equal(kindOf(answer), 'cannot-tell');
  equal(performance.now() - aborted < 1000, true);
}

/** A question ends at its deadline also where nobody aborts it. */
export async function endsAtItsDeadline(
  directory: Directory,
  has: DirectoryAbilities,
  silence: () => unknown,
): Promise<void> {
  const all = await questions(directory, has);
  await silence();
  const started = performance.now();
  const answers = all.map((ask) => ask({ ...patient(), deadline: started + 100 }));
  for (const answer of await Promise.all(answers)) equal(kindOf(answer), 'cannot-tell');
  equal(performance.now() - started < 2000, true);
}
