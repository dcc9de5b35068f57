import {
  type ClaimCleanups,
  type CleanupClaim,
  type CleanupReason,
  type Instant,
  MAX_LOST_CLAIMS,
  parseObjectKey,
} from '@lease/core';
import type { Database } from '../connection/database.js';
import { readMetadata, readSpec, type StoredMetadata, type StoredSpec } from '../json.js';

/** The first row of an answer. */
interface EndRow {
  readonly last_endpoint: string;
}

interface ClaimRow {
  readonly last_endpoint: null;
  readonly object_key: string;
  readonly generation: number;
  readonly cleanup_id: string;
  readonly fence: number;
  readonly attempt: number;
  readonly reason: CleanupReason;
  readonly due_time: Instant;
  readonly last_lease: string;
  readonly endpoint: string;
  readonly owner_service: string;
  readonly owner_lease: string;
  readonly owner_metadata: StoredMetadata;
  readonly cleanup: StoredSpec;
}

/** Claims, each call from where this replica's call before it stopped: every endpoint has its turn. */
export class ClaimScan {
  readonly #database: Database;
  /** The endpoint that was looked at last. */
  #lastEndpoint = '';

  constructor(database: Database) {
    this.#database = database;
  }

  /** See `LeaseStore.claimCleanups`. */
  async claim(claim: ClaimCleanups): Promise<readonly CleanupClaim[]> {
    const rows = await this.#database.call<EndRow | ClaimRow>(
      'sweep',
      `select * from ${this.#database.schema}.lease_claim_v1(
         $1::text, $2::integer, $3::integer, $4::text[], $5::bigint, $6::integer, $7::text)`,
      [
        claim.claimant,
        claim.limit,
        claim.perEndpointLimit,
        claim.busyEndpoints,
        claim.claimMs,
        MAX_LOST_CLAIMS,
        this.#lastEndpoint,
      ],
    );
    const claims: CleanupClaim[] = [];
    for (const row of rows) {
      if (row.last_endpoint === null) claims.push(readClaim(row));
      else this.#lastEndpoint = row.last_endpoint;
    }
    return claims;
  }
}

function readClaim(row: ClaimRow): CleanupClaim {
  return {
    cleanupId: row.cleanup_id,
    object: parseObjectKey(row.object_key),
    generation: row.generation,
    fence: row.fence,
    attempt: row.attempt,
    reason: row.reason,
    dueTime: row.due_time,
    lastLeaseId: row.last_lease,
    leaseId: row.owner_lease,
    serviceId: row.owner_service,
    metadata: readMetadata(row.owner_metadata),
    spec: readSpec(row.cleanup),
    endpoint: row.endpoint,
  };
}
