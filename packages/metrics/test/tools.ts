import { execFileSync } from 'node:child_process';

/** Whether this machine has the program. That it has not is said once, in tests/integration/metrics. */
export function installed(program: string): boolean {
  try {
    execFileSync(program, ['--version'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}
