/**
 * How much of a message is looked at. Most are SpamAssassin's own numbers (Mail::SpamAssassin::Constants, Mail::SpamAssassin::Conf(3)), so
 * that both see the same; what they leave out is named in `MailView.incomplete`.
 */

export interface MailLimits {
  /** Octets of the body that are read. Default 1 MiB. */
  readonly body: number;
  /** Octets of the header. Default 131,072; of one name 256, of one value 8,192, of all fields together as text 65,536, as SpamAssassin. */
  readonly header: number;
  /** Parts in one multipart. Default 1,000, as SpamAssassin. */
  readonly partsOfMultipart: number;
  /** Parts in all. Default 2,000. */
  readonly parts: number;
  /** Multiparts and attached messages inside one another. Default 20, as SpamAssassin. */
  readonly nesting: number;
  /** Characters of rendered text of one part. Default 50,000 (body_part_scan_size). 0: no limit. */
  readonly renderedPart: number;
  /** Octets of a decoded text part that `rawbody` rules see. Default 500,000 (rawbody_part_scan_size). 0: no limit. */
  readonly rawPart: number;
  /** Octets of text parts in all, as transmitted. Default 4 MiB: only matters for a bigger limit of the body. */
  readonly text: number;
  /** Different URIs. Default 1,000. */
  readonly uris: number;
}

export const DEFAULT_MAIL_LIMITS: MailLimits = Object.freeze({
  body: 1_048_576,
  header: 131_072,
  partsOfMultipart: 1000,
  parts: 2000,
  nesting: 20,
  renderedPart: 50_000,
  rawPart: 500_000,
  text: 4_194_304,
  uris: 1000,
});
