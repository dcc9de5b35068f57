/** Randomness, injected so that a seeded run is reproducible. */
export interface Random {
  /** A number in [0, 1), uniformly. */
  next(): number;
  /** A random UUID (version 4), in lower case. */
  uuid(): string;
}
