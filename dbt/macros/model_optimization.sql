{#
    One entry of the environment's `model_optimizations`, e.g.
    {incremental_strategy: merge, cluster_by: [show_id]}.
#}
{% macro model_optimization(name, default=none) -%}
    {{ return(var('model_optimizations', {}).get(name, default)) }}
{%- endmacro %}


{#
    The columns by which a stored table is laid out: of those that the
    environment asks for under `name` (cluster_by, partition_by, zorder_by),
    the ones that this model has. An environment speaks for all models at
    once, so it may name columns that only some of them have.

    Delta takes either clustering or partitions and z-order, never both:
    where a clustering column is found, the other two are left out.

    Returns none when no column is left, which is dbt's "not set".
#}
{% macro layout_columns(name, model_columns) -%}

    {%- if name != 'cluster_by'
        and layout_columns('cluster_by', model_columns) -%}
        {{ return(none) }}
    {%- endif -%}
    {%- set asked = model_optimization(name, []) -%}
    {%- set asked = [asked] if asked is string else asked -%}
    {%- set kept = asked | select('in', model_columns) | list -%}
    {{ return(kept if kept else none) }}

{%- endmacro %}
