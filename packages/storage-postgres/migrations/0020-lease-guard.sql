-- breaking: true
-- What no statement may do to a lease, whoever writes it. The rules stand in WHEN, so that a renewal calls no function:
-- ACTIVE -> EXPIRED | RELEASED, both final (S3, S4); the expire time never goes back (S2).

create function "$schema".lease_refuse() returns trigger language plpgsql as $$
begin
  raise exception 'no step of a lease: % of % from % to %', lower(tg_op), coalesce(old.lease_id, new.lease_id),
    coalesce(old.state::text, 'nothing'), coalesce(new.state::text, 'nothing')
    using errcode = 'LE001', schema = tg_table_schema, table = tg_table_name;
end
$$;
comment on function "$schema".lease_refuse is 'Raises LE001. The conditions of the triggers are the rules';

create trigger begins_active before insert on "$schema".lease for each row
  when (new.state <> 'ACTIVE') execute function "$schema".lease_refuse();
create trigger ends_for_good before update on "$schema".lease for each row
  when (old.state <> 'ACTIVE' or new.expire_time < old.expire_time) execute function "$schema".lease_refuse();
create trigger stays_itself
  before update of lease_id, object_key, service_id, generation, ttl_ms, create_time, request_hash on "$schema".lease
  for each row
  when ((old.lease_id, old.object_key, old.service_id, old.generation, old.ttl_ms, old.create_time, old.request_hash)
    is distinct from
    (new.lease_id, new.object_key, new.service_id, new.generation, new.ttl_ms, new.create_time, new.request_hash))
  execute function "$schema".lease_refuse();
create trigger ends_before_it_goes before delete on "$schema".lease for each row
  when (old.state = 'ACTIVE') execute function "$schema".lease_refuse();
