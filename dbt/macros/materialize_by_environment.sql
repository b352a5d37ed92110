{#
    The name of the environment that this run is for: what the environment
    hands over, or the profile's target when dbt is run by hand.
#}
{% macro environment_name() -%}
    {{ return(var('environment', target.name)) }}
{%- endmacro %}


{#
    How a model is materialized: a view where people develop (nothing is
    stored, a change shows at once), a table everywhere else.

    takes_new_rows: the model can also be built from its new rows alone. It
    then is, where the environment names an incremental_strategy.
#}
{% macro materialize_by_environment(takes_new_rows=false) -%}

    {%- if environment_name() in var('view_environments') -%}
        {{ return('view') }}
    {%- endif -%}
    {%- if takes_new_rows and model_optimization('incremental_strategy') -%}
        {{ return('incremental') }}
    {%- endif -%}
    {{ return('table') }}

{%- endmacro %}
