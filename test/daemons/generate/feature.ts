/** A feature: a part of a configuration that can be there or not, so that a failure can be made small. */
import type { Random } from './random.js';

export interface Part {
  /** Lines of main.cf. */
  readonly main: readonly string[];
  readonly files?: Readonly<Record<string, string>>;
  readonly index?: readonly string[];
}

export interface Surroundings {
  /** Ports of SMTP servers that take everything. */
  readonly sinks: readonly number[];
  /** Port of the policy service. */
  readonly policyPort: number;
}

export interface Feature {
  readonly name: string;
  /** How often configurations have it. */
  readonly chance: number;
  readonly make: (random: Random, surroundings: Surroundings) => Part;
}
