import { execFileSync } from 'node:child_process';

/** Whether this machine has the program; if not, says so in one line. */
export function installed(program: string): boolean {
  try {
    execFileSync(program, ['--version'], { stdio: 'ignore' });
    return true;
  } catch {
    console.warn(
      `${program} is not installed (apt-get install prometheus): what it would prove is not proved here`,
    );
    return false;
  }
}
