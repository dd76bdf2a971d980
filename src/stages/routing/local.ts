/**
 * Delivery to local users, in the order of Postfix's local(8): aliases(5) with their owners, commands, files and
 * `:include:` files, then the mailbox (local-mailbox.ts). `.forward` files are not read: whose home folders they lie in
 * is not known here, and what they say would be a stranger's.
 */
import { foldedKey, type Mailbox, splitExtension } from '../../values/address.js';
import { type AliasMember, readAliasValue, readIncludeText } from './alias-value.js';
import { deliverMailbox } from './local-mailbox.js';
import { find } from './next-hop.js';
import type { ExpansionSource } from './options.js';
import type { Asking } from './questions.js';
import { extended } from './virtual.js';
import { broken, deliver, inChain, type LocalContext, type Task, type Work } from './work.js';

/** As local(8): deeper is taken for a loop. */
const LEVEL_LIMIT = 100;

export function* deliverLocal(
  work: Work,
  address: Mailbox,
  literal: boolean,
  context: LocalContext,
  nextHop: string,
): Asking<undefined> {
  if (context.trail !== undefined && inChain(context.trail, foldedKey(address))) {
    return broken(work, address, `5.4.6 mail forwarding loop for ${address.text}`);
  }
  const name = address.localPart.toLowerCase();
  const { keys } = work.compiled;
  const split = keys.recipientDelimiter === '' ? undefined : splitExtension(name, keys.recipientDelimiter, keys);
  const user = split?.base ?? name;
  if (!literal && work.compiled.tables.aliases !== undefined) {
    if (yield* expandAlias(work, name, '', address, context)) return;
    if (split !== undefined) {
      const unmatched = work.compiled.propagate.has('alias') ? `${split.delimiter}${split.extension}` : '';
      if (yield* expandAlias(work, user, unmatched, address, context)) return;
    }
  }
  const sentOn = context.source === 'include' || (context.owner !== undefined && context.owner !== user);
  if (sentOn) work.tasks.push({ kind: 'envelope', address, context });
  else yield* deliverMailbox(work, address, { user, extension: split?.extension }, context, nextHop);
}

/** False when there is no alias of that name. */
function* expandAlias(
  work: Work,
  name: string,
  unmatched: string,
  address: Mailbox,
  context: LocalContext,
): Asking<boolean> {
  if (name === context.from) return false;
  const hit = yield { table: 'aliases', keys: [name] };
  if (hit === undefined) return false;
  if (!mayEnter(work, `alias ${name}`, address, context, 'alias database')) return true;
  const owner = yield* ownerOf(work, name);
  const inner: LocalContext = {
    ...context,
    aliases: { name: `alias ${name}`, up: context.aliases },
    level: context.level + 1,
    from: name,
    // What an include file leads to stays under its rules.
    source: context.source ?? 'alias',
    owner: owner?.name ?? context.owner,
    ownerAddress: owner === undefined ? context.ownerAddress : owner.address,
  };
  yield* expandMembers(work, readAliasValue(hit.entry.value, work.compiled.aliases), unmatched, address, inner);
  return true;
}

/** False for what is being expanded already, which is a loop, or has been, which would give the same again. */
function mayEnter(work: Work, name: string, address: Mailbox, context: LocalContext, what: string): boolean {
  if (context.level > LEVEL_LIMIT || inChain(context.aliases, name)) {
    broken(work, address, `5.4.6 ${what} loop for ${address.localPart}`);
    return false;
  }
  const key = `${name} ${context.owner ?? ''} ${context.recipient}`;
  if (work.seen.has(key)) return false;
  work.seen.add(key);
  return true;
}

interface Owner {
  readonly name: string;
  readonly address: Mailbox | undefined;
}

/** The alias `owner-NAME`, where there is one (local(8)); what is in it, with expand_owner_alias. */
function* ownerOf(work: Work, name: string): Asking<Owner | undefined> {
  const { aliases, keys, expandOwner } = work.compiled;
  if (keys.ownerRequestSpecial === false || name.startsWith('owner-')) return undefined;
  const owner = `owner-${name}`;
  const hit = yield* find('aliases', [owner], work.compiled);
  if (hit === undefined) return undefined;
  const [member] = readAliasValue(expandOwner ? hit.entry.value : owner, aliases);
  const address = member?.kind === 'address' ? member.address : undefined;
  return { name: expandOwner && address !== undefined ? address.text : owner, address };
}

function* expandMembers(
  work: Work,
  members: readonly AliasMember[],
  unmatched: string,
  address: Mailbox,
  context: LocalContext,
): Asking<undefined> {
  work.count += members.length;
  const tasks: Task[] = [];
  for (const member of members) {
    if (member.kind === 'include') yield* expandInclude(work, member.text, address, context, tasks);
    else takeMember(work, member, unmatched, address, context, tasks);
  }
  for (let i = tasks.length - 1; i >= 0; i--) work.tasks.push(tasks[i] as Task);
}

function takeMember(
  work: Work,
  member: AliasMember,
  unmatched: string,
  from: Mailbox,
  context: LocalContext,
  tasks: Task[],
): undefined {
  switch (member.kind) {
    case 'address': {
      const address = unmatched === '' ? member.address : extended(member.address, unmatched);
      if (typeof address === 'string') return broken(work, from, address);
      tasks.push({ kind: 'member', address, literal: member.literal, context });
      return;
    }
    case 'command':
    case 'file':
      return deliverSpecial(work, member.kind, member.text, from, context);
    case 'same-user':
      return broken(work, from, '5.1.3 bad recipient address syntax');
    case 'fault':
      return broken(work, from, member.why);
    case 'include':
      return;
  }
}

function deliverSpecial(
  work: Work,
  kind: 'command' | 'file',
  text: string,
  from: Mailbox,
  context: LocalContext,
): undefined {
  const { commandsFrom, filesFrom } = work.compiled;
  const source: ExpansionSource = context.source ?? 'alias';
  const allowed = (kind === 'command' ? commandsFrom : filesFrom).has(source);
  if (!allowed) return broken(work, from, `5.7.1 mail to ${kind} is restricted: ${text.slice(0, 80)}`);
  deliver(work, from, { transport: kind === 'command' ? 'pipe' : 'file', destination: text }, context.owner);
}

/** The members of a file take the place of the `:include:`. */
function* expandInclude(
  work: Work,
  path: string,
  address: Mailbox,
  context: LocalContext,
  tasks: Task[],
): Asking<undefined> {
  const name = `:include:${path}`;
  if (!mayEnter(work, name, address, context, 'alias/include')) return;
  const hit = yield* find('includes', [path], work.compiled);
  if (hit === undefined) return broken(work, address, `5.3.5 there is no include file ${path}`);
  const { value } = hit.entry;
  if (value.length > work.compiled.limits.include) {
    return broken(work, address, `include file ${path} has more than ${work.compiled.limits.include} characters`, true);
  }
  const inner: LocalContext = {
    ...context,
    aliases: { name, up: context.aliases },
    level: context.level + 1,
    source: 'include',
  };
  const members = readIncludeText(value, work.compiled.aliases);
  work.count += members.length;
  for (const member of members) {
    if (member.kind === 'include') yield* expandInclude(work, member.text, address, inner, tasks);
    else takeMember(work, member, '', address, inner, tasks);
  }
}
