-- breaking: true
-- Tables, one per noun. "$schema" stands for the schema that the user chose.

create type "$schema".lease_state as enum ('ACTIVE', 'EXPIRED', 'RELEASED');
create type "$schema".disposition as enum ('COLLECT', 'KEEP');
create type "$schema".lane as enum ('fresh', 'renewed');
create type "$schema".object_state as enum ('HELD', 'DUE', 'CLAIMED', 'ABANDONED');
create type "$schema".final_state as enum ('COLLECTED', 'REVIVED', 'FORGOTTEN');
create type "$schema".attempt_outcome as enum ('DONE', 'RETRY', 'FAIL', 'UNSTARTED', 'LOST');
create type "$schema".abandon_reason as enum
  ('ATTEMPTS_EXHAUSTED', 'ENDPOINT_NOT_FOUND', 'TERMINAL_ANSWER', 'TARGET_FORBIDDEN', 'CLAIM_LOST');

-- A renewal writes expire_time, renew_time and renewal_count, none of which is indexed: it stays HOT, as long as its page
-- has room. With a fillfactor of 70, 94 % of the renewals in batches of 500 had it, on a busy machine. No foreign keys: they
-- lock, and nothing here needs them.
create table "$schema".lease (
  lease_id uuid primary key,
  object_key text collate "C" not null,
  service_id text collate "C" not null,
  state "$schema".lease_state not null default 'ACTIVE',
  lane "$schema".lane not null default 'fresh',
  disposition "$schema".disposition,
  has_cleanup boolean not null,
  revived boolean not null,
  prior_attempts integer not null,
  renewal_count integer not null default 0,
  generation bigint not null,
  ttl_ms bigint not null,
  create_time timestamptz not null,
  expire_time timestamptz not null,
  renew_time timestamptz not null,
  check_at timestamptz not null,
  end_time timestamptz,
  request_hash text not null,
  metadata jsonb,
  constraint lease_end_time check ((state = 'ACTIVE') = (end_time is null)),
  constraint lease_disposition check ((state = 'RELEASED') = (disposition is not null))
) with (fillfactor = 60);
create index lease_check on "$schema".lease (lane, check_at) where state = 'ACTIVE';
create index lease_service on "$schema".lease (service_id, lease_id);
-- By type, and within a type by object. Its keys are short, however long the ids of the objects: so are the cursors.
create index lease_object on "$schema".lease (split_part(object_key, '/', 1), hashtextextended(object_key, 0), lease_id);
create index lease_ended on "$schema".lease (end_time) where end_time is not null;

comment on table "$schema".lease is 'Leases, active ones and those that ended within the retention';
comment on column "$schema".lease.object_key is 'type/id';
comment on column "$schema".lease.lane is 'renewed: the sweep met the lease after a renewal; the brake passes over this lane';
comment on column "$schema".lease.check_at is
  'When the sweep looks at the lease next, grace not counted. A renewal leaves it behind, the sweep catches up';
comment on column "$schema".lease.request_hash is 'Tells a repeated create from another one under the same id';
comment on column "$schema".lease.prior_attempts is
  'Attempts of the cleanup that this create withdrew that may have reached its endpoint';

-- The unit of atomicity: how many leases are active on the object, and where its cleanup stands, in one row. It is where
-- create, release, expire and claim meet. A collected object has no row.
create table "$schema".object (
  object_key text collate "C" primary key,
  state "$schema".object_state not null,
  active integer not null,
  generation bigint not null,
  due_at timestamptz,
  -- The cleanup, frozen as its owner gave it.
  endpoint text collate "C",
  owner_service text collate "C",
  owner_lease uuid,
  owner_metadata jsonb,
  cleanup_hash text,
  cleanup jsonb,
  max_attempts integer,
  -- The pending run.
  cleanup_id uuid,
  reason "$schema".lease_state,
  last_lease uuid,
  due_time timestamptz,
  attempt integer not null default 0,
  reached integer not null default 0,
  spent integer not null default 0,
  lost_claims integer not null default 0,
  unanswered boolean not null default false,
  fence bigint,
  claimant text,
  claim_time timestamptz,
  abandon_reason "$schema".abandon_reason,
  abandon_time timestamptz,
  last_detail text,
  constraint object_active check (active >= 0 and (state = 'HELD') = (active > 0)),
  constraint object_run check ((state = 'HELD') = (cleanup_id is null)),
  constraint object_cleanup check (state = 'HELD' or cleanup is not null),
  constraint object_owner check (
    (cleanup is null) = (owner_service is null) and (cleanup is null) = (endpoint is null)
    and (cleanup is null) = (cleanup_hash is null) and (cleanup is null) = (owner_lease is null)
    and (cleanup is null) = (max_attempts is null)),
  constraint object_due check ((state in ('DUE', 'CLAIMED')) = (due_at is not null)),
  constraint object_claim check (
    (state = 'CLAIMED') = (fence is not null) and (state = 'CLAIMED') = (claimant is not null)
    and (state = 'CLAIMED') = (claim_time is not null)),
  constraint object_abandoned check (
    (state = 'ABANDONED') = (abandon_reason is not null) and (state = 'ABANDONED') = (abandon_time is not null))
) with (fillfactor = 70);
create index object_due on "$schema".object (endpoint, due_at) where due_at is not null;
create index object_next on "$schema".object (due_at) where due_at is not null;
create unique index object_cleanup_id on "$schema".object (cleanup_id) where cleanup_id is not null;
create index object_abandoned on "$schema".object (cleanup_id) where state = 'ABANDONED';

comment on table "$schema".object is 'Objects that are held, due, being collected or abandoned';
comment on column "$schema".object.object_key is 'type/id';
comment on column "$schema".object.generation is 'Marks this life of the object; grows from life to life';
comment on column "$schema".object.due_at is 'DUE: not before. CLAIMED: when the claim runs out';
comment on column "$schema".object.cleanup is 'The CleanupSpec. Callback headers are secrets, and they are in there';
comment on column "$schema".object.max_attempts is 'Of the CleanupSpec: settling reads it without the payload beside it';
comment on column "$schema".object.due_time is 'When the last lease ended';
comment on column "$schema".object.attempt is 'Number of the latest attempt of the pending run';
comment on column "$schema".object.reached is 'Attempts that may have reached the endpoint, over all budgets';
comment on column "$schema".object.spent is 'Attempts that count against the retry policy';
comment on column "$schema".object.unanswered is
  'An attempt ended without an answer and none was answered since: it may still reach the endpoint, no create may revive';
comment on column "$schema".object.fence is 'Marks the claim in force; an outcome is accepted only with it';

-- Quotas are judged in create, on this row, under its lock. Endings do not take the lock: they append to service_refund,
-- so that release and expiry need no third class of locks and a hot service no hot row. used >= active leases, always.
create table "$schema".service (
  service_id text collate "C" primary key,
  used bigint not null,
  constraint service_used check (used >= 0)
) with (fillfactor = 50);
create table "$schema".service_refund (
  service_id text collate "C" not null,
  refund integer not null
);
create index service_refund_service on "$schema".service_refund (service_id);

comment on table "$schema".service is 'Leases counted against the quota of each service; less the rows of service_refund, the active ones';
comment on table "$schema".service_refund is 'Append-only: leases that ended. Folded into service when a quota is short, and by lease_fold';

create table "$schema".attempt (
  fence bigint primary key,
  cleanup_id uuid not null,
  attempt integer not null,
  claimant text not null,
  outcome "$schema".attempt_outcome not null,
  claim_time timestamptz not null,
  settle_time timestamptz not null,
  duration_ms double precision,
  status_code integer,
  detail text
);
create index attempt_cleanup on "$schema".attempt (cleanup_id, fence);
create index attempt_settled on "$schema".attempt (settle_time);
comment on table "$schema".attempt is
  'History of settled attempts. The key is a second guard: one claim can be settled once, whoever writes';

create table "$schema".finished (
  cleanup_id uuid primary key,
  state "$schema".final_state not null,
  end_time timestamptz not null,
  object_key text collate "C" not null,
  generation bigint not null,
  reason "$schema".lease_state not null,
  service_id text collate "C" not null,
  lease_id uuid not null,
  last_lease uuid not null,
  endpoint text collate "C" not null,
  due_time timestamptz not null,
  attempts integer not null,
  abandon_reason "$schema".abandon_reason,
  forget_reason text,
  last_detail text,
  constraint finished_forgotten check ((state = 'FORGOTTEN') = (forget_reason is not null))
);
create index finished_ended on "$schema".finished (end_time);
-- Most are collected; the others are found among them without reading those.
create index finished_uncollected on "$schema".finished (state, cleanup_id) where state <> 'COLLECTED';
comment on table "$schema".finished is 'Cleanups that came to their end, within the retention';

-- The control row. Only the sweep and an operator write it, so that it is no hot row.
create table "$schema".control (
  one boolean primary key default true,
  last_sweep timestamptz,
  gap_until timestamptz,
  gap_end timestamptz,
  recover_until timestamptz,
  operator_until timestamptz,
  operator_note text,
  brake_until timestamptz,
  constraint control_one check (one)
) with (fillfactor = 10);
insert into "$schema".control default values;
comment on table "$schema".control is 'One row: the heartbeat of the sweep, and the pauses';
comment on column "$schema".control.gap_until is 'Ahead: nothing expires, since nobody swept for a while';
comment on column "$schema".control.gap_end is 'When the latest gap was noticed';
comment on column "$schema".control.recover_until is
  'No lease that was not renewed since gap_end expires before this, or before one term after gap_end';
comment on column "$schema".control.brake_until is
  'Ahead: the brake holds. Passed: it was lifted and waits for expiry to catch up. Null: it is armed';

-- The window of the brake, in steps of 10 s: losses are counted by the sweep, renewals by the fold of the ledger.
create table "$schema".loss_step (start timestamptz primary key, lost bigint not null) with (fillfactor = 50);
create table "$schema".renewal_step (start timestamptz primary key, renewed bigint not null) with (fillfactor = 50);
comment on table "$schema".loss_step is 'Expiries of leases that had been renewed, in the last minute';
comment on table "$schema".renewal_step is 'Renewals in the last minute that were folded out of the ledger';

-- Totals and gauges: total + the sum of ledger, in one snapshot, is the truth. Append-only, so that no statement waits
-- for another's counters, in whatever order they come.
create table "$schema".ledger (
  at timestamptz not null,
  created integer not null default 0,
  active integer not null default 0,
  released integer not null default 0,
  expired integer not null default 0,
  renewals integer not null default 0,
  held integer not null default 0,
  ended integer not null default 0,
  kept integer not null default 0,
  open integer not null default 0,
  claimed integer not null default 0,
  abandoned integer not null default 0,
  collected integer not null default 0,
  revived integer not null default 0,
  forgotten integer not null default 0,
  done integer not null default 0,
  retried integer not null default 0,
  failed integer not null default 0,
  unstarted integer not null default 0,
  lost integer not null default 0,
  stale integer not null default 0
);
create table "$schema".total (
  one boolean primary key default true,
  created bigint not null default 0,
  active bigint not null default 0,
  released bigint not null default 0,
  expired bigint not null default 0,
  renewals bigint not null default 0,
  held bigint not null default 0,
  ended bigint not null default 0,
  kept bigint not null default 0,
  open bigint not null default 0,
  claimed bigint not null default 0,
  abandoned bigint not null default 0,
  collected bigint not null default 0,
  revived bigint not null default 0,
  forgotten bigint not null default 0,
  done bigint not null default 0,
  retried bigint not null default 0,
  failed bigint not null default 0,
  unstarted bigint not null default 0,
  lost bigint not null default 0,
  stale bigint not null default 0,
  constraint total_one check (one)
) with (fillfactor = 10);
insert into "$schema".total default values;
comment on table "$schema".ledger is 'Append-only changes of the totals, written by triggers; folded into total by lease_fold';
comment on column "$schema".ledger.claimed is 'Gauge: claims in force. Claims ever made = this + the settled attempts';
comment on table "$schema".total is 'One row: totals since the store was made, and gauges; the truth is total + ledger';
