/**
 * Many patterns held against the pieces of a text: one search for the literals that they need, automata for the rest, each pattern
 * only where it can match. Linear in the text.
 */
import type { Pieces } from '../mail/pieces.js';

/** A pattern that can be run exactly, in linear time. */
export interface RulePattern {
  readonly kind: 'pattern';
  /**
   * Has back-references, or atomic groups that matter: the steps that are taken for a text are limited by its size. Default: false.
   */
  readonly limited?: boolean;
  /**
   * How often it matches in the piece, without overlap, at most `most`; as Perl's `m//g` counts. `gaveUp` is told where there may be
   * more: all work is limited by the size of the piece.
   */
  count(text: Pieces, piece: number, most: number, gaveUp?: () => void): number;
}

export interface PatternRefusal {
  readonly kind: 'refused';
  /** The part of the pattern that cannot be had. */
  readonly construct: string;
  readonly why: string;
  /** It is no pattern: Perl would refuse it as well. */
  readonly malformed: boolean;
}

export interface SetMember {
  readonly pattern: RulePattern;
  /** Matches that are counted over all pieces: 1, or more for `tflags multiple`. */
  readonly most: number;
}

export interface PatternSet {
  /**
   * Tells each member that matches somewhere, once, with how often it does. `gaveUp`: each member that may have matched somewhere else
   * too, where looking further would have been more work than the size of a piece allows; perhaps more than once.
   */
  run(text: Pieces, hit: (member: number, count: number) => void, gaveUp?: (member: number) => void): void;
  /** Builds what the first texts would build. */
  warm(): void;
}
