/**
 * Lists of clients in the DNS: of addresses that mail should not come from (DNSBL) or may (DNSWL, with negative weight), and of host
 * names. RFC 5782. Stands at connect; weights are added up, thresholds decide.
 */
import { defineStage, type Stage } from '../../core/stage.js';
import { type DnsListsFinding, dnsListsFinding } from '../../findings/dns-lists.js';
import { compileLists } from './compile.js';
import { evaluate, listAsks } from './evaluate.js';
import { nothing } from './judge.js';
import type { DnsListsOptions } from './options.js';

export interface DnsListsStage
  extends Stage<{
    readonly name: 'dnsLists';
    readonly at: 'connect';
    readonly needs: Record<never, never>;
    readonly uses: Record<never, never>;
    readonly gives: { readonly dnsLists: DnsListsFinding };
    readonly edits: never;
    readonly accepts: false;
    readonly decides: never;
  }> {}

/**
 * Looks up the client's address (`of: 'client-address'`) and its verified host name (`client-name`). Mail of this host itself, and
 * of the networks in `except`, is looked up nowhere. Throws ConfigurationError `options` with all that is wrong.
 */
export function dnsLists(options: DnsListsOptions): DnsListsStage {
  const compiled = compileLists(options, ['client-address', 'client-name']);
  return defineStage({
    name: 'dnsLists',
    at: 'connect',
    gives: [dnsListsFinding],
    asks: listAsks(options, compiled.lists),
    run: async ({ session: { client } }, ctx) => {
      const { ip, name } = client;
      const strange = ip !== undefined && compiled.except.find(ip) === undefined;
      const subjects = strange
        ? { 'client-address': ip, 'client-name': name.kind === 'verified' ? name.name : undefined }
        : {};
      const { finding, decision } = await evaluate(ctx, compiled, subjects, nothing, options);
      const findings = dnsListsFinding.of(finding);
      return decision === undefined ? { findings } : { findings, decision };
    },
  });
}
