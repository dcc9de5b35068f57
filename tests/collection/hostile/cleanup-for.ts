import { duration } from '../../helpers/builders.js';
import {
  ATTEMPTS,
  FIRST_BACKOFF_MS,
  HANGING_MS,
  type HostileEndpoint,
  type HostileRow,
  MAX_BACKOFF_MS,
  PATIENT_MS,
} from './row.js';

/** A CleanupSpec that calls the endpoint, with the patience that the row asks for. */
export function cleanupFor({ hangs }: HostileRow, endpoint: HostileEndpoint | undefined): object {
  return {
    ...endpoint?.target,
    retry: {
      max_attempts: ATTEMPTS,
      initial_backoff: duration(FIRST_BACKOFF_MS),
      max_backoff: duration(MAX_BACKOFF_MS),
      attempt_timeout: duration(hangs ? HANGING_MS : PATIENT_MS),
    },
  };
}
