/** A feature: a part of a configuration that can be there or not, so that a failure can be made small. */
import type { Random } from './random.js';

export interface Part {
  /** Lines of main.cf. */
  readonly main: readonly string[];
  readonly files?: Readonly<Record<string, string>>;
  readonly index?: readonly string[];
  /** Options (`-o`) of a second smtpd service. */
  readonly second?: readonly string[];
}

export interface Surroundings {
  /** Ports of SMTP servers that take everything. */
  readonly sinks: readonly number[];
  /** Port of the policy service. */
  readonly policyPort: number;
  /** Port of the service that knows about logins. */
  readonly loginPort: number;
}

export interface Feature {
  readonly name: string;
  /** How often configurations have it. */
  readonly chance: number;
  readonly make: (random: Random, surroundings: Surroundings) => Part;
}
