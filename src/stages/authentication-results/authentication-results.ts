/**
 * `authenticationResults`: writes what the stages before it found out about the sender into one Authentication-Results field
 * (RFC 8601), and a Received-SPF field (RFC 7208 section 9.1) where asked, and removes fields in our name that came from
 * outside. Reads the findings that are there; says `none` when there are none. Decides nothing.
 */
import { type EditOf, prependAll, removeHeader } from '../../core/edit.js';
import { defineStage, type Stage } from '../../core/stage.js';
import type { Transaction } from '../../core/transaction.js';
import { type ArcFinding, arcFinding } from '../../findings/arc.js';
import { type DkimFinding, dkimFinding } from '../../findings/dkim.js';
import { type DmarcFinding, dmarcFinding } from '../../findings/dmarc.js';
import { type DnsListsFinding, dnsListsFinding } from '../../findings/dns-lists.js';
import { type ReverseDnsFinding, reverseDnsFinding } from '../../findings/reverse-dns.js';
import { type SpfFinding, spfFinding } from '../../findings/spf.js';
import { authenticationResultsField, type MethodResult } from '../../values/authentication-results.js';
import { ConfigurationError } from '../../values/errors.js';
import { fieldSafe, type WordOptions } from '../../values/field-words.js';
import type { HeaderField } from '../../values/header.js';
import { receivedSpfField } from '../../values/received-spf.js';
import { compileForgedFields, type ForgedFieldsOptions } from './forged.js';
import { arcEntry, authEntries, dkimEntries, dmarcEntries, dnswlEntries, iprevEntries, spfEntries } from './methods.js';
import { receivedSpf } from './received-spf.js';
import { type ForgedFieldsFinding, forgedFieldsFinding, listed } from './remove-forged-fields.js';

export interface AuthenticationResultsOptions {
  /** Who says it: the name that readers behind us trust, our host name mostly; no blanks. */
  readonly authservId: string;
  /** Write a Received-SPF field too, above. Its `receiver=` is the authserv-id. Default false. */
  readonly receivedSpf?: boolean;
  /** Tell by which name a client has logged in (`smtp.auth=`). Default false: only that it has. */
  readonly loginName?: boolean;
  /** Which fields from outside are removed, besides Authentication-Results with our authserv-id and all Received-SPF; `keep`:
   * none, for sessions of our own. Default: those two. */
  readonly forged?: Omit<Partial<ForgedFieldsOptions>, 'authservId'> | 'keep';
  /** Further authserv-ids of ours; see `removeForgedFields`. */
  readonly ownIds?: readonly string[];
}

interface Uses {
  readonly spf: SpfFinding;
  readonly dkim: DkimFinding;
  readonly arc: ArcFinding;
  readonly dmarc: DmarcFinding;
  readonly reverseDns: ReverseDnsFinding;
  readonly dnsLists: DnsListsFinding;
  readonly forgedFields: ForgedFieldsFinding;
}

export interface AuthenticationResultsStage
  extends Stage<{
    readonly name: 'authenticationResults';
    readonly at: 'message';
    readonly needs: Record<never, never>;
    readonly uses: Uses;
    readonly gives: { readonly forgedFields: ForgedFieldsFinding };
    readonly edits: 'prepend-header' | 'remove-header';
    readonly accepts: false;
    readonly decides: never;
  }> {}

type Seen = Transaction<'message', Partial<Uses>>;

/** Throws ConfigurationError `options` with all problems. */
export function authenticationResults(options: AuthenticationResultsOptions): AuthenticationResultsStage {
  const { authservId, forged = {}, ownIds = [] } = options;
  if (!/^(?!\.)[!-~]{1,255}$/.test(authservId)) {
    const message = 'authservId is printable US-ASCII without blanks, 1 to 255 characters';
    throw new ConfigurationError('options', [{ code: 'bad-authserv-id', message, construct: fieldSafe(authservId) }]);
  }
  const forgedFields =
    forged === 'keep' ? () => [] : compileForgedFields({ ...forged, authservId: [authservId, ...ownIds] });
  return defineStage({
    name: 'authenticationResults',
    at: 'message',
    uses: [spfFinding, dkimFinding, arcFinding, dmarcFinding, reverseDnsFinding, dnsListsFinding, forgedFieldsFinding],
    gives: [forgedFieldsFinding],
    edits: ['prepend-header', 'remove-header'],
    run: (tx) => {
      const removed = forgedFields(tx.message.header);
      const edits: EditOf<'prepend-header' | 'remove-header'>[] = removed.map(({ field }) => removeHeader(field));
      edits.push(...prependAll(fieldsFor(tx, options)));
      return { findings: forgedFieldsFinding.of(listed(removed, tx.findings.forgedFields)), edits };
    },
  });
}

/** Entries of one field; the limits of the stages before keep it far below. */
const ENTRIES_LIMIT = 50;

function fieldsFor(tx: Seen, options: AuthenticationResultsOptions): readonly HeaderField[] {
  const { authservId } = options;
  const words: WordOptions = { utf8: Object.hasOwn(tx.mailParameters, 'SMTPUTF8') };
  const results = entries(tx, options.loginName === true).slice(0, ENTRIES_LIMIT);
  const written = authenticationResultsField({ kind: 'authentication-results', authservId, results }, words);
  return options.receivedSpf === true ? [...spfFields(tx, authservId, words), written] : [written];
}

function entries({ session, sender, findings }: Seen, loginName: boolean): readonly MethodResult[] {
  const { spf, dkim, arc, dmarc, reverseDns, dnsLists } = findings;
  return [
    ...authEntries(session, loginName),
    ...iprevEntries(session, reverseDns),
    ...(spf === undefined ? [] : spfEntries(spf, sender)),
    ...(dkim === undefined ? [] : dkimEntries(dkim)),
    ...(arc === undefined ? [] : [arcEntry(arc, session)]),
    ...(dmarc === undefined ? [] : dmarcEntries(dmarc)),
    ...(dnsLists === undefined ? [] : dnswlEntries(dnsLists)),
  ];
}

/** One field for the identity that decides: MAIL FROM, or HELO where it alone was checked. */
function spfFields(
  { session, helo, sender, findings }: Seen,
  receiver: string,
  words: WordOptions,
): readonly HeaderField[] {
  const check = findings.spf?.mailFrom ?? findings.spf?.helo;
  if (check === undefined) return [];
  const envelopeFrom = sender.kind === 'null-path' ? '' : sender.text;
  return [
    receivedSpfField(receivedSpf({ check, clientIp: session.client.ip?.text, helo, envelopeFrom, receiver }), words),
  ];
}
