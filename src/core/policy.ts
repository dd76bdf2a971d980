/**
 * The policy: lists of stages by phase, as one typed value. The same value runs under every server, in a test and on
 * recorded mail. Start reading here: `definePolicy` checks, `evaluate` runs all phases from one value, `open` holds a
 * conversation with a peer.
 */
import type { Mailbox, ReversePath } from '../values/address.js';
import type { Message } from '../values/message.js';
import { checkPolicy, refuse } from './assemble.js';
import type {
  Checks,
  DecidesIn,
  EditsOf,
  PhaseLists,
  PhasesOf,
  RecipientFindings,
  SessionFindings,
  TransactionFindings,
} from './check.js';
import { type Conversation, type ConversationOptions, PolicyConversation } from './conversation.js';
import type { SpecialKind } from './decision.js';
import { describePolicy, type FailureRow, failuresOf, type PolicyDescription } from './describe.js';
import type { EditKind } from './edit.js';
import { evaluate } from './evaluate.js';
import { instant } from './evaluation.js';
import type { Outcome } from './outcome.js';
import { type Phase, phases } from './phase.js';
import type { Session } from './session.js';
import type { AnyStage } from './stage.js';
import type { Parameters } from './transaction.js';

/** What the compiler knows of a policy. */
export interface PolicyType {
  readonly session: object;
  readonly transaction: object;
  readonly recipient: object;
  readonly edits: EditKind;
  readonly decides: SpecialKind;
  readonly phases: Phase;
}

/** Everything about one transaction, for `evaluate`. */
export interface EvaluateInput {
  readonly session: Session;
  /** The name of HELO; undefined when the client gave none. */
  readonly helo?: string;
  readonly sender: ReversePath;
  readonly mailParameters?: Parameters;
  readonly recipients: readonly (Mailbox | { readonly address: Mailbox; readonly parameters: Parameters })[];
  /** Without a message the evaluation ends after rcpt, and its outcome is not complete. */
  readonly message?: Message;
}

/** Without arguments, the wide type that every policy is assignable to. */
export interface Policy<T extends PolicyType = PolicyType> {
  readonly kind: 'policy';
  /** Never read at run time. */
  readonly '~type': T;
  readonly lists: Readonly<Record<Phase, readonly AnyStage[]>>;
  /** Runs all phases in order from one value: for tests, files and tapes. Never rejects for what a stage does. */
  evaluate(input: EvaluateInput, options?: ConversationOptions): Promise<Outcome<T>>;
  /** Begins a conversation with a peer: for servers. */
  open(session: Session, options?: ConversationOptions): Conversation<T>;
  /** What the policy is made of, as plain data. */
  describe(): PolicyDescription;
  /** What happens when something does not answer: one row for each port of each stage. */
  failures(): readonly FailureRow[];
}

/**
 * Makes a policy of lists of stages. What cannot work does not compile, with a sentence that says what to do; what the
 * compiler could not see throws a ConfigurationError (code `policy`) with the same sentences, all at once.
 */
export function definePolicy<const T extends PhaseLists>(
  stages: T & Checks<T>,
): Policy<{
  readonly session: SessionFindings<T>;
  readonly transaction: TransactionFindings<T>;
  readonly recipient: RecipientFindings<T>;
  readonly edits: EditsOf<T>;
  readonly decides: DecidesIn<T>;
  readonly phases: PhasesOf<T>;
}> {
  const given: PhaseLists = stages;
  refuse(checkPolicy(given));
  const { connect = [], helo = [], mail = [], rcpt = [], data = [], message = [], deliver = [] } = given;
  const copies = { connect, helo, mail, rcpt, data, message, deliver };
  for (const phase of phases) copies[phase] = Object.freeze([...copies[phase]]);
  const lists: Readonly<typeof copies> = Object.freeze(copies);
  const open = (session: Session, options: ConversationOptions = {}): PolicyConversation =>
    new PolicyConversation(lists, session, options);
  const policy: Policy = {
    kind: 'policy',
    '~type': undefined as never,
    lists,
    open,
    // One instant for all phases.
    evaluate: (input, options = {}) => evaluate(open(input.session, { ...options, now: instant(options) }), input),
    describe: () => describePolicy(lists),
    failures: () => failuresOf(lists),
  };
  return Object.freeze(policy) as never;
}
