import postgres from 'postgres';

/** All that a schema consists of, as lines in a fixed order: equal schemas give equal lines. */
export async function catalogOf(url: string, schema: string): Promise<readonly string[]> {
  const sql = postgres(url, { max: 1 });
  try {
    const rows = await sql<{ line: string }[]>`
      with space as (select oid from pg_namespace where nspname = ${schema}),
      line as (
        select format('relation %s %s %s %s', relkind, relname, reloptions, obj_description(c.oid)) as line
        from pg_class c join space on relnamespace = space.oid
        union all
        select format('column %s.%s %s %s not null %s default %s %s', relname, attname, attnum,
          format_type(atttypid, atttypmod), attnotnull, pg_get_expr(adbin, adrelid), col_description(c.oid, attnum))
        from pg_class c join space on relnamespace = space.oid
          join pg_attribute a on attrelid = c.oid and attnum > 0 and not attisdropped
          left join pg_attrdef d on d.adrelid = c.oid and d.adnum = attnum
        union all
        select format('constraint %s on %s %s', conname, conrelid::regclass, pg_get_constraintdef(c.oid))
        from pg_constraint c join space on connamespace = space.oid
        union all
        select pg_get_indexdef(indexrelid) from pg_index join pg_class c on c.oid = indexrelid
          join space on relnamespace = space.oid
        union all
        select format('%s %s', pg_get_functiondef(p.oid), obj_description(p.oid, 'pg_proc'))
        from pg_proc p join space on pronamespace = space.oid
        union all
        select pg_get_triggerdef(t.oid) from pg_trigger t join pg_class c on c.oid = tgrelid
          join space on relnamespace = space.oid where not tgisinternal
        union all
        select format('enum %s %s', typname, string_agg(enumlabel, ',' order by enumsortorder))
        from pg_type t join space on typnamespace = space.oid join pg_enum on enumtypid = t.oid group by typname
      )
      select line from line order by line collate "C"`;
    return rows.map(({ line }) => line);
  } finally {
    await sql.end();
  }
}
