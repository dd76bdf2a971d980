/**
 * The answer of every parser of ours: a value, or why there is none. A parser never throws for its input,
 * whatever the input is: mail comes from strangers, and an expected outcome is a value.
 */
export type Parsed<T> =
  | { readonly kind: 'parsed'; readonly value: T }
  | {
      readonly kind: 'malformed';
      /** What is wrong and what was expected, for people. Never repeats more than 80 characters of the input. */
      readonly why: string;
      /** Index of the first wrong UTF-16 code unit (or byte, for byte parsers) of the input. */
      readonly at: number;
    };

export function parsed<T>(value: T): Parsed<T> {
  return { kind: 'parsed', value };
}

export function malformed(why: string, at = 0): Parsed<never> {
  return { kind: 'malformed', why, at };
}
