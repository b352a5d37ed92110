{#
    `dbt run-operation back_up`: copies every table of the catalogs that the
    environment protects onto its copy in the backup catalog. The environment
    says which, in `backups`: {catalogs: {streaming_prod:
    streaming_prod_backup}, retention_days: 30}.

    A deep clone onto an earlier clone copies what has changed since. Earlier
    states of a copy stay readable as long as its log and its files are kept.
    A table that is gone keeps its last copy; views are not copied.
#}
{% macro back_up() -%}

    {%- set plan = var('backups') -%}
    {%- set kept = 'interval ' ~ plan['retention_days'] ~ ' days' -%}
    {%- for source, target in plan['catalogs'].items() -%}
        {%- for row in tables_to_back_up(source) -%}
            {%- set copy = [target, row['table_schema'], row['table_name']] -%}
            {%- set original = [source] + copy[1:] -%}
            {%- do run_query(
                'create or replace table `' ~ copy | join('`.`') ~ '`'
                ~ ' deep clone `' ~ original | join('`.`') ~ '`'
                ~ ' tblproperties ('
                ~ "'delta.logRetentionDuration' = '" ~ kept ~ "', "
                ~ "'delta.deletedFileRetentionDuration' = '" ~ kept ~ "')"
            ) -%}
            {%- do log('backed up ' ~ original | join('.'), info=true) -%}
        {%- endfor -%}
    {%- endfor -%}

{%- endmacro %}


{# The stored tables of a catalog, in the schemas that people made. #}
{% macro tables_to_back_up(catalog) -%}

    {%- set query -%}
        select table_schema, table_name
        from `{{ catalog }}`.information_schema.tables
        where
            table_type in ('MANAGED', 'EXTERNAL')
            and table_schema not in ('default', 'information_schema')
        order by table_schema, table_name
    {%- endset -%}
    {{ return(run_query(query).rows if execute else []) }}

{%- endmacro %}
