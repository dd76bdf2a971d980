/** What the reply to EHLO or LHLO offers. */
import type { Session } from '../../core/session.js';
import type { Settings } from './options.js';
import { XCLIENT_KEYWORD } from './xclient.js';

export function extensionsOf(
  { full, tls, credentials, smtputf8 }: Settings,
  session: Session,
  xclient: boolean,
): readonly string[] {
  const secure = session.tls !== undefined;
  return [
    'PIPELINING',
    `SIZE ${full.messageBytes}`,
    ...(tls !== undefined && !secure ? ['STARTTLS'] : []),
    ...(credentials !== undefined && secure && session.login === undefined ? ['AUTH PLAIN LOGIN'] : []),
    'ENHANCEDSTATUSCODES',
    '8BITMIME',
    ...(smtputf8 === 'off' ? [] : ['SMTPUTF8']),
    ...(xclient ? [XCLIENT_KEYWORD] : []),
  ];
}
