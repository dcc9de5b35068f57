/**
 * `held -> doubtful -> held | lost | released`.
 *
 * - `held`: the server answered that the lease lasts at least until now.
 * - `doubtful`: no renewal was acknowledged within the TTL. The server may end the lease at any moment, or has. The hold keeps
 *   trying; if a renewal is acknowledged after all, it is held again.
 * - `lost`: the server answered that the lease has ended or is unknown. Final; never renewed again.
 * - `released`: the holder let go. Final.
 */
export type HoldState = 'held' | 'doubtful' | 'lost' | 'released';
