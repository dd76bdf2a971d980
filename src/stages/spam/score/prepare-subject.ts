/**
 * A message made into a subject: its view, its way, within the limits that the rule files and the options set. Synchronous: the body
 * has been read before.
 */
import type { Problem } from '../../../values/errors.js';
import { DEFAULT_MAIL_LIMITS, type MailLimits, type MailSource, mailView, readDomainRules } from '../mail/index.js';
import { prepareRelays, type SessionClient } from '../relays/index.js';
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
  const limits = { ...DEFAULT_MAIL_LIMITS, ...scanSizes(settings, problems), ...given };
  return {
    limits,
    subject: ({ message, body, bodySize = body.length, client, envelope, findings = {}, now }) => {
      const mail = mailView(message, body, { limits, domains, redirectors, bodySize });
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

const sizes = { body_part_scan_size: 'renderedPart', rawbody_part_scan_size: 'rawPart' } as const;

function scanSizes(settings: Settings, problems: Problem[]): Partial<MailLimits> {
  const limits: { renderedPart?: number; rawPart?: number } = {};
  for (const { keyword, value, source } of settings.of(...Object.keys(sizes))) {
    const size = /^\d{1,9}$/.test(value) ? Number(value) : undefined;
    if (size !== undefined) limits[sizes[keyword as keyof typeof sizes]] = size;
    else
      problems.push({
        code: 'bad-line',
        message: `${keyword}: a number of octets is expected`,
        source,
        construct: value,
      });
  }
  return limits;
}
