/**
 * A message made into a subject: its view, its way, within the limits that the rule files and the options set. Synchronous: the body
 * has been read before.
 */
import { encodeUtf8, LF } from '../../../values/bytes.js';
import type { Problem } from '../../../values/errors.js';
import { DEFAULT_MAIL_LIMITS, type MailLimits, type MailSource, mailView, readDomainRules } from '../mail/index.js';
import { prepareRelays, type SessionClient } from '../relays/index.js';
import { numberSetting } from '../rules/setting-value.js';
import type { Settings } from '../rules/settings.js';
import type { SpamEnvelope, SpamInputs, SpamSubject } from '../subject.js';
import { makeSubject } from './make-subject.js';
import { readRedirectors } from './redirectors.js';
import type { SkippedRule } from './slot.js';

export interface SubjectSource {
  readonly message: MailSource;
  /** The body, or its beginning. */
  readonly body: Uint8Array;
  /** Octets of the whole body. Default: `body` is all of it. */
  readonly bodySize?: number;
  /** The client that brings the message; undefined for mail of this host itself, and for a file. */
  readonly client?: SessionClient | undefined;
  readonly envelope: SpamEnvelope;
  readonly findings?: SpamInputs;
  readonly now: Date;
}

export type PrepareSubject = (source: SubjectSource) => SpamSubject;

export interface Preparation {
  readonly limits: MailLimits;
  readonly subject: PrepareSubject;
}

export function prepareSubject(
  settings: Settings,
  given: Partial<MailLimits>,
  problems: Problem[],
  skipped: SkippedRule[],
): Preparation {
  const relays = prepareRelays(settings, problems);
  const domains = readDomainRules(settings);
  const redirectors = readRedirectors(settings, problems, skipped);
  const limits = { ...DEFAULT_MAIL_LIMITS, ...scanSizes(settings), ...given };
  const dkimUris = settings.last('parse_dkim_uris')?.value !== '0';
  return {
    limits,
    subject: ({ message, body, bodySize = body.length, client, envelope, findings = {}, now }) => {
      const mail = mailView(withReturnPath(message, envelope), body, {
        limits,
        domains,
        redirectors,
        dkimUris,
        bodySize,
      });
      return makeSubject({
        mail,
        relays: relays({ header: mail.header, client, envelope }),
        envelope,
        findings,
        now,
      });
    },
  };
}

/** As the last delivery will write it (RFC 5321 section 4.4), where the envelope is known: rules look for it in `Return-Path` and `ALL`. */
function withReturnPath(message: MailSource, { sender }: SpamEnvelope): MailSource {
  const first = message.header[0]?.bytes;
  if (sender === undefined || first === undefined) return message;
  const lineEnd = first.at(-1) === LF && first.at(-2) !== 13 ? '\n' : '\r\n';
  const field = { bytes: encodeUtf8(`Return-Path: <${sender}>${lineEnd}`) };
  return { header: [field, ...message.header], separator: message.separator };
}

function scanSizes(settings: Settings): Partial<MailLimits> {
  const [renderedPart, rawPart] = [
    numberSetting(settings, 'body_part_scan_size'),
    numberSetting(settings, 'rawbody_part_scan_size'),
  ];
  return {
    ...(renderedPart === undefined ? {} : { renderedPart }),
    ...(rawPart === undefined ? {} : { rawPart }),
  };
}
