/** The outside abilities of a stage's restrictions under names of their own, as `asks` declares them. */
import type { Asks } from '../../core/stage.js';
import type { Table } from '../../core/table.js';
import type { Restriction } from './restriction.js';
import type { Known } from './settings.js';

/**
 * Every port is declared `continue`: restrictions weigh an answer that could not be told themselves, as smtpd does. They refuse
 * for now (451, 450), but where Postfix goes on: block lists, hosts behind a domain, what only warns. The trace says which.
 */
export class Ports {
  readonly #names = new Map<object, string>();
  readonly #taken = new Set<string>();

  add(port: object | undefined, name: string): void {
    if (port === undefined || this.#names.has(port)) return;
    let unique = name;
    for (let count = 2; this.#taken.has(unique); count++) unique = `${name} (${count})`;
    this.#taken.add(unique);
    this.#names.set(port, unique);
  }

  addAll(restrictions: Iterable<Restriction>): void {
    for (const one of restrictions) {
      for (const asked of one.asked) {
        if (asked.kind === 'table') this.add(asked.table, asked.table.name);
        else this.add(asked.service, one.text);
      }
    }
  }

  /** Those of the settings. */
  addKnown(known: Known, needsResolver: boolean): void {
    if (needsResolver) this.add(known.resolver, 'resolver');
    this.add(known.recipients, 'recipients');
    const tables: readonly (readonly [Table | undefined, string])[] = [
      [known.senderLogins, 'senderLogins'],
      [known.rblReplies, 'rblReplies'],
      [known.clientCertificates, 'clientCertificates'],
    ];
    for (const [table, name] of tables) this.add(table, name);
    for (const list of [known.networks, known.final, known.relay]) {
      for (const table of list.tables) this.add(table, table.name);
    }
  }

  nameOf(port: object): string {
    const name = this.#names.get(port);
    if (name === undefined) throw new Error('a restriction asks what it does not declare');
    return name;
  }

  get asks(): Asks {
    return Object.fromEntries(
      [...this.#names].map(([port, name]) => [name, { port, cannotTell: 'continue' as const }]),
    );
  }
}
