/**
 * Makes a message into what spam rules see (mail-view.ts), equal to what SpamAssassin 4 sees but for what limits say. Linear in the size of
 * what is read, never throws.
 */
import { concatBytes, decodeLatin1 } from '../../../values/bytes.js';
import type { HeaderField } from '../../../values/header.js';
import { bodyPieces, rawPieces, type WhichText } from './body-text.js';
import type { Redirector } from './clean-uri.js';
import { type DomainRules, noDomainRules } from './domains.js';
import { type Head, readHead } from './head.js';
import { allIsCut, headerView, MAX_HEADER } from './header-view.js';
import type { HtmlFacts } from './html/facts.js';
import { DEFAULT_MAIL_LIMITS, type MailLimits } from './limits.js';
import { toLf, usesCrlf } from './lines.js';
import type { HeaderView, MailDefects, MailView, PartView, UriView } from './mail-view.js';
import type { Part } from './part.js';
import { partList } from './part-list.js';
import type { Pieces } from './pieces.js';
import { buildTree, type Tree } from './tree.js';
import { type FoundUris, findUris, uriPieces } from './uris.js';

export type { Redirector } from './clean-uri.js';
export { type DomainRules, hostOfUri, readDomainRules } from './domains.js';
export { hostToAscii, isHostName } from './hosts.js';
export { DEFAULT_MAIL_LIMITS, type MailLimits } from './limits.js';
export { type BodyStart, readBody } from './read-body.js';

export interface MailOptions {
  readonly limits?: Partial<MailLimits>;
  /** Default: no domain is known, so no URI is found in text. */
  readonly domains?: DomainRules;
  /** Default: none but a URI inside another one. */
  readonly redirectors?: readonly Redirector[];
  /** Domains of DKIM signatures count as URIs without a form (parse_dkim_uris). Default true, as in SpamAssassin. */
  readonly dkimUris?: boolean;
  /** Octets of the whole body, where `body` is its beginning. Default: `body` is all of it. */
  readonly bodySize?: number;
}

/** What of a message is looked at. */
export interface MailSource {
  readonly header: readonly Pick<HeaderField, 'bytes'>[];
  readonly separator: Uint8Array;
}

/** `source`: a Message is one. `body`: its body or the beginning of it, kept and not copied (but for line ends). */
export function mailView(source: MailSource, body: Uint8Array, options: MailOptions = {}): MailView {
  return new View(source, body, options);
}

class View implements MailView {
  readonly header: HeaderView;
  readonly #parts: readonly Part[];
  readonly #limits: MailLimits;
  readonly #rules: DomainRules;
  readonly #redirectors: readonly Redirector[];
  readonly #dkimUris: boolean;
  readonly #head: Head;
  readonly #octets: readonly Uint8Array[];
  readonly #tree: Tree;
  readonly #incomplete: string[] = [];
  readonly #bodies: Map<WhichText, Pieces> = new Map();
  #rawBody: Pieces | undefined;
  #full: Pieces | undefined;
  #found: FoundUris | undefined;
  #uriPieces: Pieces | undefined;

  constructor(source: MailSource, given: Uint8Array, options: MailOptions) {
    this.#limits = { ...DEFAULT_MAIL_LIMITS, ...options.limits };
    this.#rules = options.domains ?? noDomainRules;
    this.#redirectors = options.redirectors ?? [];
    this.#dkimUris = options.dkimUris ?? true;
    const body = given.subarray(0, this.#limits.body);
    const left = Math.max(options.bodySize ?? 0, given.length) - body.length;
    if (left > 0) this.#incomplete.push(`${left} octets at the end of the body`);
    const { head, text, rest } = this.#readHead(source, body);
    this.#head = head;
    this.#octets = [text, rest];
    const bodyText = head.bodyStart < text.length ? concatBytes([text.subarray(head.bodyStart), rest]) : rest;
    this.#tree = buildTree(head, bodyText, this.#limits);
    this.#incomplete.push(...this.#tree.incomplete);
    const block = decodeLatin1(text.subarray(head.start, head.end));
    this.header = headerView(head.fields, block, this.#rules);
    const list = partList(this.#tree.root, this.header, left > 0, this.#rules, this.#limits.text);
    this.#parts = list.parts;
    if (list.cut > 0) this.#incomplete.push(`${list.cut} octets of text behind the first ${this.#limits.text}`);
  }

  /** The header, and the body as far as it may belong to it, with line ends as LF; then the rest of the body. */
  #readHead(source: MailSource, body: Uint8Array): { head: Head; text: Uint8Array; rest: Uint8Array } {
    const octets = concatBytes([...source.header.map(({ bytes }) => bytes), source.separator]);
    const start = octets.subarray(0, this.#limits.header);
    if (start.length < octets.length) this.#incomplete.push(`${octets.length - start.length} octets of the header`);
    const crlf = usesCrlf(start) || usesCrlf(body);
    const text = crlf ? toLf(start) : start;
    const rest = crlf ? toLf(body) : body;
    if (source.separator.length > 0 && start.length === octets.length) {
      return { head: readHead(decodeLatin1(text)), text, rest };
    }
    const all = concatBytes([text, rest]);
    return {
      head: readHead(decodeLatin1(all.subarray(0, this.#limits.header))),
      text: all,
      rest: all.subarray(all.length),
    };
  }

  get parts(): readonly PartView[] {
    return this.#parts;
  }

  get body(): Pieces {
    return this.#bodyOf('text');
  }

  get visibleBody(): Pieces {
    return this.#bodyOf('visible');
  }

  get invisibleBody(): Pieces {
    return this.#bodyOf('invisible');
  }

  get rawBody(): Pieces {
    this.#rawBody ??= rawPieces(this.#parts, this.#limits).pieces;
    return this.#rawBody;
  }

  get full(): Pieces {
    if (this.#full === undefined) {
      const octets = concatBytes([...this.#octets]).subarray(this.#head.start);
      this.#full = { octets, ends: octets.length === 0 ? [] : [octets.length] };
    }
    return this.#full;
  }

  get uris(): readonly UriView[] {
    return this.#uris().uris;
  }

  get uriPieces(): Pieces {
    this.#uriPieces ??= uriPieces(this.uris);
    return this.#uriPieces;
  }

  get html(): HtmlFacts | undefined {
    return this.#htmlFacts().at(-1);
  }

  get defects(): MailDefects {
    return {
      truncatedHeader: this.#head.truncated || allIsCut(this.header, this.#head.fields),
      missingHeadBodySeparator: this.#head.missingSeparator,
      missingMimeHeadBodySeparator: this.#tree.missingSeparator,
      missingMimeHeaders: this.#tree.missingHeaders,
      mimeEpilogue: this.#tree.epilogue,
      unclosedBoundaries: this.#tree.unclosed,
      partLimitExceeded: this.#tree.partLimitExceeded,
      truncatedUri: this.#uris().truncated,
    };
  }

  get incomplete(): readonly string[] {
    const said = [...this.#incomplete];
    if (allIsCut(this.header, this.#head.fields)) said.push(`the header as one text behind ${MAX_HEADER} octets`);
    const { uris, renderedPart, rawPart } = this.#limits;
    if (this.#uris().more) said.push(`more than ${uris} URIs`);
    for (const [i, part] of this.#parts.entries()) {
      if (renderedPart > 0 && (part.rendered?.text.length ?? 0) > renderedPart)
        said.push(`text of part ${i + 1} behind ${renderedPart} characters`);
      if (rawPart > 0 && part.isRawText && part.decoded.length > rawPart)
        said.push(`decoded text of part ${i + 1} behind ${rawPart} octets`);
    }
    return said;
  }

  #uris(): FoundUris {
    if (this.#found !== undefined) return this.#found;
    const names = this.#dkimUris ? ['DomainKey-Signature', 'DKIM-Signature'] : [];
    const signatures = names.flatMap((name) => this.header.each(name));
    const options = { rules: this.#rules, redirectors: this.#redirectors, limit: this.#limits.uris, signatures };
    this.#found = findUris(this.body, this.#htmlFacts(), options);
    return this.#found;
  }

  #htmlFacts(): readonly HtmlFacts[] {
    return this.#parts.flatMap((part) => part.rendered?.html ?? []);
  }

  #bodyOf(which: WhichText): Pieces {
    const known = this.#bodies.get(which);
    if (known !== undefined) return known;
    const subject = which === 'invisible' ? '' : `${this.header.each('subject').at(-1) ?? ''}\n`;
    const pieces = bodyPieces(this.#parts, which, subject, this.#limits);
    this.#bodies.set(which, pieces);
    return pieces;
  }
}
