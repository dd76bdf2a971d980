/** What every bench gives: our figure beside a rival's, measured in the same run. */
export interface BenchRow {
  readonly name: string;
  readonly unit: string;
  readonly ours: number;
  /** What `rival` stands for: `bare smtp-server`, `limit`. */
  readonly against: string;
  readonly rival: number;
  /** ours / rival. */
  readonly ratio: number;
  /** What the ratio should be: `>= 0.80`, `<= 1`. Empty where nothing is promised. */
  readonly goal: string;
}

/** The middle one of the figures. */
export function median(figures: readonly number[]): number {
  const sorted = [...figures].sort((a, b) => a - b);
  return sorted[sorted.length >> 1] ?? Number.NaN;
}

export function row(facts: Omit<BenchRow, 'ratio'>): BenchRow {
  return { ...facts, ratio: facts.ours / facts.rival };
}
