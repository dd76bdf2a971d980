/** Where in the tree users and groups are, and by which schema: as configured, or as the root DSE (RFC 4512 section
 * 5.1) tells. */

import type { PortCall } from '../../core/stage.js';
import { textsIn } from '../../directory/entries.js';
import type { LdapEntry } from '../../ports/ldap-search.js';
import { type Answer, cannotTell, found } from '../../values/answer.js';
import type { DirectorySettings } from './directory-settings.js';
import { kindOfServer, type Schema, schemaOf } from './schema.js';
import type { LdapService } from './service.js';

export interface Place {
  readonly schema: Schema;
  readonly base: string;
  readonly usersBase: string;
  readonly groupsBase: string;
}

/** Where to look, for each question; the root DSE is asked only for what was left out. */
export function placeOf(service: LdapService, settings: DirectorySettings): (call: PortCall) => Promise<Answer<Place>> {
  const given = settings.schema === undefined ? undefined : schemaOf(settings.schema);
  const standard = { 'active-directory': schemaOf('active-directory'), rfc2307: schemaOf('rfc2307') };
  const place = (schema: Schema, base: string): Place => {
    return { schema, base, usersBase: settings.usersBase ?? base, groupsBase: settings.groupsBase ?? base };
  };
  const known = given === undefined || settings.base === undefined ? undefined : found(place(given, settings.base));
  return async (call) => {
    if (known !== undefined) return known;
    const rootDse = await service.rootDse(call);
    if (rootDse.kind === 'not-found')
      return cannotTell(`${service.name}: it has no root DSE: give schema and base`, false);
    if (rootDse.kind === 'cannot-tell') return rootDse;
    const base = settings.base ?? baseOf(rootDse.value);
    if (base === undefined)
      return cannotTell(`${service.name}: it does not say which one tree it holds: give base`, false);
    return found(place(given ?? standard[kindOfServer(textsIn(rootDse.value, 'supportedcapabilities'))], base));
  };
}

function baseOf(rootDse: LdapEntry): string | undefined {
  const [standard] = textsIn(rootDse, 'defaultnamingcontext');
  const [only, second] = textsIn(rootDse, 'namingcontexts');
  return standard ?? (second === undefined ? only : undefined);
}
