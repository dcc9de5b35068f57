/** What a worker is told, a JSON line on its stdin each. */
export type Command = {
  /** `hold`: take a lease on the file, then write it. `release`: done with it. `keep`: done, and the file is to stay. */
  readonly do: 'hold' | 'release' | 'keep';
  readonly file: string;
};

/** What a worker tells, a JSON line on its stdout each. */
export type Report =
  | { readonly did: Command['do']; readonly file: string; readonly leaseId: string }
  | { readonly failed: Command['do']; readonly file: string; readonly error: string }
  /** The hold on a file changed its state without being told to. */
  | { readonly state: string; readonly file: string };
