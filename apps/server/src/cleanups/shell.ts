/** What the commands for operators need of their surroundings. */
export interface Shell {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly terminal: Terminal;
  readonly out: (text: string) => void;
  readonly err: (text: string) => void;
  /** Says what the process is to exit with. */
  readonly exit: (code: number) => void;
}

export interface Terminal {
  /** How wide stdout is; unset: it is no terminal, and nothing is cut. */
  readonly columns?: number | undefined;
  /** Whether stderr is a terminal, where a line may be written over. */
  readonly progress: boolean;
}
