export interface Domain {
  readonly kind: 'domain';
  /** Lower case, A-labels, no trailing dot: what is compared and looked up. */
  readonly ascii: string;
  /** The same in U-labels, for people. */
  readonly unicode: string;
}
