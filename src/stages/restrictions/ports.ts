/** The outside abilities of a stage's restrictions under names of their own, as `asks` declares them. */
import type { CannotTellRule } from '../../core/decision.js';
import type { Ask, Asks } from '../../core/stage.js';
import type { Need, Restriction } from './restriction.js';
import type { Known } from './settings.js';

/**
 * The rule of each is what its restrictions do: tables and services that cannot tell refuse for now, a service as its
 * default_action says. `continue` is declared where an answer that could not be told is weighed: where a restriction only warns, and
 * for the DNS (unknown domains are refused for now, 450, or put off; block lists and hosts behind a domain are passed over).
 */
export class Ports {
  /** By port; what asks in earnest, and what only warns, under names of their own. */
  readonly #names: readonly [Map<object, string>, Map<object, string>] = [new Map(), new Map()];
  readonly #asks: Record<string, Ask> = {};

  add(port: object | undefined, name: string, cannotTell: CannotTellRule, warned = false): void {
    const names = this.#names[warned ? 1 : 0];
    if (port === undefined || names.has(port)) return;
    const first = warned ? `${name}, warn_if_reject` : name;
    let unique = first;
    for (let count = 2; Object.hasOwn(this.#asks, unique); count++) unique = `${first} (${count})`;
    this.#asks[unique] = { port, cannotTell };
    names.set(port, unique);
  }

  /** `warned`: of restrictions that only warn. */
  addAll(restrictions: Iterable<Restriction>, warned: boolean): void {
    for (const one of restrictions) {
      for (const asked of one.asked) {
        if (asked.kind === 'table') this.add(asked.table, asked.table.name, warned ? 'continue' : 'defer', warned);
        else this.add(asked.service, one.text, warned ? 'continue' : asked.cannotTell, warned);
      }
    }
  }

  /** Those of the settings: they refuse for now also where a restriction only warns. Addresses are asked for by many. */
  addKnown(known: Known, needed: (need: Need) => boolean, resolves: boolean): void {
    if (needed('resolver')) this.add(known.resolver, 'resolver', 'continue');
    if (needed('recipients')) this.add(known.recipients, 'recipients', 'defer');
    if (resolves) this.add(known.addresses, 'addresses', 'defer');
    if (needed('senderLogins')) this.add(known.senderLogins, 'senderLogins', 'defer');
    if (needed('resolver')) this.add(known.rblReplies, 'rblReplies', 'defer');
    if (needed('clientCertificates')) this.add(known.clientCertificates, 'clientCertificates', 'defer');
    for (const list of [known.networks, known.final, known.local, known.relay]) {
      for (const table of list.tables) this.add(table, table.name, 'defer');
    }
  }

  nameOf(port: object, warned: boolean): string {
    const [hard, soft] = this.#names;
    const name = (warned ? soft.get(port) : undefined) ?? hard.get(port);
    if (name === undefined) throw new Error('a restriction asks what it does not declare');
    return name;
  }

  get asks(): Asks {
    return this.#asks;
  }
}
