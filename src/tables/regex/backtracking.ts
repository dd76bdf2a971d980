/**
 * Patterns for a backtracking engine, JavaScript's RegExp: read with all that a linear-time engine cannot have, and taken
 * only where RegExp answers as PCRE or POSIX would. It differs in groups that took no part (a reference to one matches),
 * in what a repetition leaves in its groups, and in repetitions that match nothing; patterns to which that matters are refused.
 */
import { addOtherCase } from './byte-set.js';
import type { RegexFlags } from './flags.js';
import { parsePcre } from './parse-pcre.js';
import { parsePosix } from './parse-posix.js';
import { type JavaScriptSource, renderJavaScript } from './render-javascript.js';
import { type Clause, requiredLiterals } from './required-literals.js';
import { contains, matchesEmpty, type Node, type Pattern, PatternFault, REPEAT_LIMIT, repeatCost } from './syntax.js';

export interface BacktrackingTranslation extends JavaScriptSource {
  readonly flags: '' | 'i';
  readonly groups: number;
  readonly required: readonly Clause[];
  /** Throws PatternFault `unsupported` when what these groups hold is not what Postfix would find. */
  checkGroups(groups: readonly number[]): void;
}

/** Throws PatternFault: `malformed` or, for what RegExp does not do in the same way, `unsupported`. */
export function translateBacktracking(pattern: string, flags: RegexFlags): BacktrackingTranslation {
  const pcre = flags.syntax === 'pcre';
  const { node, groups } = parse(pattern, flags);
  if (repeatCost(node) > REPEAT_LIMIT) {
    throw new PatternFault('unsupported', pattern, `nested repetitions of more than ${REPEAT_LIMIT} in all`, 0);
  }
  const walk = new Walk();
  walk.through(node, new Set());
  const exact = (wanted: ReadonlySet<number>): void => {
    for (const group of wanted) if (walk.unlike.has(group)) throw unlike(pattern, `what group ${group} holds`);
    if (walk.emptyLoop && (wanted.size > 0 || contains(node, 'atomic'))) throw unlike(pattern, 'an empty repetition');
  };
  exact(walk.referred);
  return {
    ...renderJavaScript(node, pcre),
    flags: foldedReferences(node, pattern) ? 'i' : '',
    groups,
    required: requiredLiterals(node),
    checkGroups(wanted) {
      // Of POSIX matches the longest counts, which RegExp does not look for.
      if (!pcre && wanted.length > 0) throw unlike(pattern, 'a group in the result of a regexp table');
      exact(new Set([...walk.referred, ...wanted]));
    },
  };
}

function parse(pattern: string, flags: RegexFlags): Pattern {
  if (flags.syntax === 'pcre') return parsePcre(pattern, flags, true);
  const { ignoreCase, multiline } = flags;
  return parsePosix(pattern, { basic: flags.syntax === 'posix-basic', ignoreCase, multiline }, true);
}

function unlike(pattern: string, what: string): PatternFault {
  return new PatternFault('unsupported', pattern, `${what} would not be the same in JavaScript`, 0);
}

/** Follows the groups that have certainly taken part. */
class Walk {
  /** Groups that back-references name. */
  readonly referred = new Set<number>();
  /** Groups that may hold something else under RegExp. */
  readonly unlike = new Set<number>();
  /** A repetition of something that may be empty: the two differ in what is tried first. */
  emptyLoop = false;
  /** Groups that do not match nothing. */
  readonly #filled = new Set<number>();
  #groups = 0;
  #behind = 0;

  /** The groups that took part when the node has matched, `before` it those. */
  through(node: Node, before: ReadonlySet<number>): ReadonlySet<number> {
    switch (node.kind) {
      case 'literal':
      case 'set':
      case 'assert':
        return before;
      case 'capture': {
        const group = ++this.#groups;
        const after = this.through(node.body, before);
        if (!matchesEmpty(node.body, this.#filled)) this.#filled.add(group);
        return new Set([...after, group]);
      }
      case 'atomic':
        return this.through(node.body, before);
      case 'sequence':
        return node.items.reduce((known, item) => this.through(item, known), before);
      case 'choice': {
        const [first = before, ...others] = node.items.map((item) => this.through(item, before));
        return new Set([...first].filter((group) => others.every((other) => other.has(group))));
      }
      case 'repeat':
        return this.#repeat(node, before);
      case 'look':
        return this.#look(node, before);
      case 'reference':
        return this.#reference(node, before);
    }
  }

  #repeat(node: Extract<Node, { kind: 'repeat' }>, before: ReadonlySet<number>): ReadonlySet<number> {
    const first = this.#groups + 1;
    const after = this.through(node.item, before);
    // There is one way to match a back-reference: once it is empty, so is all of the repetition.
    const several = node.item.kind !== 'reference' && node.max > 1 && node.max > node.min;
    const empty = several && matchesEmpty(node.item, this.#filled);
    if (empty) this.emptyLoop = true;
    for (let group = first; group <= this.#groups; group++) {
      if (node.max > 1 && (empty || this.#behind > 0 || !after.has(group))) this.unlike.add(group);
    }
    return node.min > 0 ? after : before;
  }

  #look(node: Extract<Node, { kind: 'look' }>, before: ReadonlySet<number>): ReadonlySet<number> {
    if (!node.ahead) refuseUnfixed(node);
    this.#behind += node.ahead ? 0 : 1;
    const after = this.through(node.body, before);
    this.#behind -= node.ahead ? 0 : 1;
    return node.negated ? before : after;
  }

  #reference(node: Extract<Node, { kind: 'reference' }>, before: ReadonlySet<number>): ReadonlySet<number> {
    const why =
      this.#behind > 0
        ? 'a back-reference inside of a look-behind'
        : before.has(node.group)
          ? undefined
          : 'a back-reference to a group that may have taken no part';
    if (why !== undefined) throw new PatternFault('unsupported', node.construct, why, node.at);
    this.referred.add(node.group);
    return before;
  }
}

/** pcre2pattern(3), "Lookbehind assertions": each branch at the top matches strings of one length. */
function refuseUnfixed({ body, construct, at }: Extract<Node, { kind: 'look' }>): void {
  const branches = body.kind === 'choice' ? body.items : [body];
  if (branches.every((branch) => lengthOf(branch) !== undefined)) return;
  throw new PatternFault('malformed', construct, 'a look-behind must match strings of a fixed length', at);
}

function lengthOf(node: Node): number | undefined {
  switch (node.kind) {
    case 'literal':
      return node.text.length;
    case 'set':
      return 1;
    case 'assert':
    case 'look':
      return 0;
    case 'capture':
    case 'atomic':
      return lengthOf(node.body);
    case 'sequence': {
      const lengths = node.items.map(lengthOf);
      return lengths.reduce((sum, one) => (sum === undefined || one === undefined ? undefined : sum + one), 0);
    }
    case 'choice': {
      const [first, ...others] = node.items.map(lengthOf);
      return others.every((other) => other === first) ? first : undefined;
    }
    case 'repeat': {
      const length = node.min === node.max ? lengthOf(node.item) : undefined;
      return length === undefined ? undefined : length * node.min;
    }
    case 'reference':
      return undefined;
  }
}

/**
 * True when back-references take no regard to letter case, for which RegExp has its flag `i` alone: then the rest of the
 * pattern must mean the same under it.
 */
function foldedReferences(node: Node, pattern: string): boolean {
  const all = nodesOf(node);
  const references = all.filter((one) => one.kind === 'reference');
  if (!references.some(({ fold }) => fold)) return false;
  if (all.every(foldsAlready)) return true;
  const why = 'a back-reference without regard to letter case beside a part with regard to it';
  throw new PatternFault('unsupported', pattern, why, 0);
}

function nodesOf(node: Node): readonly Node[] {
  switch (node.kind) {
    case 'capture':
    case 'atomic':
    case 'look':
      return [node, ...nodesOf(node.body)];
    case 'sequence':
    case 'choice':
      return [node, ...node.items.flatMap(nodesOf)];
    case 'repeat':
      return [node, ...nodesOf(node.item)];
    default:
      return [node];
  }
}

function foldsAlready(node: Node): boolean {
  if (node.kind === 'literal') return node.fold || !/[A-Za-z]/.test(node.text);
  if (node.kind === 'reference') return node.fold;
  if (node.kind !== 'set') return true;
  const closed = node.set.slice();
  addOtherCase(closed);
  return closed.every((member, octet) => member === node.set[octet]);
}
