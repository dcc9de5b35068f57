import { accessSync, constants } from 'node:fs';
import { tmpdir } from 'node:os';

/**
 * For tests that ask what is kept, not whether the disk keeps it: memory, if it can be had as a directory, saves the
 * fsyncs.
 */
export function scratch(): string {
  try {
    accessSync('/dev/shm', constants.W_OK);
    return '/dev/shm';
  } catch {
    return tmpdir();
  }
}
