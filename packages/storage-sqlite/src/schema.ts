/** Kept in `PRAGMA user_version`: a file with a larger one was made by a newer version of this package. */
export const SCHEMA_VERSION = 1;

/**
 * One table per noun. `lease.check_at` is indexed, `lease.expire_time` is not: a renewal then touches no index.
 * States are small integers; what is only ever read whole is JSON.
 */
export const SCHEMA = `
create table lease (
  seq integer primary key,
  lease_id text not null unique,
  object_key text not null,
  service_id text not null,
  request_hash text not null,
  generation integer not null,
  ttl_ms integer not null,
  create_time integer not null,
  metadata text,
  has_cleanup integer not null,
  revived integer not null,
  prior_attempts integer not null,
  state text not null check (state in ('ACTIVE', 'EXPIRED', 'RELEASED')),
  expire_time integer not null,
  renew_time integer not null,
  renewal_count integer not null,
  end_time integer,
  disposition text check (disposition in ('COLLECT', 'KEEP')),
  check_at integer not null,
  lane text not null check (lane in ('fresh', 'renewed')),
  check ((state = 'ACTIVE') = (end_time is null))
) strict;
create index lease_check on lease (lane, check_at) where state = 'ACTIVE';
create index lease_ended on lease (end_time) where end_time is not null;
create index lease_service on lease (service_id);
create index lease_object on lease (object_key);

create table object (
  object_key text primary key,
  state text not null check (state in ('HELD', 'DUE', 'CLAIMED', 'ABANDONED')),
  active integer not null check (active >= 0),
  generation integer not null,
  due_at integer,
  endpoint text,
  cleanup_id text,
  cleanup text,
  run text,
  check ((state = 'HELD') = (active > 0)),
  check ((state = 'HELD') = (run is null)),
  check (state = 'HELD' or cleanup is not null)
) strict, without rowid;
create index object_due on object (endpoint, due_at) where due_at is not null;
create index object_next on object (due_at, endpoint) where due_at is not null;
create unique index object_cleanup on object (cleanup_id) where cleanup_id is not null;

create table service (
  service_id text primary key,
  active integer not null check (active >= 0)
) strict, without rowid;

create table attempt (
  fence integer primary key,
  cleanup_id text not null,
  attempt integer not null,
  claimant text not null,
  outcome text not null,
  claim_time integer not null,
  settle_time integer not null,
  duration_ms real,
  status_code integer,
  detail text
) strict;
create index attempt_cleanup on attempt (cleanup_id);
create index attempt_settled on attempt (settle_time);

create table finished (
  seq integer primary key,
  cleanup_id text not null unique,
  end_time integer not null,
  cleanup text not null
) strict;
create index finished_ended on finished (end_time);

create table control (
  one integer primary key check (one = 1),
  control text not null
) strict;
`;

/**
 * Made at each opening, if it is not there: files of earlier versions have none, and those versions keep them right. Without
 * the first, a listing of what was abandoned visited all that is due.
 */
export const LATER_INDEXES = `
create index if not exists object_abandoned on object (cleanup_id) where state = 'ABANDONED';
create index if not exists service_active on service (active);
`;
