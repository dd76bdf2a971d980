/**
 * Lists of domains in the DNS (RHSBL; RFC 5782 section 3): the domain of MAIL FROM, the name of HELO, the client's verified name.
 * Stands at mail, and adds what `dnsLists` said of the client, and what its silent lists might have said.
 */
import { defineStage, type Stage } from '../../core/stage.js';
import { type DnsListsFinding, dnsListsFinding, domainListsFinding } from '../../findings/dns-lists.js';
import type { ReversePath } from '../../values/address.js';
import { type Domain, parseDomain } from '../../values/domain.js';
import { compileLists } from './compile.js';
import { evaluate, listAsks } from './evaluate.js';
import { nothing } from './judge.js';
import type { DomainListsOptions } from './options.js';

export interface DomainListsStage
  extends Stage<{
    readonly name: 'domainLists';
    readonly at: 'mail';
    readonly needs: Record<never, never>;
    readonly uses: { readonly dnsLists: DnsListsFinding };
    readonly gives: { readonly domainLists: DnsListsFinding };
    readonly edits: never;
    readonly accepts: false;
    readonly decides: never;
  }> {}

/**
 * The null path, address literals, and what is no host name are looked up nowhere: lists of domains refuse addresses.
 * Throws ConfigurationError `options` with all that is wrong.
 */
export function domainLists(options: DomainListsOptions): DomainListsStage {
  const compiled = compileLists(options, ['sender', 'helo', 'client-name']);
  const { withClient = true } = options;
  return defineStage({
    name: 'domainLists',
    at: 'mail',
    uses: [dnsListsFinding],
    gives: [domainListsFinding],
    asks: listAsks(options, compiled.lists),
    run: async ({ session: { client }, helo, sender, findings: before }, ctx) => {
      const subjects = {
        sender: senderDomain(sender),
        helo: helo === undefined ? undefined : hostName(helo),
        'client-name': client.name.kind === 'verified' ? client.name.name : undefined,
      };
      const start = (withClient && before.dnsLists) || nothing;
      const { finding, decision } = await evaluate(ctx, compiled, subjects, start, options);
      const findings = domainListsFinding.of(finding);
      return decision === undefined ? { findings } : { findings, decision };
    },
  });
}

function senderDomain(sender: ReversePath): Domain | undefined {
  return sender.kind === 'mailbox' && sender.domain.kind === 'domain' ? sender.domain : undefined;
}

function hostName(text: string): Domain | undefined {
  const name = parseDomain(text, { underscores: true });
  return name.kind === 'parsed' ? name.value : undefined;
}
