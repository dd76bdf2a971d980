/**
 * The seed of a run: a fixed one, so that the same commit always has the same outcome. POSTERN_SEED=n repeats another run,
 * POSTERN_SEED=random takes one from the clock; either way it is printed first.
 */
const given = process.env.POSTERN_SEED ?? '1';

export const seed: number = given === 'random' ? Date.now() % 1_000_000_000 : Number(given);
if (!Number.isSafeInteger(seed)) throw new Error(`POSTERN_SEED=${given} is no number`);
process.stdout.write(`POSTERN_SEED=${seed}\n`);
