{#
    A post-hook: tags the columns of a stored model, so that the masks and row
    filters that are bound to the tags hold there. The environment says which,
    in `column_tags`: {silver.silver_users: {email: {pii: email}}}.

    A name that the model does not have is an error: a mask that is bound to
    nothing would be thought to hold.
#}
{% macro tag_columns() -%}

    {%- set asked = var('column_tags', {}).get(
        model.schema ~ '.' ~ model.alias, {}
    ) -%}
    {%- if execute and asked and is_stored() -%}
        {%- set there = adapter.get_columns_in_relation(this)
            | map(attribute='name') | list -%}
        {%- for column, tags in asked.items() -%}
            {%- if column not in there -%}
                {{ exceptions.raise_compiler_error(
                    this ~ ' has no column ' ~ column ~ ' to tag; a mask or '
                    ~ 'a row filter of the environment names it'
                ) }}
            {%- endif -%}
            {%- for key, value in tags.items() -%}
                {%- do run_query(
                    'alter table ' ~ this ~ ' alter column ' ~ column
                    ~ " set tags ('" ~ key ~ "' = '" ~ value ~ "')"
                ) -%}
            {%- endfor -%}
        {%- endfor -%}
    {%- endif -%}

{%- endmacro %}
