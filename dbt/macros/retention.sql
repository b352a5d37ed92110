{#
    A post-hook: deletes the rows of a model that are older than its schema's
    data may be kept, by the date or timestamp in `column`. The environment
    says how long, in `retention_days`: {gold: 2555}. Nothing is deleted where
    it says nothing, nor from a view, which shows what its tables still hold.
#}
{% macro forget_old_rows(column) -%}

    {%- set days = var('retention_days', {}).get(model.schema) -%}
    {%- if days and is_stored() -%}
    delete from {{ this }}
    where {{ column }} < date_sub(current_date(), {{ days }})
    {%- endif -%}

{%- endmacro %}


{# Whether the model that is being built is a table of its own. #}
{% macro is_stored() -%}
    {{ return(model.config.materialized != 'view') }}
{%- endmacro %}
