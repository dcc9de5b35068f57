/** Elements of one batch, at most. */
export const MAX_BATCH = 1_000;

/** What a request may hold. Bytes are bytes of UTF-8. Everything beyond is refused, except a page size, which is cut. */
export const LIMITS = {
  objectTypeChars: 63,
  objectIdBytes: 2_048,
  serviceIdBytes: 128,
  metadataEntries: 50,
  metadataKeyBytes: 64,
  metadataValueBytes: 1_024,
  payloadBytes: 16_384,
  urlBytes: 2_048,
  headers: 32,
  headerNameBytes: 128,
  headerValueBytes: 4_096,
  /** A name of 253 bytes, or a bracketed IPv6 address, a colon and a port. */
  grpcAddressBytes: 261,
  maxAttempts: { min: 1, max: 100 },
  initialBackoffMs: { min: 100, max: 3_600_000 },
  /** And not less than the initial backoff. */
  maxBackoffMs: { min: 100, max: 86_400_000 },
  attemptTimeoutMs: { min: 100, max: 30_000 },
  pageSize: { default: 100, max: 1_000 },
  batch: MAX_BATCH,
  /** As long as the longest URL that it can come from. */
  endpointBytes: 2_048,
  forgetReasonBytes: 256,
  pauseNoteBytes: 256,
  pauseMs: { min: 1_000, max: 604_800_000 },
  staggerMs: { min: 0, max: 86_400_000 },
} as const;
