"""The schema `app`: what row security policies and guards of every table call."""

from django.db import migrations

FORWARD = """
create extension if not exists btree_gist;
create extension if not exists pg_trgm;
create extension if not exists citext;
create extension if not exists unaccent;
create schema if not exists app;
grant usage on schema app to rp_app, rp_staff, rp_review, rp_link, rp_public;
create or replace function app.ids(setting text) returns bigint[] language sql stable parallel safe as
$$ select coalesce(string_to_array(nullif(current_setting(setting, true), ''), ',')::bigint[], '{}') $$;
create or replace function app.id(setting text) returns bigint language sql stable parallel safe as
$$ select nullif(current_setting(setting, true), '')::bigint $$;
create or replace function app.partners() returns bigint[] language sql stable parallel safe as $$ select app.ids('app.partners') $$;
create or replace function app.reviews() returns bigint[] language sql stable parallel safe as $$ select app.ids('app.reviews') $$;
create or replace function app.active() returns bigint language sql stable parallel safe as $$ select app.id('app.active') $$;
create or replace function app.person() returns bigint language sql stable parallel safe as $$ select app.id('app.user') $$;
create or replace function app.token() returns text language sql stable parallel safe as $$ select nullif(current_setting('app.token', true), '') $$;
create or replace function app.subject() returns text language sql stable parallel safe as $$ select nullif(current_setting('app.subject', true), '') $$;
create or replace function app.refuse_change() returns trigger language plpgsql as $$
begin
  raise exception 'rows of % are only ever added', tg_table_name using errcode = '23514', constraint = tg_table_name || '_append_only';
end $$;
"""

BACKWARD = "drop schema app cascade;"


class Migration(migrations.Migration):
    """Made before the first table of any app."""

    initial = True
    dependencies: list[tuple[str, str]] = []
    operations = [migrations.RunSQL(FORWARD, BACKWARD)]
