-- breaking: true
-- A lease as the verbs answer with it.

create function "$schema".lease_ms(instant timestamptz) returns bigint language sql stable
  return (extract(epoch from instant) * 1000)::bigint;
comment on function "$schema".lease_ms is 'An instant in milliseconds since the epoch';

-- An array, in one document per batch: decoded in Node, rows of 16 columns took twice as long as this.
create function "$schema".lease_row(l "$schema".lease) returns json language sql stable
  return json_build_array(
    l.lease_id, l.object_key, l.service_id, l.state, l.generation, l.ttl_ms, "$schema".lease_ms(l.create_time),
    "$schema".lease_ms(l.expire_time), "$schema".lease_ms(l.renew_time), "$schema".lease_ms(l.end_time),
    l.renewal_count, l.metadata, l.has_cleanup, l.disposition, l.revived, l.prior_attempts);
comment on function "$schema".lease_row is
  'The lease as a JSON array, read by src/lease-row.ts. New fields go to the end: older replicas read it too';

create function "$schema".lease_step(instant timestamptz) returns timestamptz language sql stable
  return date_bin(interval '10 s', instant, timestamptz 'epoch');
comment on function "$schema".lease_step is 'The step of the brake''s window that the instant is in';
