/**
 * Finding keys: the one way to name what an evaluation learned. One value carries the run-time name and the
 * type; there is no global registry, and two packages cannot collide by accident of declaration.
 */

export interface FindingKey<K extends string, V> {
  readonly key: K;
  /** `{ [key]: value }`, as a stage's result wants it; keeps literal types inside async functions. */
  of(value: V): { readonly [P in K]: V };
  /** The finding in a record of findings whose type is not known; undefined when it is not there. */
  in(findings: object): V | undefined;
}

/** "Some key": what lists of keys are made of. */
export interface AnyFindingKey {
  readonly key: string;
  of(value: never): object;
  in(findings: object): unknown;
}

/** Makes a key. Write the type at the constant: `const spfFinding: FindingKey<'spf', SpfFinding> = finding('spf')`. */
export function finding<K extends string, V>(key: K): FindingKey<K, V> {
  return {
    key,
    of(value) {
      // Faster than a literal with a computed key.
      const record: Record<string, V> = {};
      record[key] = value;
      return record as { readonly [P in K]: V };
    },
    in: (findings) => (Object.hasOwn(findings, key) ? (findings as Readonly<Record<string, V>>)[key] : undefined),
  };
}

type ValueOf<K> = K extends FindingKey<string, infer V> ? V : never;

/** The record that a list of keys names: `[FindingKey<'spf', SpfFinding>]` is `{ spf: SpfFinding }`. */
export type FindingsOf<L extends readonly AnyFindingKey[]> = {
  readonly [K in L[number]['key']]: ValueOf<Extract<L[number], { readonly key: K }>>;
};
