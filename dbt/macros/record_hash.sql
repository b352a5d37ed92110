{#
    A fingerprint of a row: md5 over the given columns, in the given order.

    Columns are compared as trimmed text, so a stray blank is no change.
    Missing and empty are one value, marked so that (null, 'a') and
    ('a', null) differ; the separator keeps ('ab', 'c') from ('a', 'bc').
#}
{% macro record_hash(columns) -%}

    md5(concat_ws(
        '||',
        {%- for column in columns %}
        coalesce({{ clean_text('cast(' ~ column ~ ' as string)') }}, '<null>')
        {{- ',' if not loop.last }}
        {%- endfor %}
    ))

{%- endmacro %}
