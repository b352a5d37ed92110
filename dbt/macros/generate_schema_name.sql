{#
    Schema routing. A schema named in a config (raw, bronze, silver, gold,
    snapshots) is used as it is: environments are told apart by their catalog,
    so dbt's usual prefix of the target's schema would only repeat it.
    Whatever names no schema goes to the target's own.
#}
{% macro generate_schema_name(custom_schema_name, node) -%}

    {%- if custom_schema_name is none -%}
        {{ target.schema }}
    {%- else -%}
        {{ custom_schema_name | trim }}
    {%- endif -%}

{%- endmacro %}
